import ArgumentParser
import Glibc
import LV2Hosting

/// `divisi-host`: a plugin in a JACK session.
struct Play: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Play a plugin in a JACK session (what happens without a command).",
    discussion: "While it plays, it takes commands on standard input: 'help' lists them.")

  @Argument(help: "The plugin: its URI, its name or a part of it.")
  var plugin = PluginSearch.defaultURI

  @OptionGroup(title: "Plugin options") var options: PluginOptions

  @Option(
    help: ArgumentHelp(
      "Connections to ports of other clients: in=A,B,out=C,D or symbol=A. Without it the main outputs go to the loudspeakers.",
      valueName: "in=…,out=…"))
  var connect: [String] = []

  @Flag(help: "Connect nothing.") var noConnect = false
  @Option(help: "The client's name; without it, one made of the plugin's.") var name: String?
  @Flag(help: "Give up where another client has the name.") var exact = false
  @Flag(help: "Start a JACK server if there is none.") var startServer = false
  @Flag(help: "Let the plugin rest until the transport rolls.") var wait = false

  @Option(
    help: ArgumentHelp(
      "Begin with the state in DIR, if there is one, and keep it there at the end.",
      valueName: "DIR"),
    completion: .directory)
  var state: String?

  @OptionGroup(title: "Mixer page") var page: WebOptions

  @Flag(help: "List the plugins, and nothing else.") var list = false
  @Option(help: ArgumentHelp("List a plugin's presets.", valueName: "plugin")) var presets: String?
  @Option(help: ArgumentHelp("Describe a plugin's ports.", valueName: "plugin")) var info: String?

  func validate() throws {
    for text in connect where Connection.parse(text) == nil {
      throw ValidationError(
        "--connect '\(text)': expected in=PORT,PORT or out=PORT,PORT or symbol=PORT")
    }
    guard !noConnect || connect.isEmpty else {
      throw ValidationError("--no-connect: expected no --connect beside it")
    }
  }

  func run() throws {
    try reporting {
      let world = try World()
      if list { return Listing.plugins(of: world) }
      if let presets {
        return Listing.presets(of: try PluginSearch.plugin(presets, in: world)).forEach(say)
      }
      if let info { return Listing.ports(of: try PluginSearch.plugin(info, in: world)) }
      try play(PluginSearch.plugin(plugin, in: world))
    }
  }

  private func play(_ plugin: Plugin) throws {
    Stop.listen()
    let client = try JackClient(
      name: name ?? Self.shortName(plugin.name), isExact: exact, startsServer: startServer)
    let hosted = try HostedPlugin(
      plugin, sampleRate: client.sampleRate, worker: .asynchronous)
    if let state, access(state + "/state.ttl", F_OK) == 0 { try hosted.load(from: state) }
    try options.apply(to: hosted)
    try hosted.start(score: options.score)
    try client.activate(hosted, waits: wait)
    defer { client.deactivate() }
    if connect.isEmpty && !noConnect {
      client.connectToSpeakers(plugin)
    } else {
      try client.connect(connect.flatMap { Connection.parse($0) ?? [] }, of: plugin)
    }
    say("\(plugin.name) plays as \(client.name)")
    let session = Session(client: client, hosted: hosted, folder: state)
    session.preset = options.preset
    session.score = options.score
    session.surfaces.append(Prompt())
    try page.open(for: session)
    session.run()
    client.deactivate()
    if let state { try hosted.save(to: state) }
    if client.isGone { throw Failure("the JACK server has gone", code: Failure.unavailable) }
  }

  /// A name in ASCII without spaces, such as `divisi-drums`.
  static func shortName(_ name: String) -> String {
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.isEmpty ? "divisi-host" : words.joined(separator: "-")
  }
}
