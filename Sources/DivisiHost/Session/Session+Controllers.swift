// Thread: setup

/// MIDI controllers.
extension Session {
  static let controllerCommands = [
    ("map CC=SYMBOL", "let a MIDI controller move a control: cc7=gain_kick, cc7@2=… on channel 2"),
    ("unmap [CC|SYMBOL]", "forget a controller, or all that move a control, or all"),
    ("maps", "all controllers that are mapped"),
    ("learn SYMBOL", "map the controller that is moved next; 'learn off' stops waiting"),
  ]

  /// Does what a line says, if it is about controllers.
  ///
  /// - Returns: the lines of the answer; nil if the command is not one of these.
  func performControllers(_ command: String, _ rest: String) throws -> [String]? {
    switch command {
    case "map":
      try controllers.map(rest)
      changeCount += 1
      return ["map \(rest)"]
    case "unmap":
      try controllers.unmap(rest)
      changeCount += 1
      return [rest.isEmpty ? "nothing is mapped" : "unmap \(rest)"]
    case "maps": return controllers.lines.isEmpty ? ["nothing is mapped"] : controllers.lines
    case "learn":
      let isEnd = rest.isEmpty || rest == "off"
      try controllers.learn(isEnd ? nil : rest)
      return [isEnd ? "learn off" : "learn \(rest): move a controller"]
    default: return nil
    }
  }

  /// Takes what controllers have done.
  func listenToControllers() {
    if controllers.table.takeChangeCount() > 0 { changeCount += 1 }
    if let learnt = controllers.takeLearnt() {
      changeCount += 1
      log("map \(learnt)")
    }
  }
}
