import DivisiDSP

/// One stroke of a drum while its waveform is being found.
///
/// - Thread: one at a time.
final class WaveformStroke: @unchecked Sendable {
  let part: Int
  let pitch: Int
  /// In samples of the section.
  let onset: Double
  /// Samples to the next stroke of the part.
  let gap: Double
  /// Samples after the onset that are its own, half a second at most.
  let cut: Double

  /// The strokes that repeat its waveform, by number; nil if there are none.
  var cluster: Int?
  /// How well it fits into them.
  var coherence: Float = 0
  /// Samples after the score's onset.
  var delay = 0.0
  /// Samples of stroke time per sample of the recording.
  var rate = 1.0
  /// What it has been found to sound like, by channel, from ``StrokeGrid/lead`` before the onset on,
  /// rounded down; empty until then.
  var waveforms: [[Float]] = []
  /// The same before the current pass.
  var formerWaveforms: [[Float]] = []
  /// g, its level against its cluster's.
  var level: Float = 1
  var measured: Measured?

  init(part: Int, pitch: Int, onset: Double, gap: Double, longest: Double) {
    self.part = part
    self.pitch = pitch
    self.onset = onset
    self.gap = gap
    cut = min(gap, longest)
  }

  /// Where stroke time begins, in samples of the section.
  func start(_ grid: StrokeGrid) -> Double { onset + delay - Double(grid.lead) / rate }

  /// What is known of it in stroke time while its cluster is worked on. K × frames each; spectra
  /// have pairs of real and imaginary part, 2 K rows.
  final class Measured: @unchecked Sendable {
    /// Y, by channel: the recording less what is known of all others.
    let observed: [SpectraMatrix]
    /// Z: what averages are taken of.
    let averaged: [SpectraMatrix]
    /// ν: the variance of what else sounds.
    let noise: MapMatrix
    /// ν_z: the same for Z.
    let averagedNoise: MapMatrix
    /// P: the part's own variance, as the non-negative model has it.
    let variance: MapMatrix
    /// A: gains of the waveform.
    let gains: MapMatrix
    /// e: the share of the variance that the waveform does not explain.
    let unexplained: MapMatrix
    /// φ: the share of the variance that is left for the mask.
    let share: MapMatrix

    init(_ grid: StrokeGrid, channels: Int) {
      observed = (0..<channels).map { _ in SpectraMatrix(grid) }
      averaged = (0..<channels).map { _ in SpectraMatrix(grid) }
      noise = MapMatrix(grid)
      averagedNoise = MapMatrix(grid)
      variance = MapMatrix(grid)
      gains = MapMatrix(grid)
      unexplained = MapMatrix(grid)
      share = MapMatrix(grid)
    }
  }
}

/// K × frames of stroke time.
final class MapMatrix: @unchecked Sendable {
  let values: Matrix

  init(_ grid: StrokeGrid) {
    values = Matrix(rowCount: grid.binCount, columnCount: grid.frameCount)
  }

  func fill(_ value: Float) {
    for frame in 0..<values.columnCount {
      values.column(frame).update(repeating: value, count: values.rowCount)
    }
  }

  /// Takes columns of a map of the section, between its frames linearly.
  func take(_ map: borrowing Matrix, from position: Double) {
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
final class SpectraMatrix: @unchecked Sendable {
  let values: Matrix

  init(_ grid: StrokeGrid) {
    values = Matrix(rowCount: 2 * grid.binCount, columnCount: grid.frameCount)
  }

  @inline(__always)
  func column(_ frame: Int) -> UnsafeMutablePointer<SIMD2<Float>> {
    UnsafeMutableRawPointer(values.column(frame)).assumingMemoryBound(to: SIMD2<Float>.self)
  }
}
