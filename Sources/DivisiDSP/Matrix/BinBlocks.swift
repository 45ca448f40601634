public import DivisiKernels

/// The bins that a template may use, as whole blocks.
///
/// The blocks cover at least the bins of the mask, so that a kernel works in whole vectors; what the
/// rounding adds is zero in the template and stays zero under multiplicative updates.
public struct BinBlocks: Sendable, Equatable {
  /// Bins in a block, the width of a vector.
  public static let length = 8

  private let offsets: Offsets

  /// The first bin of each block, ascending; valid as long as a copy of this value is kept.
  public var blocks: Blocks { Blocks(offsets.values) }

  /// Number of bins in all blocks.
  public var binCount: Int { offsets.values.count * Self.length }

  /// Covers the bins for which the mask is true.
  ///
  /// - Parameters:
  ///   - binCount: K, the number of bins asked about.
  ///   - isFree: whether the template may be non-zero at a bin.
  public init(binCount: Int, where isFree: (Int) -> Bool) {
    offsets = Offsets(
      stride(from: 0, to: binCount, by: Self.length).filter { lower in
        (lower..<min(lower + Self.length, binCount)).contains(where: isFree)
      })
  }

  private init(offsets: Offsets) { self.offsets = offsets }

  /// Covers every bin.
  public static func full(binCount: Int) -> BinBlocks {
    BinBlocks(binCount: binCount) { _ in true }
  }

  /// What any of some masks covers.
  ///
  /// - Parameter binCount: K of all of them.
  static func union(_ all: some Sequence<BinBlocks>, binCount: Int) -> BinBlocks {
    let count = (binCount + length - 1) / length
    return withUnsafeTemporaryAllocation(of: Bool.self, capacity: count) { isUsed in
      isUsed.initialize(repeating: false)
      for one in all {
        withExtendedLifetime(one) {
          for lower in one.blocks { isUsed[Int(lower) / length] = true }
        }
      }
      return BinBlocks(offsets: Offsets((0..<count).lazy.filter { isUsed[$0] }.map { $0 * length }))
    }
  }

  /// Whether a bin is covered.
  public func contains(_ bin: Int) -> Bool {
    withExtendedLifetime(offsets) { blocks.contains(Int32(bin / Self.length * Self.length)) }
  }

  /// Whether both cover the same bins.
  public static func == (a: BinBlocks, b: BinBlocks) -> Bool {
    withExtendedLifetime((a, b)) {
      a.offsets === b.offsets || a.blocks.elementsEqual(b.blocks)
    }
  }

  /// Not an array, so that inner loops need neither count references nor look for its storage.
  private final class Offsets: @unchecked Sendable {
    let values: UnsafeMutableBufferPointer<Int32>

    init(_ bins: some Sequence<Int>) {
      let bins = bins.map(Int32.init)
      values = .allocate(capacity: bins.count)
      _ = values.initialize(fromContentsOf: bins)
    }

    deinit { values.deallocate() }
  }
}
