import Foundation
import Testing

/// OSC from elsewhere than this machine, as far as one machine can try that: from an address that is no loopback.
@Suite(.serialized, .enabled(if: NetworkAddress.own != nil, "there is no network"))
struct OSCNetworkTests {
  private static func start(_ server: Server, _ more: [String] = []) throws -> (Child, OSCPeer) {
    let host = try server.host(
      Polonaise.arguments + ["--osc", "0", "--osc-address", "0.0.0.0"] + more)
    let start = "OSC at osc.udp://0.0.0.0:"
    let line = try #require(host.output.split(separator: "\n").first { $0.hasPrefix(start) })
    let port = try #require(Int(line.dropFirst(start.count).dropLast()))
    return (host, try OSCPeer(to: port, of: host, host: try #require(NetworkAddress.own)))
  }

  @Test func strangersAreToldNoMoreThanTheyAsk() throws {
    let server = try Server()
    let (host, peer) = try Self.start(server)
    for (path, values) in [
      ("/divisi/meters", []), ("/divisi/presets", []),
      ("/divisi/help", []), ("/divisi/controls", []), ("/divisi/*/gain", []),
      ("/divisi/subscribe", []), ("/divisi/subscribe", [9001]), ("/divisi/nonsense", ["x"]),
      ("/divisi/ack", [0]),
    ] as [(String, [OSCPeer.Value])] {
      let (sent, received) = (peer.sentCount, peer.receivedCount)
      peer.send(OSCPeer.bytes(.init(path, values)))
      let answer = try peer.wait(for: "/divisi/ack")
      #expect(answer.values.count == 1)
      // The only answer, for the next one comes after it.
      #expect(peer.receivedCount - received <= peer.sentCount - sent, "\(path)")
      #expect(peer.received == [], "\(path)")
    }
    // What they want is done, and an answer that is no longer than the question is given.
    peer.send("/divisi/left/gain", -6.0)
    #expect(try peer.ask("/divisi/get", "gain_left", for: "/divisi/left/gain") == [-6.0])
    peer.send("/divisi/ack", 0)
    let challenge = try peer.wait(for: "/divisi/ack")
    #expect(try host.value("gain_left") == -6)
    // Nobody can guess the number.
    guard case .int(let number)? = challenge.values.first else { throw CancellationError() }
    peer.send("/divisi/ack", .int(number ^ 1))
    peer.send("/divisi/meters")
    #expect(try peer.wait(for: ["/divisi/ack", "/divisi/xruns"]).path == "/divisi/ack")
    // Whoever receives it can.
    peer.send(OSCPeer.bytes(challenge))
    peer.send("/divisi/meters")
    try peer.wait(for: "/divisi/xruns")
    peer.send("/divisi/subscribe")
    try peer.wait(for: "/divisi/left/gain") { $0.values == [-6.0] }
    host.say("set gain_left -7")
    try peer.wait(for: "/divisi/left/gain") { $0.values == [-7.0] }
    // Another one at the same address is another one.
    let other = try OSCPeer(to: peer.target, of: host, host: try #require(NetworkAddress.own))
    other.send("/divisi/meters")
    try other.wait(for: ["/divisi/ack"])
    #expect(other.received == [])
  }

  /// A datagram has room for answers once, not for each of its messages; with the 28 bytes of IPv4 and UDP before each.
  @Test func manyMessagesInOneGetNoMore() throws {
    let server = try Server()
    let (_, peer) = try Self.start(server)
    let challenge = OSCPeer.bytes(.init("/divisi/ack", [0]))
    peer.send(OSCPeer.bundle(Array(repeating: challenge, count: 100)))
    let (sent, head) = (peer.sentCount, 28)
    peer.send("/divisi/get", "gain_left")
    var count = 0
    while try peer.wait(for: ["/divisi/ack", "/divisi/left/gain"]).path == "/divisi/ack" {
      count += 1
    }
    #expect(count == (sent + head) / (challenge.count + head))
  }

  @Test func whoIsNamedNeedsNoHandshake() throws {
    let server = try Server()
    let (host, peer) = try Self.start(server, ["--osc-peer", try #require(NetworkAddress.own)])
    peer.send("/divisi/meters")
    try peer.wait(for: "/divisi/xruns")
    peer.send("/divisi/subscribe")
    try peer.wait(for: "/divisi/left/gain")
    host.say("quit")
    try peer.wait(for: "/divisi/unsubscribed")
    let run = try Project.host(["--osc-peer", "127.0.0.1"])
    #expect(run.status == 64)
    #expect(run.errors.contains("--osc-peer: expected --osc beside it"), "\(run.errors)")
  }
}

private enum NetworkAddress {
  /// An address of this machine that others may reach, in digits.
  static let own: String? = {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return nil }
    defer { freeifaddrs(first) }
    for entry in sequence(first: first, next: { $0?.pointee.ifa_next }) {
      guard let found = entry?.pointee.ifa_addr, found.pointee.sa_family == UInt16(AF_INET)
      else { continue }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      getnameinfo(
        found, socklen_t(MemoryLayout<sockaddr_in>.size), &text, UInt32(text.count), nil, 0,
        NI_NUMERICHOST)
      let host = String(
        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if !host.hasPrefix("127.") { return host }
    }
    return nil
  }()
}
