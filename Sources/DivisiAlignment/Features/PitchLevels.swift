public import DivisiDSP
internal import Glibc

/// How loud each pitch of a recording is, in columns, as pictures show it.
public struct PitchLevels: Sendable {
  /// MIDI numbers of the rows.
  public static let pitches = Bands.pitches
  /// From the middle of one column to that of the next, in seconds; the first lies at 0.
  public let columnSeconds: Double
  /// How many columns there are.
  public let columnCount: Int
  /// Decibels against the loudest, column after column; −∞ for silence.
  public let decibels: [Float]

  /// A stretch of a recording that is not held has about so many frames.
  private static let stretchFrames = 4096

  /// The largest level of each pitch in each column.
  ///
  /// - Parameters:
  ///   - sound: read once.
  ///   - tuningCents: against A4 = 440 Hz.
  ///   - mostColumns: at least 1.
  /// - Throws: what reading throws.
  /// - Complexity: O(samples · log window); memory for the columns and a stretch.
  public init(
    of sound: RecordedSound, tuningCents: Double, mostColumns: Int, parallel: Parallel
  ) throws {
    let grid = FeatureRate.grid(
      sampleRate: sound.sampleRate, window: Instrument.pitched.searchWindow)
    let filter = BandFilter(.semitones(tuningCents: tuningCents), grid: grid)
    let stft = STFT(grid: grid)
    let frameCount = grid.frameCount(sampleCount: sound.sampleCount)
    let perColumn = max(1, (frameCount + mostColumns - 1) / mostColumns)
    let columnCount = (frameCount + perColumn - 1) / perColumn
    let columns = Matrix(rowCount: filter.count, columnCount: columnCount)
    try sound.forEachStretch(
      of: grid, length: (Self.stretchFrames + perColumn - 1) / perColumn * perColumn
    ) { stretch in
      let first = stretch.frames.lowerBound / perColumn
      let count = (stretch.frames.count + perColumn - 1) / perColumn
      parallel(count) { index in
        let buffer = stft.makeBuffer()
        var power = [Float](repeating: 0, count: grid.binCount)
        var magnitudes = [Float](repeating: 0, count: filter.count)
        let frames = (first + index) * perColumn..<(first + index + 1) * perColumn
        for frame in frames.clamped(to: stretch.frames) {
          stretch.formPower(ofFrame: frame, stft: stft, buffer: buffer, to: &power)
          filter.magnitudes(ofPower: power, scale: 1, into: &magnitudes)
          for band in magnitudes.indices {
            columns[band, first + index] = max(columns[band, first + index], magnitudes[band])
          }
        }
      }
    }
    let largest = columns.maximum()
    columnSeconds = Double(perColumn) / grid.frameRate
    self.columnCount = columnCount
    decibels = (0..<columnCount).flatMap { column in
      (0..<filter.count).map { band in
        let value = columns[band, column]
        return value > 0 ? 20 * log10f(value / largest) : -.infinity
      }
    }
  }
}
