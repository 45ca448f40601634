/// What each component sounds like: K × R × T values, zero outside the bins that the component may
/// use.
///
/// Frame τ of component r is column r · T + τ of ``values``. An encoder has the same shape, each of
/// its rows stored as a column here.
public struct Templates: ~Copyable, Sendable {
  /// K × (R · T), non-negative.
  public let values: Matrix
  /// The bins each component may use, R of them: the template mask M_W.
  public let supports: [BinBlocks]
  /// T, frames of one template.
  public let frameCount: Int

  /// R.
  public var componentCount: Int { supports.count }
  /// K.
  public var binCount: Int { values.rowCount }

  /// Makes templates of zeros.
  public init(binCount: Int, supports: [BinBlocks], frameCount: Int) {
    values = Matrix(rowCount: binCount, columnCount: supports.count * frameCount)
    self.supports = supports
    self.frameCount = frameCount
  }

  /// Frame τ of one component, K values.
  @inline(__always)
  public func frame(_ frame: Int, ofComponent component: Int) -> UnsafeMutablePointer<Float> {
    values.column(component &* frameCount &+ frame)
  }

  /// The sum of a component over bins and frames.
  public func sum(ofComponent component: Int) -> Float {
    (0..<frameCount).reduce(0) {
      $0 + BlockKernels.sum(frame($1, ofComponent: component), over: supports[component].blocks)
    }
  }

  /// Multiplies all of one component.
  public func scale(component: Int, by gain: Float) {
    for index in 0..<frameCount {
      BlockKernels.scale(
        frame(index, ofComponent: component), by: gain, over: supports[component].blocks)
    }
  }

  /// A copy with storage of its own.
  public func copy() -> Templates {
    Templates(values: values.copy(), supports: supports, frameCount: frameCount)
  }

  /// A copy of the first frames of all components, or of all frames if there are no more.
  public func copy(frames: Int) -> Templates {
    let result = Templates(
      binCount: binCount, supports: supports, frameCount: min(frames, frameCount))
    for component in 0..<componentCount {
      for index in 0..<result.frameCount {
        result.frame(index, ofComponent: component).update(
          from: frame(index, ofComponent: component), count: values.columnStride)
      }
    }
    return result
  }

  private init(values: consuming Matrix, supports: [BinBlocks], frameCount: Int) {
    self.values = values
    self.supports = supports
    self.frameCount = frameCount
  }
}
