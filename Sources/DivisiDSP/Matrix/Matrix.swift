internal import Glibc

/// A dense column-major matrix of Float whose columns are aligned for vector loads.
///
/// A frame of a spectrogram or a template is one column and contiguous. Columns start on 64-byte
/// boundaries; the rows between ``rowCount`` and ``columnStride`` are padding that stays zero, so
/// that kernels need no remainder loops. The storage is owned uniquely and freed with the matrix.
///
/// - Note: Element access is unchecked in release builds. Distinct columns may be written from
///   distinct threads.
public struct Matrix: ~Copyable, @unchecked Sendable {
  /// Rows that hold values, K of a spectrogram.
  public let rowCount: Int
  /// Columns, N of a spectrogram.
  public let columnCount: Int
  /// Distance between columns in values; a multiple of ``alignment``.
  public let columnStride: Int

  @usableFromInline let base: UnsafeMutablePointer<Float>
  private let storage: Storage

  /// Values in a 64-byte line, the unit of padding.
  public static let alignment = 16

  /// ``columnStride`` of a matrix with so many rows.
  public static func stride(rowCount: Int) -> Int {
    (rowCount + alignment - 1) / alignment * alignment
  }

  /// Makes a matrix of zeros.
  ///
  /// - Precondition: neither count is negative.
  /// - Complexity: O(rows · columns); one allocation.
  public init(rowCount: Int, columnCount: Int) {
    precondition(rowCount >= 0 && columnCount >= 0, "negative shape \(rowCount) × \(columnCount)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    columnStride = Self.stride(rowCount: rowCount)
    let count = max(columnStride * columnCount, Self.alignment)
    let byteCount = count * MemoryLayout<Float>.stride
    guard let storage = Storage(byteCount: byteCount) else {
      preconditionFailure("no memory for a matrix of \(rowCount) × \(columnCount)")
    }
    self.storage = storage
    base = storage.start.bindMemory(to: Float.self, capacity: count)
  }

  deinit {
    storage.free()
  }

  /// The first value of a column; ``columnStride`` values may be read.
  ///
  /// The pointer is valid as long as the matrix.
  @inlinable
  public func column(_ index: Int) -> UnsafeMutablePointer<Float> {
    assert(index >= 0 && index < columnCount, "column \(index) of \(columnCount)")
    return base + index &* columnStride
  }

  /// All columns, for kernels that choose between matrices; valid as long as the matrix.
  var view: ColumnView { ColumnView(base: UnsafePointer(base), stride: columnStride) }

  /// Some columns under other indices; valid as long as the matrix.
  func view(from column: Int, as first: Int) -> ColumnView {
    ColumnView(base: UnsafePointer(self.column(column)), stride: columnStride, first: first)
  }

  /// Copies some columns to where they may overlap; nothing in an empty matrix.
  func move(_ source: Int, to target: Int, _ count: Int) {
    guard columnCount > 0, count > 0, source != target else { return }
    column(target).update(from: column(source), count: count * columnStride)
  }

  /// One value.
  @inlinable
  public subscript(row: Int, column: Int) -> Float {
    get {
      assert(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
      return self.column(column)[row]
    }
    nonmutating set {
      assert(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
      self.column(column)[row] = newValue
    }
  }

  /// A copy with storage of its own.
  public func copy() -> Matrix {
    let result = Matrix(rowCount: rowCount, columnCount: columnCount)
    result.base.update(from: base, count: columnStride * columnCount)
    return result
  }

  /// Multiplies every value.
  public func scale(by factor: Float) {
    for index in 0..<columnStride * columnCount { base[index] *= factor }
  }

  /// The largest value; 0 for an empty matrix.
  public func maximum() -> Float {
    var result = SIMD16<Float>.zero
    for index in Swift.stride(from: 0, to: columnStride * columnCount, by: Self.alignment) {
      let values = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self)
      result.replace(with: values, where: values .> result)
    }
    return result.max()
  }
}

/// Zeros from the system: on the heap, or for a large matrix in pages of 2 MB of its own.
///
/// A factorisation reads a few bins of one column, then of the next. With pages of 4 kB each column is
/// another page, and half of the time goes into looking them up; and to make them all at the first
/// use costs a thirtieth of the time of a separation.
private struct Storage {
  /// On a 64-byte boundary.
  let start: UnsafeMutableRawPointer
  private let block: UnsafeMutableRawPointer
  /// Bytes of pages; 0 on the heap.
  private let mappedCount: Int

  private static let lineSize = Matrix.alignment * MemoryLayout<Float>.stride
  private static let pageSize = 1 << 21

  /// Nil if there is no memory.
  init?(byteCount: Int) {
    guard byteCount >= 2 * Self.pageSize else {
      guard let block = calloc(byteCount + Self.lineSize, 1) else { return nil }
      self.block = block
      start = block.alignedUp(toMultipleOf: Self.lineSize)
      mappedCount = 0
      return
    }
    // One page more than is needed has room for whole ones wherever it starts.
    let count = (byteCount + Self.pageSize - 1) / Self.pageSize * Self.pageSize
    guard
      let block = mmap(
        nil, count + Self.pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      block != MAP_FAILED
    else { return nil }
    self.block = block
    mappedCount = count + Self.pageSize
    start = block.alignedUp(toMultipleOf: Self.pageSize)
    madvise(start, count, MADV_HUGEPAGE)
  }

  func free() {
    if mappedCount > 0 { munmap(block, mappedCount) } else { Glibc.free(block) }
  }
}

/// Columns that live elsewhere.
struct ColumnView: @unchecked Sendable {
  /// The column ``first``.
  let base: UnsafePointer<Float>
  let stride: Int
  /// The index of the first column there is.
  var first = 0

  @inline(__always)
  func column(_ index: Int) -> UnsafePointer<Float> { base + (index &- first) &* stride }
}
