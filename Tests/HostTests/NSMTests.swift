import Foundation
import Testing

/// The host in sessions, with the tests as the session manager.
@Suite(.serialized) struct NSMTests {
  /// A session manager and what it has started.
  private struct Session {
    let manager: OSCPeer
    let host: Child

    /// Starts the host, and waits until it has said who it is.
    init(_ server: Server, _ arguments: [String] = []) throws {
      // The port is there before the program, which keeps what is said to it.
      let port = try OSCPeer()
      host = try Child(
        Project.program("divisi-host"), arguments,
        environment: server.environment.merging(
          ["NSM_URL": "osc.udp://localhost:\(port.port)/"]) { $1 })
      manager = port
      manager.program = host
    }

    /// Lets it join, and takes what it has said of itself.
    func join() throws -> [OSCPeer.Value] {
      let announced = try manager.wait(for: "/nsm/server/announce").values
      manager.send("/reply", "/nsm/server/announce", "hello", "tests", ":server-control:")
      return announced
    }

    /// Opens a project, and gives the answer.
    func open(_ folder: String, _ client: String) throws -> OSCPeer.Message {
      manager.send("/nsm/client/open", .text(folder), "Nocturne", .text(client))
      return try answer(to: "/nsm/client/open")
    }

    func save() throws -> OSCPeer.Message {
      manager.send("/nsm/client/save")
      return try answer(to: "/nsm/client/save")
    }

    private func answer(to path: String) throws -> OSCPeer.Message {
      try manager.wait(for: ["/reply", "/error"]) { $0.values.first == .text(path) }
    }
  }

  private static func reply(to path: String) -> OSCPeer.Message {
    OSCPeer.Message("/reply", [.text(path), "OK"])
  }

