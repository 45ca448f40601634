// Thread: setup

import LV2Hosting
import Terminal

/// Control over a network, by Open Sound Control: docs/osc.md says how it is spoken.
final class OSCSurface: Surface {
  let socket: UDPSocket
  let controls: OSCControls
  var listeners: [OSCListener] = []
  var senders = OSCSenders()
  /// Hosts whose datagrams are taken to come from them, in digits.
  private let peers: Set<String>

  /// Listeners that are told at most.
  static let mostListeners = 32
  /// How long one is told that does not ask again, if it does not say how long; nobody in a network is told for longer.
  static let usualTimeout = Duration.seconds(60)
  /// Datagrams, and bytes of them, that are taken before others have their turn.
  private static let most = 64
  private static let mostBytes = 1 << 16
  /// Messages of one sender, and senders, that may wait.
  private static let mostMessages = 4096, mostSenders = 64
  private var waiting = FairQueue<UDPAddress, (message: OSCMessage, room: OSCSenders.Room)>(
    capacity: mostMessages, mostSenders: mostSenders)
  /// Words after `/divisi/` that are not the prompt's.
  static let ownCommands: Set<String> = [
    "ack", "control", "error", "message", "meters", "subscribe", "unsubscribe", "unsubscribed",
    "xruns",
  ]

  var descriptor: Int32? { socket.descriptor }
  var hasWork: Bool { !waiting.isEmpty }

  /// Listens, and says where.
  ///
  /// - Parameters:
  ///   - host: the address to listen at; others are not reached by it.
  ///   - port: 0 for any that is free.
  ///   - peers: hosts that need not show that they are there.
  init(host: String, port: Int, peers: [String], plugin: Plugin) throws {
    self.peers = Set(try peers.map { try UDPAddress(host: $0, port: 0).host })
    socket = try UDPSocket(at: UDPAddress(host: host, port: port))
    controls = OSCControls(of: plugin, commands: Self.ownCommands.union(Session.commandWords))
    say("OSC at \(socket.address.url)")
  }

  func serve(_ session: Session) {
    take()
    for (source, task) in waiting.takeTurn() where !session.isOver {
      senders.begin(source, room: task.room, isTrusted: isTrusted(source))
      answer(task.message, source, session)
    }
  }

  /// Takes what has arrived.
  private func take() {
    var byteCount = 0
    for _ in 0..<Self.most where byteCount < Self.mostBytes {
      guard let (bytes, source) = socket.receive() else { return }
      byteCount += bytes.count
      let packet = OSCPacket(bytes)
      let room = OSCSenders.Room(byteCount: bytes.count)
      var lostCount = 0
      for message in packet.messages {
        let isTaken = waiting.add(
          (message, room), from: source, cost: cost(of: message),
          key: controls.target(of: message)?.symbol)
        if !isTaken { lostCount += 1 }
      }
      guard lostCount > 0 || !packet.isWhole else { continue }
      senders.begin(source, room: room, isTrusted: isTrusted(source))
      if lostCount > 0 {
        send([Self.error("too many messages at once; \(lostCount) were dropped")], to: source)
      }
      if !packet.isWhole {
        send([Self.error("expected OSC messages, found something malformed")], to: source)
      }
    }
  }

  private func cost(of message: OSCMessage) -> Int {
    if controls.target(of: message) != nil { return Work.control }
    let name = message.path.dropFirst(OSCControls.root.count)
    if OSCPattern.isOne(String(name)) || ["meters", "subscribe"].contains(name) {
      return Work.list
    }
    return Work.cost(ofCommand: name.prefix { $0 != "/" })
  }

  private func answer(_ message: OSCMessage, _ source: UDPAddress, _ session: Session) {
    // So that two of this program cannot keep each other busy.
    guard message.path != OSCControls.root + "error" else { return }
    for index in listeners.indices where listeners[index].source == source && senders.isFree {
      listeners[index].renew()
    }
    do {
      send(try perform(message, from: source, session), to: source)
    } catch {
      send([Self.error("\(error)")], to: source)
    }
  }

  func update(_ session: Session) {
    for index in listeners.indices {
      socket.send(listeners[index].news(session, controls: controls), to: listeners[index].target)
    }
    for listener in listeners where listener.end < .now { dismiss(listener) }
    listeners.removeAll { $0.end < .now }
  }

  func log(_ text: String) {
    for listener in listeners {
      socket.send([OSCMessage(OSCControls.root + "message", .text(text))], to: listener.target)
    }
  }

  func close() {
    for listener in listeners { dismiss(listener) }
    listeners = []
  }

  /// Whether a sender is this machine, or one that the user has named.
  func isTrusted(_ source: UDPAddress) -> Bool {
    source.isLoopback || peers.contains(source.host)
  }

  /// Sends to whoever has asked, at the port where it listens; one that might be somebody else has to answer first.
  func send(_ messages: [OSCMessage], to source: UDPAddress) {
    guard !messages.isEmpty else { return }
    guard senders.allows(OSCPacket.datagrams(messages)) else { return challenge(source) }
    socket.send(messages, to: listeners.first { $0.source == source }?.target ?? source)
  }

  /// Asks a sender to show that it is there, if there is room for that.
  func challenge(_ source: UDPAddress) {
    let message = senders.challenge(for: source)
    if senders.allows(OSCPacket.datagrams([message])) { socket.send([message], to: source) }
  }

  /// Tells one that it is told no more.
  func dismiss(_ listener: OSCListener) {
    socket.send([OSCMessage(OSCControls.root + "unsubscribed")], to: listener.target)
  }

  static func error(_ text: String) -> OSCMessage {
    OSCMessage(OSCControls.root + "error", .text(text.printable))
  }
}

extension Session {
  /// The first words of all commands.
  static var commandWords: Set<String> {
    Set(commands.map { String($0.0.prefix { $0 != " " }) })
  }
}
