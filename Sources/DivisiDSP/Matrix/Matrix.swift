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
  private let storage: MatrixStorage

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
    guard let storage = MatrixStorage(byteCount: byteCount) else {
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

  /// The values of a column, without padding; valid as long as the matrix.
  func values(ofColumn index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: column(index), count: rowCount)
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

  /// Multiplies every value of some columns, or of all.
  public func scale(columns: Range<Int>? = nil, by factor: Float) {
    for index in columns ?? 0..<columnCount {
      let values = column(index)
      for row in 0..<columnStride { values[row] *= factor }
    }
  }

  /// Moves every value towards that of another matrix with as many rows.
  ///
  /// - Parameters:
  ///   - first: the column of the other that goes with the first here.
  ///   - share: of the other, 0 to 1.
  public func blend(with other: borrowing Matrix, from first: Int = 0, share: Float) {
    let values = other.column(first)
    for index in 0..<columnStride * columnCount {
      base[index] += share * (values[index] - base[index])
    }
  }

  /// The largest value of some columns, or of all; at least 0.
  public func maximum(ofColumns columns: Range<Int>? = nil) -> Float {
    let columns = columns ?? 0..<columnCount
    var result = SIMD16<Float>.zero
    for index in Swift.stride(
      from: columnStride * columns.lowerBound, to: columnStride * columns.upperBound,
      by: Self.alignment)
    {
      let values = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self)
      result.replace(with: values, where: values .> result)
    }
    return result.max()
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
