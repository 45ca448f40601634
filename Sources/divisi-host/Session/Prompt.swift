// Thread: setup

import LV2Hosting

/// Commands in words, and their answers on standard output.
final class Prompt {
  private let client: JackClient
  private let hosted: HostedPlugin
  /// Where states are kept if nobody says where.
  private let folder: String?
  /// The values of properties that the plugin has told, by URI.
  private var properties: [String: String] = [:]

  init(client: JackClient, hosted: HostedPlugin, folder: String?) {
    self.client = client
    self.hosted = hosted
    self.folder = folder
  }

  private static let help = """
    help                 this list
    controls             all controls and their values
    set SYMBOL VALUE     set a control
    get SYMBOL           say the value of a control
    presets              all presets
    preset NAME          go over to a preset
    save [DIR]           keep the state in a folder
    load [DIR]           go back to a state that was kept
    score FILE           use another score
    monitors             what the plugin measures, and how the server does
    quit                 end
    """

  /// Does what a line says.
  ///
  /// - Returns: whether to go on.
  func obey(_ line: String) -> Bool {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard let command = words.first else { return true }
    let rest = words.count > 1 ? words[1].trimmed : ""
    do {
      return try obey(command, rest)
    } catch {
      complain("\(error)")
      return true
    }
  }

  private func obey(_ command: String, _ rest: String) throws -> Bool {
    switch command {
    case "help", "?": say(Self.help)
    case "quit", "exit": return false
    case "controls":
      for port in hosted.plugin.ports(.control, isInput: true) { tell(port, withRange: true) }
    case "monitors": tellMonitors()
    case "get": try tell(port(rest))
    case "set":
      let parts = rest.split { $0 == " " || $0 == "=" }.map(String.init)
      guard parts.count == 2 else { throw Failure("set: expected a symbol and a value") }
      try hosted.set(parts[0], to: parts[1])
      try tell(port(parts[0]))
    case "presets": Listing.presets(of: hosted.plugin)
    case "preset":
      hosted.restore(try PluginSearch.preset(rest, of: hosted.plugin))
      say("preset \(rest)")
    case "score":
      try hosted.setScore(rest)
      say("score \(rest)")
    case "save":
      let place = try place(rest)
      try hosted.save(to: place)
      say("saved \(place)")
    case "load":
      let place = try place(rest)
      try hosted.load(from: place)
      say("loaded \(place)")
    default: throw Failure("\(command): expected a command ('help' lists them)")
    }
    return true
  }

  /// Takes what the plugin has told.
  func listen() {
    let urids = hosted.plugin.world.urids
    while let (type, body, count) = hosted.outgoing.next() {
      let message = AtomMessage(
        type: type, body: Array(UnsafeRawBufferPointer(start: body, count: count)))
      guard let (kind, values) = message.object(urids), kind.hasSuffix("patch#Set"),
        let property = values["http://lv2plug.in/ns/ext/patch#property"],
        let uri = urids.unmap(property.word(0)),
        let value = values["http://lv2plug.in/ns/ext/patch#value"]
      else { continue }
      properties[uri] = value.text
    }
  }

  private func place(_ text: String) throws -> String {
    guard let place = text.isEmpty ? folder : text else {
      throw Failure("expected a folder, since there is no --state")
    }
    return place
  }

  private func port(_ symbol: String) throws -> Port {
    guard let port = hosted.plugin.port(symbol), port.kind == .control else {
      throw Failure("\(symbol): expected a control ('controls' lists them)")
    }
    return port
  }

  private func tell(_ port: Port, withRange: Bool = false) {
    let value = Listing.number(hosted.instance[port.symbol])
    say("\(port.symbol) = \(value)\(withRange ? "\t" + Listing.range(port) : "")")
  }

  private func tellMonitors() {
    listen()
    for port in hosted.plugin.ports(.control, isInput: false) { tell(port) }
    for (uri, value) in properties.sorted(by: { $0.key < $1.key }) {
      say("\(uri) = \(value.printable)")
    }
    say("xruns = \(client.xrunCount)")
    if client.lostCount > 0 { say("lost events = \(client.lostCount)") }
  }
}

extension String {
  /// The text without spaces at its ends.
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
