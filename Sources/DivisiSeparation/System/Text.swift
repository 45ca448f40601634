extension String {
  /// The text with spaces behind it, up to a width.
  package func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

/// A number with some digits behind the point and spaces before it, up to a width.
package func fixed(_ value: Double, digits: Int, width: Int = 0) -> String {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  guard value.isFinite, abs(value) * scale < 1e15 else { return "\(value)" }
  let scaled = Int((abs(value) * scale).rounded())
  var text = String(scaled / Int(scale))
  if digits > 0 { text += "." + String(Int(scale) + scaled % Int(scale)).dropFirst() }
  if value < 0 && scaled > 0 { text = "-" + text }
  return String(repeating: " ", count: max(0, width - text.count)) + text
}
