/// What is known of a stroke in stroke time while its cluster is worked on. K × frames each; spectra
/// have pairs of real and imaginary part, 2 K rows.
public final class StrokeMeasurement: Sendable {
  /// Y, by channel: the recording less what is known of all others.
  public let observed: [SpectraMatrix]
  /// Z: what averages are taken of.
  public let averaged: [SpectraMatrix]
  /// ν: the variance of what else sounds.
  public let noise: MapMatrix
  /// ν_z: the same for Z.
  public let averagedNoise: MapMatrix
  /// P: the part's own variance, as the non-negative model has it.
  public let variance: MapMatrix
  /// A: gains of the waveform.
  public let gains: MapMatrix
  /// e: the share of the variance that the waveform does not explain.
  public let unexplained: MapMatrix
  /// φ: the share of the variance that is left for the mask.
  public let share: MapMatrix

  /// Frames of stroke time that are kept: those in which it may sound.
  public let frameCount: Int

  /// All zero.
  public init(_ grid: StrokeGrid, channels: Int, frames: Int) {
    frameCount = frames
    observed = (0..<channels).map { _ in SpectraMatrix(grid, frames: frames) }
    averaged = (0..<channels).map { _ in SpectraMatrix(grid, frames: frames) }
    noise = MapMatrix(grid, frames: frames)
    averagedNoise = MapMatrix(grid, frames: frames)
    variance = MapMatrix(grid, frames: frames)
    gains = MapMatrix(grid, frames: frames)
    unexplained = MapMatrix(grid, frames: frames)
    share = MapMatrix(grid, frames: frames)
  }
}

/// K × frames of stroke time.
public final class MapMatrix: Sendable {
  /// Column m is frame m.
  public let values: Matrix

  /// All zero.
  public init(_ grid: StrokeGrid, frames: Int? = nil) {
    values = Matrix(rowCount: grid.binCount, columnCount: frames ?? grid.frameCount)
  }

  /// Sets every value.
  public func fill(_ value: Float) {
    for frame in 0..<values.columnCount {
      values.column(frame).update(repeating: value, count: values.rowCount)
    }
  }

  /// Takes columns of a map of the section, between its frames linearly.
  public func take(_ map: borrowing Matrix, from position: Double) {
    for frame in 0..<values.columnCount {
      let place = min(max(position + Double(frame), 0), Double(map.columnCount) - 1.001)
      let first = max(0, Int(place))
      let share = Float(max(0, place - Double(first)))
      let low = map.column(first)
      let high = map.column(min(first + 1, map.columnCount - 1))
      let column = values.column(frame)
      for bin in 0..<values.rowCount {
        column[bin] = low[bin] + share * (high[bin] - low[bin])
      }
    }
  }

  /// Box means over five bins and three frames.
  func smooth(_ scratch: borrowing Matrix) {
    let (bins, frames) = (values.rowCount, values.columnCount)
    for frame in 0..<frames {
      let (source, target) = (values.column(frame), scratch.column(frame))
      for bin in 0..<bins {
        var sum: Float = 0
        for near in bin - 2...bin + 2 { sum += source[min(max(near, 0), bins - 1)] }
        target[bin] = sum / 5
      }
    }
    for frame in 0..<frames {
      let (before, after) = (
        scratch.column(max(0, frame - 1)), scratch.column(min(frames - 1, frame + 1))
      )
      let (here, target) = (scratch.column(frame), values.column(frame))
      for bin in 0..<bins { target[bin] = (before[bin] + here[bin] + after[bin]) / 3 }
    }
  }
}

/// Complex K × frames of stroke time.
public final class SpectraMatrix: Sendable {
  /// Column m is frame m: K pairs of real and imaginary part.
  public let values: Matrix

  /// All zero.
  public init(_ grid: StrokeGrid, frames: Int? = nil) {
    values = Matrix(rowCount: 2 * grid.binCount, columnCount: frames ?? grid.frameCount)
  }

  /// Bins of a frame.
  @inlinable @inline(__always)
  public func column(_ frame: Int) -> UnsafeMutablePointer<SIMD2<Float>> {
    UnsafeMutableRawPointer(values.column(frame)).assumingMemoryBound(to: SIMD2<Float>.self)
  }
}
