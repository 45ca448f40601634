extension String {
  /// The text on one line and harmless to a terminal: control characters become `?`.
  public var printable: String { replacingControls { _ in false } }

  /// The text in its lines and columns and harmless to a terminal: control characters but line feeds and tabs become `?`.
  public var printableLines: String { replacingControls { $0 == "\n" || $0 == "\t" } }

  private func replacingControls(except isKept: (Character) -> Bool) -> String {
    // Bytes below 32 and 127, and C1 controls, which begin with C2: most texts have none.
    guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return self }
    return String(
      map { character in
        let isControl = character.unicodeScalars.contains {
          $0.properties.generalCategory == .control
        }
        return isControl && !isKept(character) ? "?" : character
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
