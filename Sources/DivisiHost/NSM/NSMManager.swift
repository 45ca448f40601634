// Thread: setup

import Glibc
import LV2Hosting
import Terminal

/// What a session manager wants to be played.
struct NSMProject {
  /// Where its state is, or is to be.
  let folder: String
  /// What people call the session.
  let sessionName: String
  /// The name to have in JACK.
  let clientName: String

  /// Whether nothing has been kept there yet.
  var isNew: Bool { access(folder + "/state.ttl", F_OK) != 0 }

  /// The plugin whose state it is; nil if there is none yet.
  func plugin(in world: World) throws -> Plugin? {
    guard !isNew else { return nil }
    return try world.plugin(State(path: folder + "/state.ttl", in: world).pluginURI)
  }
}

/// The session manager that has started this program: its side of NSM's protocol, version 1.1.
///
/// - SeeAlso: https://new-session-manager.jackaudio.org/api/
final class NSMManager {
  /// Why something cannot be done, by the protocol's numbers.
  enum Code: Int {
    case general = -1, noSessionOpen = -6, badProject = -9, createFailed = -10
  }

  /// The name in sessions. It is a part of a project's path, so it is the same for all plugins.
  static let applicationName = "Divisi"
  /// What is true of this program: it tells of changes, says things, goes over to other projects.
  private static let capabilities = ":dirty:switch:message:"
  private static let version = (major: 1, minor: 1)
  /// Datagrams that are looked at before others have their turn, wherever they come from.
  private static let most = 64
  /// How long a manager may be silent at first. It would have answered at once if it were there.
  private static let timeout = Duration.seconds(60)

  let socket: UDPSocket
  private let target: UDPAddress
  /// What is wanted next, and nobody has answered for.
  private(set) var wanted: NSMProject?

  /// - Parameter url: such as `osc.udp://host:16045/`.
  init(url: String) throws {
    let start = "osc.udp://"
    let place = url.hasPrefix(start) ? url.dropFirst(start.count).prefix { $0 != "/" } : ""
    guard let colon = place.lastIndex(of: ":"), colon > place.startIndex,
      let port = Int(place[place.index(after: colon)...]), (1...65535).contains(port)
    else { throw Failure("expected osc.udp://HOST:PORT/") }
    let host = place[..<colon].filter { !"[]".contains($0) }
    target = try UDPAddress(host: host, port: port)
    socket = try UDPSocket(at: target.anyOfItsFamily)
  }

  /// The manager that `NSM_URL` names, if it answers.
  ///
  /// As the protocol wants it, a manager that cannot be reached is none.
  static func find() -> NSMManager? {
    guard let url = getenv("NSM_URL").map({ String(cString: $0) }), !url.isEmpty else { return nil }
    do {
      let manager = try NSMManager(url: url)
      try manager.announce()
      return manager
    } catch {
      if !Stop.isWanted { printError("NSM_URL '\(url)': \(error); playing without a session") }
      return nil
    }
  }

  func announce() throws {
    let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init)
    socket.reportsRefusals = true
    defer { socket.reportsRefusals = false }
    send(
      OSCMessage(
        "/nsm/server/announce", .text(Self.applicationName), .text(Self.capabilities),
        .text(program ?? "divisi-host"), .integer(Self.version.major),
        .integer(Self.version.minor), .integer(Int(getpid()))))
    let end = ContinuousClock.now + Self.timeout
    while !Stop.isWanted && .now < end {
      wait()
      guard let message = try next() else { continue }
      guard message.values.first == .text("/nsm/server/announce") else { continue }
      if message.path == "/reply" { return }
      if message.path == "/error", case .text(let text)? = message.values.last {
        throw Failure(text)
      }
    }
    throw Failure("expected a session manager that answers; it does not")
  }

  // MARK: Messages

  func send(_ message: OSCMessage) { socket.send([message], to: target) }

  /// The manager's next message; nil if there is none.
  ///
  /// - Throws: if nobody listens where it should be, as long as that is reported.
  private func next() throws -> OSCMessage? {
    errno = 0
    for _ in 0..<Self.most {
      guard let (bytes, source) = socket.receive() else { break }
      let isManager =
        source.port == target.port
        && (source.host == target.host || source.isLoopback && target.isLoopback)
      if isManager, let message = OSCPacket(bytes).messages.first { return message }
      errno = 0
    }
    if errno == ECONNREFUSED {
      throw Failure("expected a session manager; there is none")
    }
    return nil
  }

  /// Waits for a message, or for a moment.
  private func wait() {
    var source = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&source, 1, 100)
  }

  /// Answers what was asked.
  func reply(to path: String, _ text: String) {
    send(OSCMessage("/reply", .text(path), .text(text)))
  }

  /// Says why something is not done.
  func refuse(_ path: String, _ code: Code, _ text: String) {
    send(OSCMessage("/error", .text(path), .integer(code.rawValue), .text(text.printable)))
  }

  // MARK: Projects

  /// Waits until there is something to play.
  ///
  /// - Returns: nil if this program is to end.
  func nextProject() -> NSMProject? {
    while wanted == nil && !Stop.isWanted {
      wait()
      serve { self.refuse("/nsm/client/save", .noSessionOpen, "no project is open") }
    }
    return Stop.isWanted ? nil : wanted
  }

  /// Answers for the project that was wanted: it plays.
  func accept() {
    wanted = nil
    reply(to: "/nsm/client/open", "OK")
  }

  /// Answers for the project that was wanted: it does not.
  func refuse(_ project: NSMProject, _ problem: any Error) {
    wanted = nil
    // What cannot be read or written is the project; the rest is the world.
    let code =
      problem is HostingError ? project.isNew ? Code.createFailed : .badProject : .general
    refuse("/nsm/client/open", code, "\(problem)")
  }

  /// Takes what the manager has said, until it wants another project.
  ///
  /// - Parameter save: what to do when it wants the state to be saved.
  func serve(save: () -> Void) {
    for _ in 0..<Self.most {
      guard wanted == nil, let message = try? next() else { return }
      switch message.path {
      case "/nsm/client/open":
        let texts = message.values.compactMap { value in
          if case .text(let text) = value { text } else { nil }
        }
        guard texts.count == 3, texts[0].hasPrefix("/"), !texts[2].isEmpty else {
          refuse(message.path, .general, "expected a path, a session's name and a client's")
          continue
        }
        wanted = NSMProject(folder: texts[0], sessionName: texts[1], clientName: texts[2])
      case "/nsm/client/save": save()
      // That the others have been loaded changes nothing here.
      default: break
      }
    }
  }
}
