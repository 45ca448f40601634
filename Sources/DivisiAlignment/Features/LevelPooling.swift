import DivisiDSP
internal import Glibc

/// Turns magnitudes on the fine grid into levels and rises per frame of a search.
enum LevelPooling {
  /// Magnitudes are compressed as log(1 + s / (0.1 · reference)).
  static let compression: Float = 0.1

  /// ln(1 + value · gain).
  @inline(__always)
  static func level(_ value: Float, gain: Float) -> Float { log1pf(value * gain) }

  /// The value that 95 % of some values do not exceed; 0 for none.
  static func reference(_ values: [Float], quantile: Double = 0.95) -> Float {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let place = quantile * Double(sorted.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + Float(place - Double(lower)) * (sorted[upper] - sorted[lower])
  }

  /// Writes means of levels, and the largest rises, of level[t + 1] over level[t − 1].
  ///
  /// - Parameters:
  ///   - spectrum: bands × fine frames of magnitudes.
  ///   - first: the fine frame to begin with.
  ///   - gain: what magnitudes are multiplied by before they are compressed.
  ///   - count: fine frames per frame.
  ///   - levels: bands × frames of zeros.
  ///   - rises: the same.
  static func pool(
    _ spectrum: borrowing Matrix, from first: Int, gain: Float, by count: Int,
    levels: borrowing Matrix, rises: borrowing Matrix
  ) {
    let (bands, fine) = (spectrum.rowCount, spectrum.columnCount - first)
    let used = levels.columnCount * count
    guard used > 0 else { return }
    // The levels of the frames at hand: a ring of three.
    let ring = Matrix(rowCount: bands, columnCount: 3)
    let share = 1 / Float(count)
    for next in 0...used {
      if next < fine {
        let (source, target) = (spectrum.column(first + next), ring.column(next % 3))
        for band in 0..<bands { target[band] = level(source[band], gain: gain) }
      }
      let frame = next - 1
      guard frame >= 0 else { continue }
      let (level, here) = (levels.column(frame / count), ring.column(frame % 3))
      for band in 0..<bands { level[band] += share * here[band] }
      guard frame > 0, next < fine else { continue }
      let rise = rises.column(frame / count)
      let (before, after) = (ring.column((frame + 2) % 3), ring.column(next % 3))
      for band in 0..<bands { rise[band] = max(rise[band], after[band] - before[band]) }
    }
  }

  /// Writes means of levels alone.
  ///
  /// - Parameters:
  ///   - spectrum: bands × fine frames of magnitudes.
  ///   - columns: those to take: whole frames.
  ///   - gain: what magnitudes are multiplied by before they are compressed.
  ///   - count: fine frames per frame.
  ///   - levels: bands × frames of zeros.
  ///   - first: the frame of the first.
  static func pool(
    _ spectrum: borrowing Matrix, columns: Range<Int>, gain: Float, by count: Int,
    levels: borrowing Matrix, from first: Int
  ) {
    let share = 1 / Float(count)
    for index in columns {
      let source = spectrum.column(index)
      let target = levels.column(first + (index - columns.lowerBound) / count)
      for band in 0..<spectrum.rowCount {
        target[band] += share * level(source[band], gain: gain)
      }
    }
  }
}