  @Test func sessionsAreKept() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let project = folder.file("Divisi.nABCD")
    var session = try Session(server, Polonaise.arguments + ["--score", Polonaise.score])
    let announced = try session.join()
    #expect(
      Array(announced.prefix(5)) == ["Divisi", ":dirty:switch:message:", "divisi-host", 1, 1])
    #expect(announced.count == 6)
    // It is in no hurry to join JACK.
    #expect(try !server.tool("jack_lsp").contains("left_l"))
    #expect(try session.save().values.dropFirst().first == -6, "nothing is open")
    #expect(try session.open(project, "Divisi.nABCD") == Self.reply(to: "/nsm/client/open"))
    #expect(try server.tool("jack_lsp").contains("Divisi.nABCD:left_l"))
    #expect(folder.files.contains("Divisi.nABCD/state.ttl"), "a new project is there at once")
    // Connections of a new project are those of every start.
    server.expect("jack_lsp", ["-c", "system:playback_1"]) { $0.contains("Divisi.nABCD:mix_l") }
    try session.manager.wait(for: "/nsm/client/is_clean")
    session.manager.send("/nsm/client/session_is_loaded")
    #expect(try session.host.ask("set gain_right -6", for: "gain_right") == "gain_right = -6")
    try session.manager.wait(for: "/nsm/client/is_dirty")
    #expect(try session.save() == Self.reply(to: "/nsm/client/save"))
    try session.manager.wait(for: "/nsm/client/is_clean")
    // What is not saved is not kept, as when a session is left without saving.
    #expect(try session.host.ask("set gain_right 3", for: "gain_right") == "gain_right = 3")
    try session.manager.wait(for: "/nsm/client/is_dirty")
    session.host.send(SIGTERM)
    #expect(session.host.wait() == 0, "\(session.host.errors)")
    server.expect("jack_lsp") { !$0.contains("Divisi") }

    // Another plugin by default, other options: the project is what counts.
    session = try Session(server, ["--set", "gain_residual=-20", "--score", "/nowhere.mid"])
    _ = try session.join()
    #expect(try session.open(project, "Divisi.nABCD") == Self.reply(to: "/nsm/client/open"))
    #expect(session.host.output.contains("Divisi Hands plays as Divisi.nABCD"))
    #expect(try session.host.value("gain_right") == -6)
    #expect(try session.host.value("gain_residual") == 0)
    // Its connections are the business of others.
    #expect(try !server.tool("jack_lsp", ["-c", "system:playback_1"]).contains("Divisi"))
    // The score is in it too.
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: Polonaise.score)) == folder.score(in: project))
    session.host.say("quit")
    #expect(session.host.wait() == 0, "\(session.host.errors)")

    // A new project begins with a state from elsewhere, which stays as it is.
    session = try Session(
      server, ["urn:divisi:hands", "--state", project, "--set", "gain_left=-4"])
    _ = try session.join()
    let copy = folder.file("Divisi.nEFGH")
    #expect(try session.open(copy, "Divisi.nEFGH") == Self.reply(to: "/nsm/client/open"))
    #expect(try session.host.value("gain_right") == -6)
    #expect(try session.host.value("gain_left") == -4)
    #expect(try session.host.ask("save", for: "saved") == "saved \(copy)")
    session.host.say("quit")
    #expect(session.host.wait() == 0, "\(session.host.errors)")
  }

  @Test func projectsTakeTurns() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let session = try Session(server, ["urn:divisi:hands", "--osc", "0"])
    _ = try session.join()
    for (name, gain) in [("one", "-1"), ("two", "-2")] {
      let answer = try session.open(folder.file("\(name)/Divisi.\(name)"), "Divisi.\(name)")
      #expect(answer == Self.reply(to: "/nsm/client/open"))
      #expect(try session.host.value("gain_left") == 0, "nothing is left of another project")
      server.expect("jack_lsp") { ports in
        ports.contains("Divisi.\(name):left_l")
          && !ports.contains(name == "one" ? "Divisi.two" : "Divisi.one")
      }
      _ = try session.host.ask("set gain_left \(gain)", for: "gain_left = \(gain)")
      #expect(try session.save() == Self.reply(to: "/nsm/client/save"))
    }
    let answer = try session.open(folder.file("one/Divisi.one"), "Divisi.one")
    #expect(answer == Self.reply(to: "/nsm/client/open"))
    #expect(try session.host.value("gain_left") == -1)
    #expect(session.host.output.components(separatedBy: "OSC at").count == 4)
    session.host.send(SIGTERM)
    #expect(session.host.wait() == 0, "\(session.host.errors)")
  }

  /// What cannot be opened is said, and something else can be opened then.
  @Test func problemsHaveNumbers() throws {
    let server = try Server()
    let folder = try TemporaryFolder()
    let bad = folder.file("bad")
    try FileManager.default.createDirectory(atPath: bad, withIntermediateDirectories: true)
    try Data("no state".utf8).write(to: URL(fileURLWithPath: bad + "/state.ttl"))
    try Data().write(to: URL(fileURLWithPath: folder.file("file")))
    let other = try server.host(Polonaise.arguments)
    let session = try Session(server, Polonaise.arguments)
    _ = try session.join()
    for (path, client, code) in [
      (bad, "Divisi.bad", -9), (folder.file("file/below"), "Divisi.file", -10),
      (folder.file("taken"), "plug", -1), ("here", "Divisi.here", -1),
    ] as [(String, String, Int32)] {
      let answer = try session.open(path, client)
      #expect(answer.path == "/error", "\(path)")
      #expect(answer.values.dropFirst().first == .int(code), "\(answer)")
    }
    let answer = try session.open(folder.file("good"), "Divisi.good")
    #expect(answer == Self.reply(to: "/nsm/client/open"))
    // A state that cannot be written.
    try FileManager.default.removeItem(atPath: folder.file("good"))
    try Data().write(to: URL(fileURLWithPath: folder.file("good")))
    #expect(try session.save().path == "/error")
    #expect(try session.host.value("gain_left") == 0)
    #expect(try other.value("gain_left") == 0)
    // Someone else has no say.
    let stranger = try OSCPeer()
    stranger.target = session.manager.target
    stranger.send("/nsm/client/open", .text(folder.file("stolen")), "Stolen", "Divisi.stolen")
    #expect(try session.save().path == "/error")
    #expect(try server.tool("jack_lsp").contains("Divisi.good:left_l"))
    session.host.say("quit")
    #expect(session.host.wait() == 0, "\(session.host.errors)")
  }

  /// Without a manager there is no session, and everything else works.
  @Test(arguments: ["osc.udp://127.0.0.1:1/", "osc.udp://:1/", "osc.udp://localhost", "nonsense"])
  func managersMayBeMissing(url: String) throws {
    let server = try Server()
    var environment = server.environment
    environment["NSM_URL"] = url
    let host = try Child(
      Project.program("divisi-host"), Polonaise.arguments + ["--name", "plug"],
      environment: environment)
    #expect(host.wait { host.output.contains("plays as plug") }, "\(host.errors)")
    #expect(host.errors.contains("NSM_URL '\(url)': expected"), "\(host.errors)")
    #expect(host.errors.contains("playing without a session"))
  }

  /// A manager may refuse, and may end what it has not let in.
  @Test func managersMayRefuse() throws {
    let server = try Server()
    var session = try Session(server, Polonaise.arguments + ["--name", "plug"])
    try session.manager.wait(for: "/nsm/server/announce")
    session.manager.send("/error", "/nsm/server/announce", -2, "too old")
    let host = session.host
    #expect(host.wait { host.output.contains("plays as plug") }, "\(host.errors)")
    #expect(host.errors.contains("too old; playing without a session"))
    session = try Session(server)
    try session.manager.wait(for: "/nsm/server/announce")
    session.host.send(SIGTERM)
    #expect(session.host.wait() == 0, "\(session.host.errors)")
    session = try Session(server)
    _ = try session.join()
    session.host.send(SIGTERM)
    #expect(session.host.wait() == 0, "\(session.host.errors)")
  }
}

extension TemporaryFolder {
  /// The bytes of the score in a project below.
  fileprivate func score(in project: String) -> Data? {
    files.filter { project.hasSuffix("/" + $0.prefix { $0 != "/" }) && $0.hasSuffix(".mid") }.first
      .flatMap { try? data($0) }
  }
}
