import Foundation
import Testing

/// Who may see the mixer page, where it is, and what it does about those who are no browsers.
@Suite(.serialized) struct WebServerTests {
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
      let line = try WebConnection.answer(request, at: url)
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
      // It may wait for more, or be told what it is.
      let nonsense = try WebConnection(url)
      nonsense.send(Array(request.replacing("\n", with: "\r\n").utf8))
      #expect(
        try WebConnection.answer("GET / HTTP/1.1\nHost: 127.0.0.1\n\n", at: url)
          == "HTTP/1.1 200 OK")
    }
    #expect(try host.value("gain_left") == 0)
  }

  /// Who does not listen is told how things are when there is room again.
  @Test func slowPagesLearnInTheEnd() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    let place = String(url.dropFirst("http://".count).dropLast())
    let page = try WebConnection(url, isSlow: true)
    page.send(WebConnection.upgrade(to: place))
    #expect(page.receive { $0.count(of: "isAll") > 0 }.count(of: "isAll") == 1)
    // More answers than the system keeps for somebody who does not take them.
    let ping: [UInt8] = [0x89, 0x80 | 125, 1, 2, 3, 4] + [UInt8](repeating: 0, count: 125)
    let many = [[UInt8]](repeating: ping, count: 1000).flatMap { $0 }
    for _ in 0..<10 { page.send(many) }
    _ = try host.ask("set gain_left -7.5", for: "gain_left")
    #expect(page.receive { $0.count(of: "-7.5") > 0 }.count(of: "-7.5") > 0)
    // What it wishes has to make sense.
    page.send([0x81, 0x83, 0, 0, 0, 0] + Array("set".utf8))
    #expect(page.receive { $0.count(of: "expected a wish") > 0 }.count(of: "expected a wish") == 1)
    #expect(try host.value("gain_left") == -7.5)
  }

  @Test func portsAreFoundOrTaken() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
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
      Project.program("divisi-host"),
      ["--no-connect", "--name", "other", "--web", "urn:divisi:hands"],
      environment: server.environment)
    #expect(
      other.wait { other.output.contains("mixer page at http://127.0.0.1:80") }, "\(other.errors)")
    #expect(other.output.contains("Divisi Hands plays"))
    #expect(try host.value("gain_left") == 0)
  }

  @Test func othersAreLetInOnlyOnPurpose() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(
      server, Polonaise.arguments + ["--web-address", "0.0.0.0"])
    #expect(host.wait { host.errors.contains("everybody who can reach this address") })
    for (name, wanted) in [
      ("192.0.2.1:80", "200"), ("[2001:db8::1]", "200"), ("evil.example", "403"),
    ] {
      let line = try WebConnection.answer("GET / HTTP/1.1\nHost: \(name)\n\n", at: url)
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
