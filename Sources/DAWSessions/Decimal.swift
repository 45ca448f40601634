/// A number in decimal notation, never with an exponent.
///
/// - Parameters:
///   - value: finite, below 10¹⁵ / 10ⁿ in magnitude for n digits.
///   - digits: behind the point.
func decimal(_ value: Double, digits: Int) -> String {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  let scaled = Int((abs(value) * scale).rounded())
  var text = "\(scaled / Int(scale))"
  if digits > 0 { text += "." + String(Int(scale) + scaled % Int(scale)).dropFirst() }
  return value < 0 && scaled > 0 ? "-" + text : text
}
