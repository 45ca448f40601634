import Foundation
import Testing

/// Something that speaks OSC at a port of its own: a control surface, or a session manager.
///
/// It shares no code with the host.
final class OSCPeer {
  /// What a message carries.
  enum Value: Equatable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
  {
    case int(Int32), float(Float), double(Double), text(String), truth(Bool)

    init(stringLiteral value: String) { self = .text(value) }
    init(floatLiteral value: Float) { self = .float(value) }
    init(integerLiteral value: Int32) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .truth(value) }
  }

  struct Message: Equatable {
    var path: String
    var values: [Value] = []

    init(_ path: String, _ values: [Value] = []) {
      self.path = path
      self.values = values
    }
  }

  private let descriptor: Int32
  /// The address that both sides have, in digits.
  private let host: String
  /// What is waited for no longer once it has ended.
  var program: Child?
  /// Its port.
  let port: Int
  /// Where the other side is; where the last datagram came from, if nobody says.
  var target: Int
  /// Bytes that were sent to the other side, and that came from it.
  private(set) var sentCount = 0, receivedCount = 0
  /// All that has been said to it.
  private(set) var received: [Message] = []

  /// - Parameters:
  ///   - target: the other side's port on this machine.
  ///   - program: what is at the other side.
  ///   - host: an address of this machine.
  init(to target: Int = 0, of program: Child? = nil, host: String = "127.0.0.1") throws {
    self.target = target
    self.host = host
    self.program = program
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = Self.address(host, 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = try withUnsafeMutablePointer(to: &address) { [descriptor] address in
      try address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try #require(bind(descriptor, $0, size) == 0)
        try #require(getsockname(descriptor, $0, &size) == 0)
      }
      return Int(UInt16(bigEndian: address.pointee.sin_port))
    }
  }

  deinit { close(descriptor) }

  private static func address(_ host: String, _ port: Int) -> sockaddr_in {
    sockaddr_in(
      sin_family: UInt16(AF_INET), sin_port: UInt16(port).bigEndian,
      sin_addr: in_addr(s_addr: inet_addr(host)), sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
  }

  // MARK: Talking

  func send(_ path: String, _ values: Value...) { send(Self.bytes(Message(path, values))) }

  func send(_ bytes: [UInt8]) {
    var address = Self.address(host, target)
    sentCount += bytes.count
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// Takes all that has arrived.
  func takeAll() -> [Message] {
    var count = -1
    while received.count > count {
      count = received.count
      listen()
    }
    defer { received = [] }
    return received
  }

  /// Takes one datagram, if one comes soon.
  private func listen() {
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&source, 1, 20) > 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, &bytes, bytes.count, 0, $0, &size)
      }
    }
    guard count > 0 else { return }
    if target == 0 { target = Int(UInt16(bigEndian: address.sin_port)) }
    receivedCount += count
    received += Self.messages(bytes[..<count])
  }

  /// Waits for a message among those that nobody has waited for, and forgets those before it.
  @discardableResult
  func wait(
    for path: String, where isMeant: (Message) -> Bool = { _ in true },
    location: SourceLocation = #_sourceLocation
  ) throws -> Message {
    try wait(for: [path], where: isMeant, location: location)
  }

  /// Waits for one of several.
  @discardableResult
  func wait(
    for paths: [String], where isMeant: (Message) -> Bool = { _ in true },
    location: SourceLocation = #_sourceLocation
  ) throws -> Message {
    var seen: [String] = []
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(900) {
      while !received.isEmpty {
        let message = received.removeFirst()
        if paths.contains(message.path) && isMeant(message) { return message }
        seen.append("\(message)")
      }
      if program?.isRunning == false { break }
      listen()
    }
    let comment = "\(paths) has not come; \(program?.errors ?? "") \(seen.suffix(20))"
    try #require(Bool(false), "\(comment)", sourceLocation: location)
    fatalError()
  }

  /// Asks, and waits for the answer.
  func ask(_ path: String, _ values: Value..., for answer: String) throws -> [Value] {
    received = []
    send(Self.bytes(Message(path, values)))
    return try wait(for: answer).values
  }

  /// Waits until the host has done what it was sent: it does everything in turn.
  func waitUntilDone() throws {
    turn += 1
    let path = "/divisi/done-\(turn)"
    send(path)
    try wait(for: "/divisi/error") { "\($0)".contains("\"\(path):") }
  }

  private var turn = 0

  // MARK: Bytes

  static func bytes(_ message: Message) -> [UInt8] {
    var types = ","
    var data: [UInt8] = []
    for value in message.values {
      switch value {
      case .int(let value):
        types += "i"
        data += number(UInt32(bitPattern: value))
      case .float(let value):
        types += "f"
        data += number(value.bitPattern)
      case .double(let value):
        types += "d"
        data += number(value.bitPattern)
      case .text(let value):
        types += "s"
        data += text(value)
      case .truth(let value): types += value ? "T" : "F"
      }
    }
    return text(message.path) + text(types) + data
  }

  static func bundle(_ elements: [[UInt8]], time: UInt64 = 1) -> [UInt8] {
    text("#bundle") + number(time) + elements.flatMap { number(UInt32($0.count)) + $0 }
  }

  private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  private static func text(_ value: String) -> [UInt8] {
    let bytes = Array(value.utf8) + [0]
    return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  private static func messages(_ bytes: ArraySlice<UInt8>) -> [Message] {
    var reader = Reader(rest: bytes)
    let path = reader.text()
    guard path == "#bundle" else { return [reader.message(path)] }
    _ = reader.number(UInt64.self)
    var result: [Message] = []
    while !reader.rest.isEmpty {
      let size = Int(reader.number(UInt32.self))
      result += messages(reader.rest.prefix(size))
      reader.rest = reader.rest.dropFirst(size)
    }
    return result
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func text() -> String {
      let value = rest.prefix { $0 != 0 }
      rest = rest.dropFirst(value.count / 4 * 4 + 4)
      return String(decoding: value, as: UTF8.self)
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
      let count = MemoryLayout<Number>.size
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func message(_ path: String) -> Message {
      let types = text().dropFirst()
      return Message(
        path,
        types.map { type in
          switch type {
          case "i": .int(Int32(bitPattern: number(UInt32.self)))
          case "f": .float(Float(bitPattern: number(UInt32.self)))
          case "s": .text(text())
          default: .truth(type == "T")
          }
        })
    }
  }
}

extension Child {
  /// A control surface that is connected to the port that the program has said.
  func surface() throws -> OSCPeer {
    let start = "OSC at osc.udp://127.0.0.1:"
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix(start) })
    let port = try #require(Int(line.dropFirst(start.count).dropLast()))
    return try OSCPeer(to: port, of: self)
  }
}
