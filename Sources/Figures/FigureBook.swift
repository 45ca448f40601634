import Foundation

/// The figures as they were last computed: `docs/figures.json`.
public struct FigureBook: Codable {
  /// What one measurement gave.
  struct Entry: Codable {
    /// What was typed. `$DATA` is the folder of the benchmark data, `$WORK` a temporary one.
    var commands: [String]
    /// Whether recordings were measured that do not ship.
    var needsData: Bool
    var values: [String: Double]
  }

  private(set) var entries: [String: Entry] = [:]

  /// A book without entries.
  public init() {}

  /// Reads a book.
  public init(path: String) throws {
    entries = try JSONDecoder().decode(
      [String: Entry].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The value of a figure such as `piano.hands.sdr`, or `a:b` for the difference a − b; nil if it is unknown.
  func value(of figure: Substring) -> Double? {
    let terms = figure.split(separator: ":", omittingEmptySubsequences: false)
    guard let first = terms.first.flatMap(single), terms.count <= 2 else { return nil }
    return terms.count == 1 ? first : single(terms[1]).map { first - $0 }
  }

  private func single(_ figure: Substring) -> Double? {
    guard let dot = figure.lastIndex(of: ".") else { return nil }
    let value = figure[dot...].dropFirst()
    return entries[String(figure[..<dot])]?.values[String(value)]
  }

  mutating func record(_ values: [String: Double], of measurement: Measurement) {
    entries[measurement.id] = Entry(
      commands: measurement.commands, needsData: measurement.needsData,
      values: values.mapValues { ($0 * 1000).rounded() / 1000 })
  }

  /// Forgets what nothing measures any more.
  mutating func keep(only measurements: [Measurement]) {
    let known = Set(measurements.map(\.id))
    entries = entries.filter { known.contains($0.key) }
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(entries) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
  }
}
