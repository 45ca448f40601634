/// The bins that a template may use, as runs of whole blocks.
///
/// A run covers at least the bins of the mask, rounded outwards to blocks of ``blockLength``, so
/// that a kernel works in whole vectors; what the rounding adds is zero in the template and stays
/// zero under multiplicative updates.
public struct BinRuns: Sendable, Equatable {
  /// A half-open range of bins, both ends multiples of ``BinRuns/blockLength``.
  public typealias Run = Range<Int32>

  /// Bins in a block, the width of a vector.
  public static let blockLength = 8

  /// The runs, in order and disjoint.
  public let runs: [Run]

  /// Number of bins in all runs.
  public var binCount: Int { runs.reduce(0) { $0 + $1.count } }

  /// Covers the bins for which the mask is true.
  ///
  /// - Parameters:
  ///   - binCount: K, the number of bins asked about.
  ///   - isFree: whether the template may be non-zero at a bin.
  public init(binCount: Int, where isFree: (Int) -> Bool) {
    var runs: [Run] = []
    var start: Int?
    let blocks = (binCount + Self.blockLength - 1) / Self.blockLength
    for block in 0...blocks {
      let lower = block * Self.blockLength
      let used =
        block < blocks && (lower..<min(lower + Self.blockLength, binCount)).contains(where: isFree)
      if used, start == nil { start = lower }
      if !used, let first = start {
        runs.append(Int32(first)..<Int32(lower))
        start = nil
      }
    }
    self.runs = runs
  }

  /// Covers every bin.
  public static func full(binCount: Int) -> BinRuns {
    BinRuns(binCount: binCount) { _ in true }
  }
}
