import JackHosting
import ArgumentParser
import Glibc
import LV2Hosting
import Terminal

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
      "Let a MIDI controller move a control, or one channel's: cc7@2=SYMBOL. More than once for more.",
      valueName: "cc7=symbol"))
  var map: [String] = []

  @Option(
    help: ArgumentHelp(
      "Begin with the state in DIR, if there is one, and keep it there at the end.",
      valueName: "DIR"),
    completion: .directory)
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Take commands by OSC at this UDP port; 0: any that is free.", valueName: "port"))
  var osc: Int?
  @Option(
    help: ArgumentHelp(
      "The address of this machine to take OSC at; 0.0.0.0: all. Whoever reaches it can do all that you can.",
      valueName: "address"))
  var oscAddress = "127.0.0.1"
  @Option(
    help: ArgumentHelp(
      "A machine that gets answers by OSC without a handshake. More than once for more.",
      valueName: "host"))
  var oscPeer: [String] = []

  @OptionGroup(title: "Mixer page") var page: WebOptions

  @Flag(help: "List the plugins, and nothing else.") var list = false
  @Option(help: ArgumentHelp("List a plugin's presets.", valueName: "plugin")) var presets: String?
  @Option(help: ArgumentHelp("Describe a plugin's ports.", valueName: "plugin")) var info: String?

  func validate() throws {
    for text in connect where Connection.parse(text) == nil {
      throw ValidationError(
        "--connect '\(text)': expected in=PORT,PORT or out=PORT,PORT or symbol=PORT")
    }
    for text in map where ControlMap.parse(text) == nil {
      throw ValidationError("--map '\(text)': expected cc7=symbol or cc7@2=symbol, cc0 to cc119")
    }
    guard !noConnect || connect.isEmpty else {
      throw ValidationError("--no-connect: expected no --connect beside it")
    }
    if let state, state != state.printable {
      throw ValidationError(
        "--state '\(state)': expected a folder without control characters in its name")
    }
    guard osc != nil || oscPeer.isEmpty else {
      throw ValidationError("--osc-peer: expected --osc beside it")
    }
    guard (0...65535).contains(osc ?? 0) else {
      throw ValidationError("--osc \(osc ?? 0): expected a port from 0 to 65535")
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

  /// Plays what a session manager wants, or what was asked for.
  private func play(_ plugin: Plugin) throws {
    Stop.listen()
    ScratchFolder.sweep()
    guard let manager = NSMManager.find() else { return try play(plugin, in: nil, of: nil) }
    // Another project can be wanted while one plays.
    while let project = manager.nextProject() {
      do {
        try State.finishSaving(in: project.folder)
        try play(project.plugin(in: plugin.world) ?? plugin, in: project, of: manager)
        if manager.wanted == nil { return }
      } catch {
        guard manager.wanted != nil else { throw error }
        printError("\(error)")
        manager.refuse(project, error)
      }
    }
  }

  /// - Parameter project: where the state is kept; options begin only what has none.
  private func play(_ plugin: Plugin, in project: NSMProject?, of manager: NSMManager?) throws {
    let isNew = project?.isNew ?? true
    let client: JackClient
    do {
      client = try JackClient(
        name: project?.clientName ?? name ?? Self.shortName(plugin.name),
        isExact: exact || project != nil, startsServer: startServer)
    } catch let error as JackClient.NoAnswer {
      endWithoutJack("\(error)")
    }
    let hosted = try HostedPlugin(
      plugin, sampleRate: client.sampleRate, worker: .asynchronous,
      blockLength: client.blockLength)
    let controllers = ControlMap(plugin)
    let kept = project.map(\.folder) ?? state
    // What is new to a session manager may begin with another state.
    if project == nil, let state { try State.finishSaving(in: state) }
    if let first = isNew ? state : kept, access(first + "/state.ttl", F_OK) == 0 {
      try hosted.load(from: first, controllers)
    }
    if isNew {
      try options.apply(to: hosted)
      for text in map { try controllers.map(text) }
    }
    try hosted.start(score: isNew ? options.score : nil, unless: { Stop.isWanted })
    try client.activate(hosted, controllers, waits: wait)
    let session = Session(
      client: client, hosted: hosted, controllers: controllers, folder: kept)
    defer { session.client?.deactivate() }
    if isNew, let project { try session.save(to: project.folder) }
    if !isNew {
      // Connections are the session manager's.
    } else if connect.isEmpty && !noConnect {
      client.connectToSpeakers(plugin)
    } else {
      try client.connect(connect.flatMap { Connection.parse($0) ?? [] }, of: plugin)
    }
    session.isExact = exact || project != nil
    session.waits = wait
    if isNew {
      session.preset = options.preset
      session.scores.begin(with: options.score)
    }
    if let osc {
      session.surfaces.append(
        try OSCSurface(host: oscAddress, port: osc, peers: oscPeer, plugin: plugin))
    }
    if let manager { session.surfaces.append(NSMSurface(manager)) }
    client.updateLatency()
    say("\(plugin.name) plays as \(client.name)")
    try page.open(for: session)
    // Last: what is said from now on must leave the line alone that is being typed.
    if Prompt.isWelcome(manager != nil) { session.surfaces.append(Prompt()) }
    manager?.accept()
    session.run()
    session.client?.deactivate()
    // A session manager says itself when to save.
    if project == nil, let state { try session.save(to: state) }
    if session.isStuck || session.client?.isStuck == true {
      endWithoutJack("\(JackClient.NoAnswer()); ends without leaving it")
    }
  }

  /// Ends while a call into JACK goes on, which may have the plugin; what runs at an exit could wait for JACK too.
  private func endWithoutJack(_ reason: String) -> Never {
    printError(reason)
    _exit(Failure.unavailable)
  }

  /// A name in ASCII without spaces, such as `divisi-drums`.
  static func shortName(_ name: String) -> String {
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    // JACK takes names of up to 63 bytes, and adds a number where one is taken.
    return words.isEmpty ? "divisi-host" : String(words.joined(separator: "-").prefix(60))
  }
}
