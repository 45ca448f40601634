// Thread: any

/// A part of an address with wildcards, as OSC 1.0 has them: `?`, `*`, `[a-z]`, `[!a-z]`, `{one,two}`.
///
/// It takes a time that grows with the lengths of pattern and name only, whatever the pattern is.
struct OSCPattern {
  private enum Element {
    case one((UInt8) -> Bool)
    case many
    case either([[UInt8]])
  }

  private var elements: [Element] = []

  /// Whether a text means more than itself.
  static func isOne(_ text: some StringProtocol) -> Bool {
    text.utf8.contains { "?*[{".utf8.contains($0) }
  }

  init(_ text: some StringProtocol) {
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch UnicodeScalar(byte) {
      case "?": elements.append(.one { _ in true })
      case "*":
        while rest.first == byte { rest.removeFirst() }
        elements.append(.many)
      case "[", "{":
        let close = byte == UInt8(ascii: "[") ? UInt8(ascii: "]") : UInt8(ascii: "}")
        guard let end = rest.firstIndex(of: close) else {
          elements.append(.one { $0 == byte })
          continue
        }
        elements.append(
          byte == UInt8(ascii: "[") ? .one(Self.set(rest[..<end])) : Self.words(rest[..<end]))
        rest = rest[(end + 1)...]
      default: elements.append(.one { $0 == byte })
      }
    }
  }

  /// The characters that are meant by what stands between brackets.
  private static func set(_ text: ArraySlice<UInt8>) -> (UInt8) -> Bool {
    var rest = text
    let isNegated = rest.first == UInt8(ascii: "!")
    if isNegated { rest.removeFirst() }
    var members = Set<UInt8>()
    while let first = rest.popFirst() {
      if rest.count > 1, rest.first == UInt8(ascii: "-") {
        rest.removeFirst()
        let last = rest.removeFirst()
        members.formUnion(min(first, last)...max(first, last))
      } else {
        members.insert(first)
      }
    }
    return { members.contains($0) != isNegated }
  }

  private static func words(_ text: ArraySlice<UInt8>) -> Element {
    let words = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    return .either(words.map { Array($0) })
  }

  /// Whether it means a name.
  func matches(_ text: String) -> Bool {
    let name = Array(text.utf8)
    // Whether those ways of reading that have worked so far end before a character of the name.
    var places = [true] + Array(repeating: false, count: name.count)
    for element in elements {
      var next = Array(repeating: false, count: name.count + 1)
      for place in places.indices where places[place] {
        switch element {
        case .one(let isMeant):
          if place < name.count, isMeant(name[place]) { next[place + 1] = true }
        case .many:
          for later in place...name.count { next[later] = true }
        case .either(let words):
          for word in words where name[place...].starts(with: word) {
            next[place + word.count] = true
          }
        }
        if case .many = element { break }
      }
      places = next
    }
    return places[name.count]
  }
}
