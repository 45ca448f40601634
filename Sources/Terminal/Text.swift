internal import InputFiles

extension String {
  /// The text on one line and harmless to a terminal: control characters become `?`.
  public var printable: String { onOneLine }

  /// The text in its lines and columns and harmless to a terminal: control characters but line feeds and tabs become `?`.
  public var printableLines: String {
    split(separator: "\t", omittingEmptySubsequences: false).map(\.harmless)
      .joined(separator: "\t")
  }

  /// The text without spaces at its ends.
  public var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
