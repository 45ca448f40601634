/// An element of an XML document.
struct XMLElement {
  var name: String
  var attributes: [(String, String)]
  var children: [XMLElement]

  init(_ name: String, _ attributes: [(String, String)] = [], _ children: [XMLElement] = []) {
    self.name = name
    self.attributes = attributes
    self.children = children
  }

  /// The document whose root it is, in UTF-8.
  var document: [UInt8] {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    write(to: &text, indent: "")
    return Array(text.utf8)
  }

  private func write(to text: inout String, indent: String) {
    text += indent + "<" + name
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
    if children.isEmpty {
      text += "/>\n"
      return
    }
    text += ">\n"
    for child in children { child.write(to: &text, indent: indent + "  ") }
    text += indent + "</" + name + ">\n"
  }

  /// Text without what XML has a meaning for, and without what it has no place for.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
