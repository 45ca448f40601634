extension String {
  /// The text on one line and harmless to a terminal: control characters become `?`.
  public var printable: String {
    String(
      map { character in
        let isControl = character.unicodeScalars.contains {
          $0.properties.generalCategory == .control
        }
        return isControl ? "?" : character
      })
  }

  /// The text without spaces at its ends.
  public var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
