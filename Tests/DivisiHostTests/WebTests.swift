import Foundation
import LV2TestSupport
import Testing
import WebServing

@testable import DivisiHost

/// What pages and the host say to each other, and who may.
@Suite struct PageMessageTests {
  private func json(_ value: some Encodable) throws -> [String: Any] {
    let data = try JSONEncoder().encode(value)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func onlyWhatIsNewIsSaid() throws {
    #expect(try json(News()).isEmpty)
    let said = try json(News(values: ["gain": 1.5, "odd": nil], done: 3))
    #expect(Set(said.keys) == ["values", "done"])
    let values = try #require(said["values"] as? [String: Any])
    #expect(values["gain"] as? Double == 1.5)
    #expect(values["odd"] is NSNull, "what is not a number is said too")
  }

  @Test func wishesAreRead() throws {
    func wish(_ text: String) -> Wish? {
      try? JSONDecoder().decode(Wish.self, from: Data(text.utf8))
    }
    let set = try #require(wish(#"{"number":4,"set":"gain","value":-6.5}"#))
    #expect(set.number == 4 && set.set == "gain" && set.value == -6.5 && set.preset == nil)
    #expect(wish(#"{"number":5,"preset":"hands"}"#)?.preset == "hands")
    for text in ["", "{}", "[]", #"{"number":"4"}"#, #"{"number":1,"set":3}"#] {
      #expect(wish(text) == nil, "\(text)")
    }
  }

  @Test func controlsAreDescribed() throws {
    let described = try DescribedPlugin([
      DescribedPlugin.control(
        "gain", "lv2:default 0.0 ; lv2:minimum -60.0 ; lv2:maximum 12.0 ; units:unit units:db"),
      DescribedPlugin.control("on", "lv2:portProperty lv2:toggled"),
      DescribedPlugin.control(
        "count", "lv2:minimum 1 ; lv2:maximum 9 ; lv2:portProperty lv2:integer"),
      DescribedPlugin.control(
        "cut", "lv2:minimum 20.0 ; lv2:maximum 20000.0 ; lv2:portProperty pprops:logarithmic"),
      DescribedPlugin.control("open", "lv2:minimum 5.0"),
      DescribedPlugin.control("late", isInput: false, "lv2:designation lv2:latency"),
      DescribedPlugin.control("free", "lv2:designation lv2:freeWheeling"),
    ])
    let shown = Mixer.shown(described.plugin).map { Mixer.Control($0) }
    #expect(shown.map(\.symbol) == ["gain", "on", "count", "cut", "open"])
    #expect(shown.map(\.kind) == [.number, .toggle, .integer, .logarithmic, .number])
    #expect(shown[0].unit == "dB" && shown[0].minimum == -60 && shown[0].standard == 0)
    #expect(shown[4].minimum == 5 && shown[4].maximum == 6, "a range without an end has one")
  }

  @Test(arguments: [
    ("127.0.0.1:8080", "http://127.0.0.1:8080", true, true),
    ("localhost:8080", "http://localhost:8080", true, true),
    ("[::1]:80", "http://[::1]:80", true, true),
    ("evil.example", "http://evil.example", false, false),
    ("127.0.0.1:8080", "http://evil.example", true, false),
    ("192.168.1.2:8080", "http://192.168.1.2:8080", false, false),
    ("[::1", "http://[::1", false, false), ("", "", false, false),
    ("127.0.0.1/x", "http://127.0.0.1/x", false, false),
  ])
  func onlyThePageItselfMayAsk(host: String, origin: String, isAddressed: Bool, isOwn: Bool) {
    let found = PageOrigin(host: host, origin: origin)
    #expect(found.isAddressed(openly: false) == isAddressed)
    #expect(found.isOwn(openly: false) == isOwn)
  }

  @Test func othersMayAskWhereThatIsWanted() {
    let other = PageOrigin(host: "192.168.1.2:80", origin: "http://192.168.1.2:80")
    #expect(other.isOwn(openly: true))
    #expect(!PageOrigin(host: "evil.example", origin: "http://evil.example").isOwn(openly: true))
    #expect(!PageOrigin(host: nil, origin: nil).isAddressed(openly: true))
  }

  @Test func targetsAreTakenApart() {
    let (path, query) = RequestTarget.split("/score?name=a+b%C3%BC%2F&x&y=1=2")
    #expect(path == "/score")
    #expect(query == ["name": "a bü/", "x": "", "y": "1=2"])
    #expect(RequestTarget.split("/").path == "/")
    #expect(RequestTarget.split("").path == "")
    #expect(RequestTarget.split("/?%zz=%4").query == ["%zz": "%4"])
  }

  @Test(arguments: [
    ("127.0.0.1", true, "127.0.0.1"), ("0.0.0.0", false, "127.0.0.1"), ("::1", true, "[::1]"),
    ("::", false, "[::1]"), ("10.0.0.1", false, "10.0.0.1"),
  ])
  func addressesAreRead(text: String, isLoopback: Bool, inURL: String) throws {
    let address = try #require(PageAddress(text))
    #expect(address.isLoopback == isLoopback)
    #expect(address.inURL == inURL)
  }

  @Test func otherWordsAreNoAddresses() {
    for text in ["", "localhost", "1.2.3", "::g"] { #expect(PageAddress(text) == nil) }
    #expect(WebPort(argument: "0")?.candidates == [0])
    #expect(WebPort(argument: "65536") == nil)
    #expect(WebPort.usual.candidates.first == 8080)
  }
}
