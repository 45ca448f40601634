import Foundation
import Testing

/// Who may see the mixer page, and where it is.
@Suite(.serialized) struct WebServerTests {
  /// Sends a request as it is, and gives the first line of the answer.
  private static func answer(_ request: String, at url: String, body: Int = 0) throws -> String {
    let port = try #require(UInt16(url.split(separator: ":").last?.prefix { $0.isNumber } ?? ""))
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0, "\(url)")
    let bytes = Array(request.replacing("\n", with: "\r\n").utf8) + [UInt8](repeating: 0, count: body)
    try #require(send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL.rawValue)) == bytes.count)
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !answer.contains(UInt8(ascii: "\n")) {
      let count = recv(file, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      answer += chunk[..<count]
    }
    return String(decoding: answer.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
  }

  @Test func strangersAreRefused() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    let place = String(url.dropFirst("http://".count).dropLast())
    let port = place.split(separator: ":")[1]
    let upgrade = """
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      Sec-WebSocket-Version: 13

      """
    for (request, wanted) in [
      ("GET / HTTP/1.1\nHost: \(place)\n\n", "200"),
      ("GET / HTTP/1.1\nHost: localhost:\(port)\n\n", "200"),
      ("GET / HTTP/1.1\nHost: evil.example:\(port)\n\n", "403"),
      ("GET / HTTP/1.1\nHost: 192.0.2.1:\(port)\n\n", "403"),
      ("GET / HTTP/1.1\n\n", "403"),
      ("GET /mixer.js HTTP/1.1\nHost: evil.example\n\n", "403"),
      ("GET /../../../../etc/passwd HTTP/1.1\nHost: \(place)\n\n", "404"),
      ("GET /%2e%2e/etc/passwd HTTP/1.1\nHost: \(place)\n\n", "404"),
      ("POST / HTTP/1.1\nHost: \(place)\nContent-Length: 0\n\n", "405"),
      ("GET /socket HTTP/1.1\nHost: \(place)\nOrigin: http://\(place)\n\(upgrade)\n", "101"),
      ("GET /socket HTTP/1.1\nHost: \(place)\nOrigin: http://evil.example\n\(upgrade)\n", "403"),
      ("GET /socket HTTP/1.1\nHost: \(place)\nOrigin: null\n\(upgrade)\n", "403"),
      ("GET /socket HTTP/1.1\nHost: \(place)\n\(upgrade)\n", "403"),
      (
        "GET /socket HTTP/1.1\nHost: evil.example\nOrigin: http://evil.example\n\(upgrade)\n", "403"
      ),
      (
        "POST /score?name=a.mid HTTP/1.1\nHost: \(place)\nOrigin: http://evil.example\nContent-Length: 0\n\n",
        "403"
      ),
      (
        "POST /score?name=a.mid HTTP/1.1\nHost: \(place)\nOrigin: http://\(place)\nContent-Length: 16777217\n\n",
        "413"
      ),
    ] {
      let line = try Self.answer(request, at: url)
      #expect(line.hasPrefix("HTTP/1.1 \(wanted) "), "\(request): \(line)")
    }
    #expect(try host.value("gain_left") == 0)
    host.say("quit")
    #expect(host.wait() == 0, "\(host.errors)")
  }

  /// What a page is not, but may pretend to be: the session goes on.
  @Test func nonsenseDoesNoHarm() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    for request in [
      "\n", "GET\n\n", "GET / HTTP/9\nHost\n\n", "\u{0}\u{1}\u{2}\n\n",
      "POST /score HTTP/1.1\nHost: 127.0.0.1\nOrigin: http://127.0.0.1\nContent-Length: -1\n\n",
    ] {
      _ = try Self.answer(request, at: url)
      #expect(try Self.answer("GET / HTTP/1.1\nHost: 127.0.0.1\n\n", at: url) == "HTTP/1.1 200 OK")
    }
    #expect(try host.value("gain_left") == 0)
  }

  @Test func portsAreFoundOrTaken() throws {
    let server = try Server()
    let (_, url) = try WebTests.page(server)
    let port = String(url.split(separator: ":").last?.prefix { $0.isNumber } ?? "")
    let run = try Child.run(
      Project.program("divisi-host"), Polonaise.arguments + ["--no-connect", "--web", port],
      environment: server.environment)
    #expect(run.status == 1)
    #expect(
      run.errors.contains("127.0.0.1, port \(port): expected one that can be listened at"),
      "\(run.errors)")
    // Without a port there is one in any case, and a word that is none is the plugin's name.
    let other = try Child(
      Project.program("divisi-host"), ["--no-connect", "--name", "other", "--web", "urn:divisi:hands"],
      environment: server.environment)
    #expect(
      other.wait { other.output.contains("mixer page at http://127.0.0.1:80") }, "\(other.errors)")
    #expect(other.output.contains("Divisi Hands plays"))
  }

  @Test func othersAreLetInOnlyOnPurpose() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(
      server, Polonaise.arguments + ["--web-address", "0.0.0.0"])
    #expect(host.wait { host.errors.contains("everybody who can reach this address") })
    for (name, wanted) in [("192.0.2.1:80", "200"), ("[2001:db8::1]", "200"), ("evil.example", "403")] {
      let line = try Self.answer("GET / HTTP/1.1\nHost: \(name)\n\n", at: url)
      #expect(line.hasPrefix("HTTP/1.1 \(wanted) "), "\(name): \(line)")
    }
    for (arguments, problem) in [
      (["--web", "--web-address", "here"], "--web-address 'here': expected an address in numbers"),
      (["--web-address", "0.0.0.0"], "--web-address: expected --web beside it"),
    ] {
      let run = try Project.host(arguments)
      #expect(run.status == 64)
      #expect(run.errors.contains(problem), "\(run.errors)")
    }
  }
}
