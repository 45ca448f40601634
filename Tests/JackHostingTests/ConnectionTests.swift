import Testing

@testable import JackHosting

/// Connections in words, across servers, and names of ports.
@Suite struct ConnectionTests {
  @Test func sidesAreCounted() throws {
    let found = try #require(Connection.parse("in=a:1,a:2,out=b:1,snare_l=c:x,d:y"))
    #expect(
      found.map(\.place) == [
        .input(0), .input(1), .output(0), .symbol("snare_l"), .symbol("snare_l"),
      ])
    #expect(found.map(\.other) == ["a:1", "a:2", "b:1", "c:x", "d:y"])
  }

  @Test(arguments: ["", "a:1", "=a", "in=", "in=a,,b", ","])
  func nonsenseIsRefused(text: String) {
    #expect(Connection.parse(text) == nil)
  }

  /// A server that ends takes connections away before it says so.
  @Test func whatHasJustGoneIsRemembered() {
    let start = ContinuousClock.now
    let (old, new) = (Link(port: 0, other: "a:1"), Link(port: 1, other: "b:1"))
    var connections = Connections(wanted: [Link(port: 2, other: "c:1")])
    connections.update([old, new], at: start)
    connections.update([new], at: start + .milliseconds(100))
    #expect(connections.remembered(at: start + .milliseconds(200)).count == 3)
    #expect(
      !connections.remembered(at: start + .seconds(5)).contains(old), "taken away by somebody")
    connections.update([Link(port: 2, other: "c:1")], at: start + .seconds(6))
    #expect(connections.wanted.isEmpty)
  }

  @Test func namesAreShortAndDiffer() {
    #expect(PortName.short("gain", longest: 10, taken: []) == "gain")
    #expect(PortName.short("a:b\nc", longest: 10, taken: []) == "a_b_c")
    #expect(PortName.short("abcdefgh", longest: 4, taken: []) == "abcd")
    #expect(PortName.short("abcdefgh", longest: 4, taken: ["abcd"]) == "ab_2")
    #expect(PortName.short("abcdefgh", longest: 4, taken: ["abcd", "ab_2"]) == "ab_3")
    #expect(PortName.short("", longest: 4, taken: []) == "_2")
  }
}
