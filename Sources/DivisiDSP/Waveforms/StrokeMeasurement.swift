/// What is known of a stroke in stroke time while its cluster is worked on. K × frames each; spectra
/// have pairs of real and imaginary part, 2 K rows. Y, Z and ν end with the stroke's own frames.
///
/// - Thread: one at a time.
public final class StrokeMeasurement: @unchecked Sendable {
  /// Y, by channel: the recording less what is known of all others.
  public let observed: [SpectraMatrix]
  /// Z: what averages are taken of; Y itself where nothing else was measured.
  public let averaged: [SpectraMatrix]
  /// ν: the variance of what else sounds.
  public let noise: MapMatrix
  /// P: the part's own variance, as the non-negative model has it.
  public var variance: SectionMap
  /// A: gains of the waveform.
  public let gains: BlockMap
  /// e: the share of the variance that the waveform does not explain.
  public let unexplained: BlockMap
  /// φ: the share of the variance that is left for the mask.
  public let share: MapMatrix

  /// Frames of stroke time that are kept: those in which it may sound.
  public let frameCount: Int
  /// How many of them are its own: what is observed later is the next stroke's.
  public let ownFrameCount: Int
  /// Whether Z is what a mask let through.
  public let isMasked: Bool

  /// All zero but φ, which is 1.
  ///
  /// - Parameter isMasked: whether Z is not Y.
  public init(
    _ grid: StrokeGrid, channels: Int, frames: Int, ownFrames: Int, isMasked: Bool,
    variance: SectionMap
  ) {
    self.variance = variance
    frameCount = frames
    ownFrameCount = min(ownFrames, frames)
    self.isMasked = isMasked
    let own = ownFrameCount
    observed = (0..<channels).map { _ in SpectraMatrix(grid, frames: own) }
    averaged = isMasked ? (0..<channels).map { _ in SpectraMatrix(grid, frames: own) } : observed
    noise = MapMatrix(grid, frames: own)
    gains = BlockMap(grid, frames: frames)
    unexplained = BlockMap(grid, frames: frames)
    share = MapMatrix(grid, frames: frames)
    share.fill(1)
  }

  /// result ← A q = A / (ν_z + e P) in one of its own frames, with ν_z the variance of what disturbs Z: ν, or of
  /// ν and φ P what a mask lets through of both.
  func writeTrust(_ frame: Int, to result: UnsafeMutablePointer<Float>) {
    let (noise, variance) = (noise.values.column(frame), variance.column(frame))
    let (gains, unexplained) = (gains.column(frame), unexplained.column(frame))
    let share = share.values.column(frame)
    for bin in stride(from: 0, to: self.noise.values.rowCount, by: Lane.scalarCount) {
      let own = variance.lanes(bin)
      var disturbance = noise.lanes(bin)
      if isMasked {
        let left = own * share.lanes(bin)
        disturbance = disturbance * left / (disturbance + left + 1e-20)
      }
      result.setLanes(
        bin, gains.lanes(bin) / (disturbance + unexplained.lanes(bin) * own + 1e-12))
    }
  }
}

/// K × frames of stroke time.
public final class MapMatrix: Sendable {
  /// Column m is frame m.
  public let values: Matrix

  /// All zero.
  public init(_ grid: StrokeGrid, frames: Int) {
    values = Matrix(rowCount: grid.binCount, columnCount: frames)
  }

  /// Sets every value.
  func fill(_ value: Float) {
    for frame in 0..<values.columnCount {
      values.column(frame).update(repeating: value, count: values.rowCount)
    }
  }

  /// Takes columns of a map of the section.
  public func take(_ map: SectionMap) {
    for frame in 0..<values.columnCount {
      let (source, target) = (map.column(frame), values.column(frame))
      for bin in stride(from: 0, to: values.rowCount, by: Lane.scalarCount) {
        target.setLanes(bin, source.lanes(bin))
      }
    }
  }
}

/// Complex K × frames of stroke time.
public final class SpectraMatrix: Sendable {
  /// Column m is frame m: K pairs of real and imaginary part.
  public let values: Matrix

  /// All zero.
  public init(_ grid: StrokeGrid, frames: Int) {
    values = Matrix(rowCount: 2 * grid.binCount, columnCount: frames)
  }

  /// Bins of a frame.
  @inlinable @inline(__always)
  public func column(_ frame: Int) -> UnsafeMutablePointer<SIMD2<Float>> {
    UnsafeMutableRawPointer(values.column(frame)).assumingMemoryBound(to: SIMD2<Float>.self)
  }
}

extension Lane {
  /// Each of the first or the last four twice, for pairs of real and imaginary part.
  @inline(__always)
  var pairs: (Lane, Lane) {
    (
      Lane(self[0], self[0], self[1], self[1], self[2], self[2], self[3], self[3]),
      Lane(self[4], self[4], self[5], self[5], self[6], self[6], self[7], self[7])
    )
  }
}
