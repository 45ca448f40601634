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
          guard let escaped = rest.popFirst(), let plain = Self.escapes[escaped] else { return nil }
          bytes.append(plain)
        default: bytes.append(byte)
        }
      }
      return nil
    }

    private static let escapes: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x6E: 0x0A, 0x74: 0x09, 0x72: 0x0D,
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
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
