// Thread: setup

import JackHosting
import LV2Hosting
import Terminal

/// Commands in words: what the prompt takes, and whatever else speaks in lines.
extension Session {
  static let commands = ownCommands.dropLast() + controllerCommands + ownCommands.suffix(1)

  private static let ownCommands = [
    ("help", "this list"),
    ("controls", "all controls and their values"),
    ("set SYMBOL VALUE", "set a control"),
    ("get SYMBOL", "say the value of a control"),
    ("presets", "all presets"),
    ("preset NAME", "go over to a preset"),
    ("save [DIR]", "keep the state in a folder"),
    ("load [DIR]", "go back to a state that was kept"),
    ("score FILE", "use another score"),
    ("monitors", "what is measured; in a terminal, meters on or off"),
    ("quit", "end"),
  ]

  /// Does what a line says.
  ///
  /// - Parameter later: takes the rest of the answer, where that is not known at once.
  /// - Returns: the lines of the answer.
  /// - Throws: what is wrong with it, in one line.
  func perform(
    _ line: String, later: @escaping (Result<[String], Failure>) -> Void
  ) throws -> [String] {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard let command = words.first else { return [] }
    let rest = words.count > 1 ? words[1].trimmed : ""
    switch command {
    case "help", "?":
      let width = Self.commands.map(\.0.count).max() ?? 0
      return Self.commands.map {
        $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1
      }
    case "quit", "exit":
      isOver = true
      return []
    case "controls":
      return hosted.plugin.ports(.control, isInput: true).map {
        "\(describe($0))\t\(Listing.range($0))"
      }
    case "monitors": return monitors
    case "get": return [try describe(rest)]
    case "set":
      let symbol = String(rest.prefix { $0 != " " && $0 != "=" })
      let value = String(rest.dropFirst(symbol.count).drop { $0 == " " || $0 == "=" })
      guard !symbol.isEmpty, !value.isEmpty else {
        throw Failure("set: expected a symbol and a value")
      }
      try set(symbol, to: value)
      // Of properties one only hears in time.
      return [hosted.plugin.port(symbol) == nil ? "\(symbol) = \(value)" : try describe(symbol)]
    case "presets": return Listing.presets(of: hosted.plugin)
    case "preset":
      try select(preset: rest)
      return ["preset \(rest)"]
    case "score":
      return try select(score: rest, later: later)
    case "save":
      let place = try place(rest)
      try save(to: place)
      return ["saved \(place)"]
    case "load":
      let place = try place(rest)
      try load(from: place)
      return ["loaded \(place)"]
    default:
      if let answer = try performControllers(command, rest) { return answer }
      throw Failure("\(command): expected a command ('help' lists them)")
    }
  }

  // MARK: What can be done

  /// Sets a control to a number in its range, or to the value of that name; or a property, which may be a file.
  ///
  /// For the user's own words; whoever else turns controls calls `set(control:to:)`.
  func set(_ name: String, to text: String) throws {
    try hosted.set(name, to: text)
    changeCount += 1
  }

  /// Sets a control, and nothing else.
  func set(control symbol: String, to text: String) throws {
    try hosted.setControl(symbol, to: text)
    changeCount += 1
  }

  /// Goes over to a preset, by whatever `PluginSearch.preset` takes.
  func select(preset name: String) throws {
    try hosted.restore(PluginSearch.preset(name, of: hosted.plugin))
    preset = name
    changeCount += 1
  }

  /// Keeps the plugin's state and what is mapped in a folder.
  func save(to place: String) throws {
    try hosted.save(to: place, controllers)
    if place == folder { noteSaved() }
  }

  /// Goes back to a state that was saved.
  func load(from place: String) throws {
    try hosted.load(from: place, controllers)
    changeCount += 1
    if place == folder { noteSaved() }
  }

  // MARK: What can be said

  /// How it goes, in one line.
  var summary: String {
    var parts = ["xruns \(xrunCount)"]
    for symbol in ["late", "progress"] where hosted.plugin.port(symbol)?.kind == .control {
      let value = hosted.instance[symbol]
      parts.append(
        symbol == "progress"
          ? "learnt \(Int((value * 100).rounded())) %" : "late windows \(Listing.number(value))")
    }
    if let port = hosted.plugin.port("verdict"), port.kind == .control, !port.isInput,
      let point = port.scalePoints.first(where: { $0.value == hosted.instance["verdict"] }),
      point.value != 0
    {
      parts.append("score fits: \(point.label.printable.lowercased())")
    }
    return parts.joined(separator: ", ")
  }

  /// Everything that is measured, here and in the plugin.
  private var monitors: [String] {
    var lines = hosted.plugin.ports(.control, isInput: false).map { describe($0) }
    lines += properties.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.printable)" }
    lines.append("xruns = \(xrunCount)")
    if lostCount > 0 { lines.append("lost events = \(lostCount)") }
    return lines
  }

  private func place(_ text: String) throws -> String {
    guard let place = text.isEmpty ? folder : text else {
      throw Failure("expected a folder, since there is no --state")
    }
    // lilv writes such a state, but cannot read it, and shows the name as it is.
    guard place == place.printable else {
      throw Failure("\(place): expected a folder without control characters in its name")
    }
    return place
  }

  /// A control's value, or that of a property whose URI ends like that.
  private func describe(_ name: String) throws -> String {
    if let port = hosted.plugin.port(name), port.kind == .control { return describe(port) }
    let wanted = name.lowercased()
    guard
      let found = properties.first(where: {
        $0.key == name || PluginSearch.shortName($0.key).lowercased() == wanted
      })
    else { throw Failure("\(name): expected a control ('controls' lists them)") }
    return "\(name) = \(found.value.printable)"
  }

  private func describe(_ port: Port) -> String {
    "\(port.symbol) = \(Listing.number(hosted.instance[port.symbol]))"
  }
}
