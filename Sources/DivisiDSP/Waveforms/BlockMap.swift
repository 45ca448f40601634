/// A value for each block of a ``StrokeGrid``, smoothed by box means over five bins and three frames.
///
/// Frames whose neighbours lie in the same stretches are alike, and one column is kept for all of them:
/// a fifth of what a map of all frames takes.
public final class BlockMap: Sendable {
  private let grid: StrokeGrid
  private let frameCount: Int
  /// K × ``StrokeGrid/mixtures``.
  private let values: Matrix

  /// The same value everywhere.
  init(_ grid: StrokeGrid, frames: Int, filledWith value: Float = 0) {
    self.grid = grid
    frameCount = frames
    values = Matrix(rowCount: grid.binCount, columnCount: grid.mixtures.count)
    fill(value)
  }

  /// Sets every value.
  public func fill(_ value: Float) {
    for column in 0..<values.columnCount {
      values.column(column).update(repeating: value, count: values.rowCount)
    }
  }

  /// K values of a frame.
  public func column(_ frame: Int) -> UnsafeMutablePointer<Float> {
    values.column(frame == frameCount - 1 ? grid.mixtureOfLast[frame] : grid.mixtureOf[frame])
  }

  /// Takes a value for each block, the bands of the first stretch first.
  func set(_ blocks: [Float]) {
    let bandCount = grid.bands.count - 1
    var means = [Float](repeating: 0, count: bandCount)
    for (index, mixture) in grid.mixtures.enumerated() {
      for band in 0..<bandCount {
        means[band] =
          (blocks[mixture.before * bandCount + band] + blocks[mixture.here * bandCount + band]
            + blocks[mixture.after * bandCount + band]) / 3
      }
      let column = values.column(index)
      for band in 0..<bandCount {
        let bins = grid.bands[band]..<grid.bands[band + 1]
        (column + bins.lowerBound).update(repeating: means[band], count: bins.count)
      }
      // Only what is two bins from the edge of a band has other neighbours.
      for edge in grid.bands.dropFirst().dropLast() {
        for bin in max(0, edge - 2)..<min(grid.binCount, edge + 2) {
          var sum: Float = 0
          for near in bin - 2...bin + 2 {
            sum += means[grid.bandOf[min(max(near, 0), grid.binCount - 1)]]
          }
          column[bin] = sum / 5
        }
      }
    }
  }
}
