extension StringProtocol {
  /// The text without blanks and line breaks at its ends.
  var trimmed: SubSequence {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return self[endIndex...] }
    return self[first...last]
  }

  /// The number the text is, blanks aside; nil for NaN, infinity and anything else.
  var finiteNumber: Double? {
    guard let number = Double(String(trimmed)), number.isFinite else { return nil }
    return number
  }
}
