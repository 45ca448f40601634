/// The table, and how it is read again.
enum Report {
  private static let columns = [
    "benchmark", "ms", "naive ms", "ratio", "allocations", "Mmul", "dense Mmul",
  ]
  private static let width = 17

  /// What the columns are.
  ///
  /// Times are of one iteration, of all frames for kernels and the STFT, of one hop for streams;
  /// *ratio* is how many times as long the naive loops take.
  static var header: String { row(columns) }

  /// One line of the table.
  static func line(name: String, _ found: Measurement) -> String {
    let naive = found.naiveMilliseconds
    return row([
      name, precise(found.milliseconds), naive.map(precise) ?? "-",
      naive.map { number($0 / found.milliseconds) } ?? "-", "\(found.allocations)",
      found.multiplications.map(number) ?? "-", found.denseMultiplications.map(number) ?? "-",
    ])
  }

  /// A line of the table as other revisions print it, too: the name first, then the time in
  /// milliseconds. Nil for other lines.
  static func parse(_ line: Substring) -> (name: String, milliseconds: Double)? {
    let words = line.split(separator: " ")
    guard words.count > 1, let time = Double(words[1]) else { return nil }
    return (String(words[0]), time)
  }

  /// Cells side by side.
  static func row(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, width - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined()
  }

  /// A number with one digit after the point.
  static func number(_ value: Double) -> String { fixed(value, digits: 1) }

  /// A number with at least three digits that count.
  static func precise(_ value: Double) -> String {
    fixed(value, digits: value >= 100 ? 1 : value >= 1 ? 2 : 4)
  }

  private static func fixed(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in 10 * scale }
    let units = Int((value * Double(scale)).rounded())
    let fraction = String(abs(units) % scale)
    let sign = units < 0 ? "-" : ""
    return "\(sign)\(abs(units) / scale)."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
