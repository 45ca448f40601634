import Testing

@testable import DivisiHost

/// Which addresses are sent more than came from them.
@Suite struct OSCSendersTests {
  private let source: UDPAddress
  private let other: UDPAddress

  init() throws {
    source = try UDPAddress(host: "192.0.2.1", port: 9000)
    other = try UDPAddress(host: "192.0.2.1", port: 9001)
  }

  private static func number(_ message: OSCMessage) -> Int {
    message.values.first?.number.flatMap { Int(exactly: $0) } ?? 0
  }

  /// It fits where `/divisi/meters` was sent, and any other message that is answered.
  @Test func theChallengeIsShort() {
    let challenge = OSCSenders().challenge(for: source)
    #expect(challenge.bytes.count == 20)
    #expect(challenge.bytes.count <= OSCMessage("/divisi/meters").bytes.count)
    #expect(Self.number(challenge) > 0)
  }

  @Test func answersAreNoLongerThanQuestions() {
    var senders = OSCSenders()
    senders.begin(source, room: .init(byteCount: 20), isTrusted: false)
    #expect(!senders.isFree)
    let short = [UInt8](repeating: 0, count: 4)
    let answers = [
      [[UInt8](repeating: 0, count: 24)], [short, short], [short + short + short], [[]],
    ]
    // One datagram for one.
    let areAllowed = answers.map { senders.allows($0) }
    #expect(areAllowed == [false, false, true, false])
    senders.begin(source, room: .init(byteCount: 20), isTrusted: true)
    let isAllowed = senders.allows([[UInt8](repeating: 0, count: 60_000)])
    #expect(senders.isFree && isAllowed)
  }

  /// Whatever number of messages it holds.
  @Test func aDatagramHasRoomOnce() {
    var senders = OSCSenders()
    let challenge = [senders.challenge(for: source).bytes]
    let room = OSCSenders.Room(byteCount: 80)
    let areAllowed = (0..<4).map { _ in
      senders.begin(source, room: room, isTrusted: false)
      return senders.allows(challenge)
    }
    #expect(areAllowed == [true, true, false, false])
  }

  @Test func whoAnswersIsKnown() {
    var senders = OSCSenders()
    let number = Self.number(senders.challenge(for: source))
    senders.begin(source, room: .init(byteCount: 20), isTrusted: false)
    // Each has a number of its own.
    let wrong = [senders.learn(source, number ^ 1), senders.learn(other, number)]
    #expect(wrong == [false, false] && !senders.isFree)
    let right = senders.learn(source, number)
    #expect(right && senders.isFree)
    #expect(senders.isKnown(source) && !senders.isKnown(other))
    #expect(Self.number(OSCSenders().challenge(for: source)) != number, "it is a secret")
  }

  @Test func nobodyIsKnownForEver() {
    var senders = OSCSenders()
    let start = ContinuousClock.now
    let number = Self.number(senders.challenge(for: source, at: start))
    let late = senders.learn(source, number, at: start + .seconds(180))
    let inTime = senders.learn(source, number, at: start + .seconds(59))
    #expect(!late && inTime)
    #expect(senders.isKnown(source, at: start + .seconds(658)))
    #expect(!senders.isKnown(source, at: start + .seconds(660)))
  }

  @Test func onlySoManyAreRemembered() throws {
    var senders = OSCSenders()
    let start = ContinuousClock.now
    let addresses = try (0..<80).map { try UDPAddress(host: "192.0.2.1", port: 1024 + $0) }
    for (index, address) in addresses.enumerated() {
      let time = start + .milliseconds(index)
      let number = Self.number(senders.challenge(for: address, at: time))
      let isRight = senders.learn(address, number, at: time)
      #expect(isRight)
    }
    #expect(addresses.map { senders.isKnown($0) }.filter { $0 }.count == 64)
    #expect(senders.isKnown(addresses[79]) && !senders.isKnown(addresses[0]))
  }
}
