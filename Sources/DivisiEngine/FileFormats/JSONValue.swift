/// As much of JSON as the header of a safetensors file needs; numbers are whole.
///
/// Foundation's parser would make a plugin eight times as large.
enum JSONValue: Equatable {
  case string(String)
  case integer(Int)
  case array([JSONValue])
  case object([String: JSONValue])

  var string: String? { if case .string(let value) = self { value } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The elements of an array of integers; nil if it is not one.
  var integers: [Int]? {
    guard let array else { return nil }
    let integers = array.compactMap(\.integer)
    return integers.count == array.count ? integers : nil
  }
  var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }

  /// Parses a whole text; nil where it is not JSON, not within these limits, or nested more than 8
  /// deep.
  init?(parsing bytes: ArraySlice<UInt8>) {
    var parser = Parser(rest: bytes)
    guard let value = parser.value(depth: 8) else { return nil }
    parser.skipSpace()
    guard parser.rest.isEmpty else { return nil }
    self = value
  }

  private struct Parser {
    var rest: ArraySlice<UInt8>

    mutating func skipSpace() {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }

    mutating func take(_ byte: Character) -> Bool {
      skipSpace()
      guard rest.first == byte.asciiValue else { return false }
      rest.removeFirst()
      return true
    }

    mutating func value(depth: Int) -> JSONValue? {
      guard depth > 0 else { return nil }
      if take("{") { return object(depth: depth) }
      if take("[") { return array(depth: depth) }
      if rest.first == Character("\"").asciiValue { return string().map(JSONValue.string) }
      let digits = rest.prefix { $0 == 0x2D || (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return Int(String(decoding: digits, as: UTF8.self)).map(JSONValue.integer)
    }

    mutating func object(depth: Int) -> JSONValue? {
      var members: [String: JSONValue] = [:]
      if take("}") { return .object(members) }
      repeat {
        skipSpace()
        guard let key = string(), take(":"), let value = value(depth: depth - 1),
          members[key] == nil
        else {
          return nil
        }
        members[key] = value
      } while take(",")
      return take("}") ? .object(members) : nil
    }

    mutating func array(depth: Int) -> JSONValue? {
      var elements: [JSONValue] = []
      if take("]") { return .array(elements) }
      repeat {
        guard let value = value(depth: depth - 1) else { return nil }
        elements.append(value)
      } while take(",")
      return take("]") ? .array(elements) : nil
    }

    mutating func string() -> String? {
      guard take("\"") else { return nil }
      var bytes: [UInt8] = []
      while let byte = rest.popFirst() {
        switch byte {
        case 0x22: return String(validating: bytes, as: UTF8.self)
        case 0x5C:
          guard let escaped = rest.popFirst() else { return nil }
          if let plain = Self.escapes[escaped] {
            bytes.append(plain)
          } else if escaped == Character("u").asciiValue, let scalar = unicodeScalar() {
            bytes += Array(String(scalar).utf8)
          } else {
            return nil
          }
        case 0..<0x20: return nil
        default: bytes.append(byte)
        }
      }
      return nil
    }

    /// The scalar of an escape after its `\u`; two escapes where it takes a surrogate pair.
    mutating func unicodeScalar() -> Unicode.Scalar? {
      guard let first = hexadecimal() else { return nil }
      guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
      guard rest.popFirst() == 0x5C, rest.popFirst() == Character("u").asciiValue,
        let second = hexadecimal(), (0xDC00..<0xE000).contains(second)
      else { return nil }
      return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    mutating func hexadecimal() -> UInt32? {
      let digits = rest.prefix(4)
      rest = rest.dropFirst(4)
      guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
      else {
        return nil
      }
      return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static let escapes: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
      0x74: 0x09,
    ]
  }

  /// The text of the value, with the members of objects in order of their names.
  var text: String {
    switch self {
    case .string(let value): Self.quoted(value)
    case .integer(let value): String(value)
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\($0.value.text)" }
        .joined(separator: ",")
        + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
