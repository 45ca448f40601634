/// Every nth row of a table, for one of n programs that share it.
public struct Shard: Sendable, Equatable {
  /// Which one this is, from 1 to ``count``.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// Nil unless 1 ≤ index ≤ count.
  public init?(index: Int, count: Int) {
    guard count >= 1, (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Reads `2/8`, the second of eight.
  public init?(_ text: String) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, let index = Int(sides[0]), let count = Int(sides[1]) else { return nil }
    self.init(index: index, count: count)
  }

  /// Whether a row is this one's; rows are counted from 0.
  public func contains(row: Int) -> Bool { row % count == index - 1 }
}
