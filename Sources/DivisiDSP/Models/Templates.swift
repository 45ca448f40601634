/// What each component sounds like: K × R × T values, zero outside the bins that the component may
/// use.
///
/// Components may have fewer frames than T. The frames of a component are successive columns of ``values``,
/// component after component; if all have T, frame τ of component r is column r · T + τ. An encoder has
/// the same shape, each of its rows stored as a column here.
public struct Templates: ~Copyable, Sendable {
  /// K × the frames of all components, R · T at most; non-negative.
  public let values: Matrix
  /// The bins each component may use, R of them: the template mask M_W.
  public let supports: [BinBlocks]
  /// T, the most frames of one template.
  public let frameCount: Int
  /// The first column of each component, and behind them the number of all columns.
  private let firstColumns: [Int]

  /// R.
  public var componentCount: Int { supports.count }
  /// K.
  public var binCount: Int { values.rowCount }

  /// Makes templates of zeros.
  public init(binCount: Int, supports: [BinBlocks], frameCount: Int) {
    self.init(
      binCount: binCount, supports: supports, frameCounts: supports.map { _ in frameCount })
  }

  /// Makes templates of zeros.
  ///
  /// - Parameter frameCounts: how many frames each component has, one at least.
  /// - Precondition: as many as supports.
  public init(binCount: Int, supports: [BinBlocks], frameCounts: [Int]) {
    precondition(supports.count == frameCounts.count, "\(supports.count), \(frameCounts.count)")
    let columnCount = frameCounts.reduce(0, +)
    self.init(
      values: Matrix(rowCount: binCount, columnCount: columnCount), supports: supports,
      firstColumns: frameCounts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) })
  }

  /// Frame τ of one component, K values.
  @inline(__always)
  public func frame(_ frame: Int, ofComponent component: Int) -> UnsafeMutablePointer<Float> {
    values.column(firstColumns[component] &+ frame)
  }

  /// How many frames a component has.
  @inline(__always)
  public func frameCount(ofComponent component: Int) -> Int {
    firstColumns[component &+ 1] &- firstColumns[component]
  }

  /// The same of each.
  public var frameCounts: [Int] { (0..<componentCount).map { frameCount(ofComponent: $0) } }

  /// The sum of a component over bins and frames.
  public func sum(ofComponent component: Int) -> Float {
    (0..<frameCount(ofComponent: component)).reduce(0) {
      $0 + BlockKernels.sum(frame($1, ofComponent: component), over: supports[component].blocks)
    }
  }

  /// Multiplies all of one component.
  public func scale(component: Int, by gain: Float) {
    for index in 0..<frameCount(ofComponent: component) {
      BlockKernels.scale(
        frame(index, ofComponent: component), by: gain, over: supports[component].blocks)
    }
  }

  /// A copy with storage of its own.
  public func copy() -> Templates {
    Templates(values: values.copy(), supports: supports, firstColumns: firstColumns)
  }

  /// A copy of the first frames of all components, or of all their frames if there are no more.
  public func copy(frames: Int) -> Templates {
    let result = Templates(
      binCount: binCount, supports: supports, frameCounts: frameCounts.map { min($0, frames) })
    for component in 0..<componentCount {
      for index in 0..<result.frameCount(ofComponent: component) {
        result.frame(index, ofComponent: component).update(
          from: frame(index, ofComponent: component), count: values.columnStride)
      }
    }
    return result
  }

  private init(values: consuming Matrix, supports: [BinBlocks], firstColumns: [Int]) {
    self.values = values
    self.supports = supports
    self.firstColumns = firstColumns
    frameCount = zip(firstColumns, firstColumns.dropFirst()).map { $1 - $0 }.max() ?? 0
  }
}
