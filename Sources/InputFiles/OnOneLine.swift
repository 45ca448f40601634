extension StringProtocol {
  /// The text on one line, and harmless to a terminal and a log: each control character becomes `?`, and so
  /// does whatever breaks a line or turns the direction of writing.
  ///
  /// Names come from files, and whoever wrote those may have meant them for the terminal.
  public var onOneLine: String {
    var result = String.UnicodeScalarView()
    var lastIsReturn = false
    for scalar in unicodeScalars {
      // A line break of two characters is one.
      defer { lastIsReturn = scalar == "\r" }
      if lastIsReturn && scalar == "\n" { continue }
      result.append(Self.isHarmful(scalar) ? "?" : scalar)
    }
    return String(result)
  }

  /// The text on its lines, each harmless as of ``onOneLine``.
  public var harmless: String {
    split(separator: "\n", omittingEmptySubsequences: false).map(\.onOneLine)
      .joined(separator: "\n")
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    // Separators of lines and paragraphs; embeddings, overrides and isolates (Unicode Annex 9).
    case 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
