/// An XML element with everything in it.
struct XMLElement {
  var name: String
  var attributes: [String: String]
  /// The line of its start tag, from 1.
  var line: Int
  /// Its own character data, without that of its children.
  var text = ""
  var children: [XMLElement] = []

  /// The first child of that name.
  subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// All children of that name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The text of the first child of that name, without blanks around it; nil if it is empty.
  func text(of name: String) -> String? {
    guard let text = self[name]?.text.trimmed, !text.isEmpty else { return nil }
    return String(text)
  }
}

/// What an ``XMLReader`` comes across, in document order.
enum XMLEvent {
  /// The start of an element that is not delivered whole; its children follow.
  case start(XMLElement)
  /// The end of such an element.
  case end(name: String)
  /// An element that was asked for whole.
  case whole(XMLElement)
}
