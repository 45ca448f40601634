// Thread: setup

/// Which senders have shown that they are where their datagrams say.
///
/// A datagram may bear anybody's address, and the answers to many of them would flood whoever has that address. So an
/// address in a network is sent no more than came from it, until a number has come back that only who receives there
/// can know.
struct OSCSenders {
  /// What one datagram lets its sender be sent, whatever number of messages it holds.
  final class Room {
    /// Bytes, heads included, that are left.
    fileprivate var rest: Int

    /// - Parameter byteCount: how long the datagram is.
    init(byteCount: Int) { rest = byteCount + OSCSenders.headSize }
  }

  /// The message with the number: as short as any that means something, so that it fits wherever an answer does not.
  static let path = OSCControls.root + "ack"

  /// Senders that are remembered, twice as many as there may be subscribers.
  private static let most = 2 * OSCSurface.mostListeners
  /// How long one is; then it is asked again.
  private static let lifetime = Duration.seconds(600)
  /// How long a number can be sent back, at least; at most twice as long.
  private static let period = Duration.seconds(60)
  /// Bytes that IPv4 and UDP put before each datagram.
  private static let headSize = 28

  /// What nobody else knows: numbers follow from it.
  private let secret = (UInt64.random(in: 0...(.max)), UInt64.random(in: 0...(.max)))
  private let start = ContinuousClock.now
  private var ends: [UDPAddress: ContinuousClock.Instant] = [:]
  /// What may still be sent in answer to the last message; nil for anything.
  private(set) var room: Room?

  /// A message is answered from now on.
  ///
  /// - Parameters:
  ///   - room: of the datagram that it came in.
  ///   - isTrusted: whether its sender need not show anything.
  mutating func begin(_ source: UDPAddress, room: Room, isTrusted: Bool) {
    self.room = isTrusted || isKnown(source) ? nil : room
  }

  /// A message is answered again, with the room that it had.
  mutating func resume(_ room: Room?) { self.room = room }

  /// Whether as much may be sent as there is to say.
  var isFree: Bool { room == nil }

  /// Whether datagrams may be sent to who sent the last one, all of them; they count.
  mutating func allows(_ datagrams: [[UInt8]]) -> Bool {
    guard let room else { return true }
    let count = datagrams.reduce(0) { $0 + $1.count + Self.headSize }
    guard count <= room.rest else { return false }
    room.rest -= count
    return true
  }

  /// What a sender has to send back.
  func challenge(for source: UDPAddress, at time: ContinuousClock.Instant = .now) -> OSCMessage {
    OSCMessage(Self.path, .integer(number(for: source, in: period(at: time))))
  }

  /// Takes what a sender has sent back.
  ///
  /// - Returns: whether it is right.
  mutating func learn(
    _ source: UDPAddress, _ answer: Int, at time: ContinuousClock.Instant = .now
  ) -> Bool {
    let now = period(at: time)
    guard [now, now - 1].contains(where: { number(for: source, in: $0) == answer }) else {
      return false
    }
    ends = ends.filter { $0.value > time }
    if ends.count >= Self.most, let oldest = ends.min(by: { $0.value < $1.value })?.key {
      ends[oldest] = nil
    }
    ends[source] = time + Self.lifetime
    room = nil
    return true
  }

  /// Whether a sender has shown that it is there.
  func isKnown(_ source: UDPAddress, at time: ContinuousClock.Instant = .now) -> Bool {
    ends[source].map { $0 > time } ?? false
  }

  private func period(at time: ContinuousClock.Instant) -> Int {
    Int(start.duration(to: time) / Self.period)
  }

  /// From 1 to 2³¹ − 1, by a hash with a key, SipHash in Swift's library.
  private func number(for source: UDPAddress, in period: Int) -> Int {
    var hasher = Hasher()
    hasher.combine(secret.0)
    hasher.combine(secret.1)
    hasher.combine(source)
    hasher.combine(period)
    return max(1, hasher.finalize() & Int(Int32.max))
  }
}
