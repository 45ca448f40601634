import Testing

@testable import DivisiEngine

struct JSONValueTests {
  private func parsed(_ text: String) -> JSONValue? { JSONValue(parsing: ArraySlice(text.utf8)) }

  @Test func valuesParse() {
    #expect(parsed("12") == .integer(12))
    #expect(parsed(" -7 ") == .integer(-7))
    #expect(parsed(#""a\"b\\c\/d\ne\tf\rg ♫""#) == .string("a\"b\\c/d\ne\tf\rg ♫"))
    #expect(parsed(#""\u00e9\u266B\ud834\udd1e\b\f""#) == .string("é♫𝄞\u{8}\u{C}"))
    #expect(parsed("[]") == .array([]))
    #expect(parsed("{ }") == .object([:]))
    #expect(
      parsed(#" { "a" : [ 1 , {"b":"c"} ] } "#)
        == .object(["a": .array([.integer(1), .object(["b": .string("c")])])]))
  }

  @Test func textParsesBack() {
    let value = JSONValue.object([
      "b": .array([.integer(-3), .string("x\"\\\n\r\t\u{1}♫"), .array([])]), "a": .object([:]),
      "": .integer(.max),
    ])
    #expect(parsed(value.text) == value)
    #expect(JSONValue.object(["b": .integer(1), "a": .integer(2)]).text == #"{"a":2,"b":1}"#)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
    "{\"a\":1,\"a\":1}", "\"a", "\"\\x\"", "\"\\", "1 2", "-", "1-2", "99999999999999999999",
    "true", "1.5", "\"\\ud834\"", "\"\\ud834\\u0041\"", "\"\\u12g4\"", "\"\u{1}\"",
  ])
  func restIsRefused(text: String) {
    #expect(parsed(text) == nil)
  }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(parsed(nested(8)) != nil)
    #expect(parsed(nested(9)) == nil)
    #expect(parsed(String(repeating: "[", count: 1_000_000)) == nil)
  }

  @Test func stringsThatAreNotUTF8AreRefused() {
    #expect(JSONValue(parsing: [0x22, 0xFF, 0x22]) == nil)
    #expect(JSONValue(parsing: [0x22, 0xC3, 0x22]) == nil)
  }
}
