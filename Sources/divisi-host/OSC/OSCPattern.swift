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
      case "*": elements.append(.many)
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
    // Where in the name those ways of reading are that have worked so far.
    var places: Set<Int> = [0]
    for element in elements {
      switch element {
      case .one(let isMeant):
        places = Set(places.filter { $0 < name.count && isMeant(name[$0]) }.map { $0 + 1 })
      case .many:
        if let first = places.min() { places = Set(first...name.count) }
      case .either(let words):
        places = Set(
          places.flatMap { place in
            words.filter { name[place...].starts(with: $0) }.map { place + $0.count }
          })
      }
      if places.isEmpty { return false }
    }
    return places.contains(name.count)
  }
}
