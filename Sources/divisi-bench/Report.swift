/// The table.
enum Report {
  private static let columns = ["benchmark", "ms", "naive ms", "ratio", "Mmul", "dense Mmul"]
  private static let width = 17

  /// What the columns are.
  ///
  /// Times are of one iteration, or of all frames for the STFT; *ratio* is how many times as long
  /// the naive loops take.
  static var header: String { row(columns) }

  /// One line of the table.
  static func line(name: String, _ found: Measurement) -> String {
    let numbers = [
      found.milliseconds, found.naiveMilliseconds, found.naiveMilliseconds / found.milliseconds,
      found.multiplications, found.denseMultiplications,
    ]
    return row([name] + numbers.map { number($0) })
  }

  /// A number with one digit after the point.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func row(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, width - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined()
  }
}
