/// The words of a Swift file: what is left of it without comments, strings and signs.
struct SwiftWords {
  private static let kinds: Set<Substring> = [
    "struct", "class", "enum", "protocol", "actor", "typealias",
  ]
  private static let declarators = kinds.union([
    "func", "var", "let", "case", "init", "macro", "associatedtype",
  ])

  /// All words, in order.
  let all: [Substring]
  /// Words that stand alone: without those behind a dot, which belong to what is before it.
  let free: Set<Substring>

  init(of text: String) {
    var words: [Substring] = []
    var free: Set<Substring> = []
    var rest = text[...]
    while let first = rest.first {
      if rest.hasPrefix("//") {
        rest = rest.drop { !$0.isNewline }
      } else if rest.hasPrefix("/*") {
        rest = Self.after("*/", in: rest.dropFirst(2))
      } else if rest.hasPrefix("\"\"\"") {
        rest = Self.after("\"\"\"", in: rest.dropFirst(3))
      } else if first == "\"" {
        rest = Self.afterString(rest)
      } else if first.isLetter || first == "_" {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        words.append(word)
        if text[..<word.startIndex].last != "." { free.insert(word) }
        rest = rest[word.endIndex...]
      } else if first.isNumber {
        rest = rest.drop { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
      } else {
        rest = rest.dropFirst()
      }
    }
    all = words
    self.free = free
  }

  /// Types that the file defines and that other files can name.
  var types: Set<Substring> {
    var found: Set<Substring> = []
    for (index, word) in all.enumerated() where Self.kinds.contains(word) {
      guard index + 1 < all.count, all[index + 1].first?.isUppercase == true else { continue }
      let modifiers = all[max(0, index - 2)..<index]
      if !modifiers.contains("private") && !modifiers.contains("fileprivate") {
        found.insert(all[index + 1])
      }
    }
    return found
  }

  /// Everything that the file declares: types, functions, properties, cases.
  var declarations: Set<Substring> {
    var found: Set<Substring> = []
    for (index, word) in all.dropLast().enumerated() where Self.declarators.contains(word) {
      found.insert(all[index + 1])
    }
    return found
  }

  private static func after(_ end: String, in text: Substring) -> Substring {
    var rest = text
    while !rest.isEmpty {
      if rest.hasPrefix(end) { return rest.dropFirst(end.count) }
      rest = rest.dropFirst()
    }
    return rest
  }

  private static func afterString(_ text: Substring) -> Substring {
    var rest = text.dropFirst()
    while let first = rest.first, first != "\"", !first.isNewline {
      rest = rest.dropFirst(first == "\\" ? 2 : 1)
    }
    return rest.dropFirst()
  }
}
