import Foundation
import Testing

/// Whoever wants much waits for it alone, and no page reaches what is not a control.
@Suite(.serialized) struct FairnessTests {
  /// A page that is there.
  private func page(_ url: String) throws -> WebConnection {
    let page = try WebConnection(url)
    let place = String(url.dropFirst("http://".count).dropLast())
    page.send(WebConnection.upgrade(to: place))
    try #require(page.hears("isAll"))
    return page
  }

  /// Everything that arrives while the program is stopped is there when it goes on: what it does first shows who waits.
  @Test func oneDatagramOfPresetsDelaysNobody() throws {
    let server = try Server()
    let host = try server.host(Polonaise.arguments + ["--osc", "0"])
    let surface = try host.surface()
    try surface.waitUntilDone()
    host.send(SIGSTOP)
    let presets = (0..<1800).map { number -> [UInt8] in
      OSCPeer.bytes(
        OSCPeer.Message("/divisi/preset", [.text(number % 2 == 0 ? "hands" : "hands-fast")]))
    }
    surface.send(OSCPeer.bundle(presets))
    host.say("quit")
    host.send(SIGCONT)
    #expect(host.wait() == 0, "\(host.errors)")
    let doneCount = surface.takeAll().count { $0.path == "/divisi/preset" }
    #expect(doneCount < 16, "the prompt waited for \(doneCount) presets")
  }

  @Test func aFloodOfOnePageCostsThatPageAlone() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    let (flooding, other) = (try page(url), try page(url))
    host.send(SIGSTOP)
    let wishes = (1...3000).map { number in
      WebConnection.frame(#"{"number":\#(number),"preset":"hands"}"#)
    }
    flooding.send(wishes.flatMap { $0 })
    other.send(WebConnection.frame(#"{"number":1,"set":"gain_left","value":-3}"#))
    host.send(SIGCONT)
    #expect(other.hears(#""done":1"#))
    #expect(flooding.hears("too many wishes"))
    other.send(WebConnection.frame(#"{"number":2,"set":"gain_left","value":-4}"#))
    #expect(other.hears(#""done":2"#))
    #expect(try host.value("gain_left") == -4)
  }

  /// Wishes for one control take each other's place; the last is done.
  @Test func theLastOfManyWishesCounts() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    let page = try page(url)
    let wishes = (1...1000).map { number in
      WebConnection.frame(#"{"number":\#(number),"set":"gain_left","value":\#(-number % 50)}"#)
    }
    page.send(
      (wishes + [WebConnection.frame(#"{"number":1001,"set":"gain_left","value":-7}"#)]).flatMap {
        $0
      })
    #expect(page.hears(#""done":1001"#))
    #expect(try host.value("gain_left") == -7)
  }

  @Test func controlsAreNoProperties() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server, Polonaise.arguments + ["--osc", "0"])
    let page = try page(url)
    for (number, symbol) in ["score", "Score", "freewheel", "level_left", "nothing"].enumerated() {
      page.send(WebConnection.frame(#"{"number":\#(number),"set":"\#(symbol)","value":1}"#))
      #expect(page.hears("\(symbol): expected one of the plugin's controls"))
    }
    let surface = try host.surface()
    for (path, values) in [
      ("/divisi/set/score", ["./1.0"]), ("/divisi/set", ["score", "./1.0"]),
      ("/divisi/control", ["Score", "./1.0"]), ("/divisi/set", []),
    ] {
      surface.send(OSCPeer.bytes(OSCPeer.Message(path, values.map { .text($0) })))
      let answer = try surface.wait(for: "/divisi/error")
      #expect("\(answer)".contains("expected the symbol of a control"), "\(answer)")
    }
    // The user may.
    host.say("set score ./1.0")
    #expect(host.wait { host.errors.contains("./1.0: expected a readable file") }, "\(host.errors)")
  }

  /// RFC 6455, 5.1.
  @Test func unmaskedFramesEndTheConnection() throws {
    let server = try Server()
    let (host, url) = try WebTests.page(server)
    let page = try page(url)
    let text = #"{"number":1,"set":"gain_left","value":-3}"#
    page.send([0x81, UInt8(text.utf8.count)] + Array(text.utf8))
    let rest = page.receive { _ in false }
    #expect(rest.count(of: "expected masked frames") == 1)
    #expect(try host.value("gain_left") == 0)
  }
}

extension WebConnection {
  /// A text in a frame as browsers send it.
  fileprivate static func frame(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return [0x81, 0x80 | UInt8(bytes.count), 0, 0, 0, 0] + bytes
  }

  /// Whether a text comes before the other end has had enough.
  fileprivate func hears(_ text: String) -> Bool {
    receive { $0.count(of: text) > 0 }.count(of: text) > 0
  }
}
