/// A header or an opcode of an SFZ file.
enum SFZToken: Equatable {
  case header(String)
  case opcode(name: String, value: String)

  /// All of a text, in its order; comments are left out.
  static func all(of text: String) throws(SFZInstrument.Problem) -> [SFZToken] {
    var result: [SFZToken] = []
    var inComment = false
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let code = uncommented(line, &inComment)
      guard code.first != "#" else {
        throw SFZInstrument.Problem(
          text: "line \(number + 1): expected no #define or #include, which are not read")
      }
      do throws(Unreadable) {
        result += try tokens(of: code)
      } catch {
        throw SFZInstrument.Problem(
          text:
            "line \(number + 1): expected <headers> and opcodes such as key=36, found '\(String(error.text.prefix(40)))'"
        )
      }
    }
    return result
  }

  private struct Unreadable: Error { let text: String }

  /// A line without comments, and without spaces at its ends.
  private static func uncommented(_ line: Substring, _ inComment: inout Bool) -> String {
    var result = ""
    var rest = line
    while !rest.isEmpty {
      if inComment {
        guard let end = rest.firstRange(of: "*/") else { break }
        rest = rest[end.upperBound...]
        inComment = false
      } else if rest.hasPrefix("//") {
        break
      } else if rest.hasPrefix("/*") {
        rest = rest.dropFirst(2)
        inComment = true
      } else {
        result.append(rest.removeFirst())
      }
    }
    return trimmed(result[...])
  }

  private static func tokens(of line: String) throws(Unreadable) -> [SFZToken] {
    var result: [SFZToken] = []
    var rest = line[...]
    while !rest.isEmpty {
      if rest.first == "<" {
        guard let end = rest.firstIndex(of: ">") else { throw Unreadable(text: String(rest)) }
        result.append(.header(String(rest[rest.index(after: rest.startIndex)..<end])))
        rest = rest[rest.index(after: end)...]
      } else {
        guard let sign = rest.firstIndex(of: "=") else { throw Unreadable(text: String(rest)) }
        let name = trimmed(rest[..<sign])
        guard !name.isEmpty, name.allSatisfy(isOfName) else {
          throw Unreadable(text: String(rest))
        }
        let end = endOfValue(rest[rest.index(after: sign)...])
        result.append(
          .opcode(name: name, value: trimmed(rest[rest.index(after: sign)..<end])))
        rest = rest[end...]
      }
      rest = rest.drop(while: \.isWhitespace)
    }
    return result
  }

  /// Values may have spaces: one ends before a header or the name of the next opcode.
  private static func endOfValue(_ text: Substring) -> String.Index {
    let end = text.firstIndex(of: "<") ?? text.endIndex
    guard let sign = text[..<end].firstIndex(of: "=") else { return end }
    let name = text[..<sign].lastIndex { !isOfName($0) } ?? text.startIndex
    return name
  }

  private static func isOfName(_ character: Character) -> Bool {
    character == "_" || character.isASCII && (character.isLetter || character.isNumber)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
