import Glibc

extension String {
  /// The text with spaces behind it, up to a width.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The text on one line and harmless to a terminal: control characters become `?`.
  var printable: String {
    String(
      map { character in
        let isControl = character.unicodeScalars.contains {
          $0.properties.generalCategory == .control
        }
        return isControl ? "?" : character
      })
  }
}

/// A number with some digits behind the point and spaces before it, up to a width.
func fixed(_ value: Double, digits: Int, width: Int = 0) -> String {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  guard value.isFinite, abs(value) * scale < 1e15 else { return "\(value)" }
  let scaled = Int((abs(value) * scale).rounded())
  var text = String(scaled / Int(scale))
  if digits > 0 { text += "." + String(Int(scale) + scaled % Int(scale)).dropFirst() }
  if value < 0 && scaled > 0 { text = "-" + text }
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// Writes a text to standard error, all of it.
func writeToStandardError(_ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    guard count > 0 else { return }
    bytes.removeFirst(count)
  }
}
