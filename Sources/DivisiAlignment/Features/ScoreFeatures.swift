import DivisiDSP
internal import Glibc

/// A note as features need it, in seconds of some time line.
struct SketchedNote: Sendable {
  var onset: Double
  var end: Double
  var pitch: Int
}

/// What a score should sound like.
enum ScoreFeatures {
  /// Power falls by a factor of e² in this time, in seconds, and notes ring this long after their end.
  private static let (decaySeconds, ringSeconds) = (1.0, 0.1)

  /// Features of notes, as if they were recorded.
  ///
  /// - Parameters:
  ///   - notes: from 0 on.
  ///   - frameCount: frames of the result.
  ///   - grid: the fine grid.
  ///   - transposition: semitones by which the notes sound higher than they are written.
  /// - Complexity: O(seconds of notes · bands).
  static func make(
    _ notes: [SketchedNote], frameCount: Int, rate: FeatureRate, grid: TimeGrid,
    instrument: Instrument,
    transposition: Int
  ) -> PathFeatures {
    let fine = frameCount * rate.rawValue
    let spectrum = Matrix(rowCount: instrument.bandCount, columnCount: fine)
    let rises = Matrix(rowCount: instrument.bandCount, columnCount: frameCount)
    let fall = Float(exp(-2 / (decaySeconds * grid.frameRate)))
    for note in notes {
      let sound = instrument[note.pitch + transposition]
      let first = grid.frame(atSeconds: note.onset)
      guard first >= 0, first < fine else { continue }
      if sound.frames.isEmpty {
        let last = max(first + 2, grid.frame(atSeconds: note.end + ringSeconds))
        let powers = sound.magnitudes.map { $0 * $0 }
        var gain: Float = 1
        for frame in first..<min(last, fine) {
          let column = spectrum.column(frame)
          for (band, power) in zip(sound.bands, powers) { column[band] += gain * power }
          gain *= fall
        }
      } else {
        for (frame, magnitudes) in zip(first..<fine, sound.frames) {
          let column = spectrum.column(frame)
          for (band, value) in magnitudes.enumerated() { column[band] += value * value }
        }
      }
      let rise = rises.column(first / rate.rawValue)
      for (band, magnitude) in zip(sound.bands, sound.magnitudes) {
        rise[band] = max(rise[band], magnitude)
      }
    }
    var maxima = [Float](repeating: 0, count: fine)
    for frame in 0..<fine {
      SpectrumKernels.formMagnitude(spectrum.column(frame), count: spectrum.rowCount)
      maxima[frame] = spectrum.maximum(ofColumns: frame..<frame + 1)
    }
    let reference = LevelPooling.reference(maxima)
    let gain = reference > 0 ? 1 / (LevelPooling.compression * reference) : 0
    let levels = Matrix(rowCount: instrument.bandCount, columnCount: frameCount)
    let unused = Matrix(rowCount: instrument.bandCount, columnCount: 0)
    LevelPooling.pool(spectrum, gain: gain, by: rate.rawValue, levels: levels, rises: unused)
    return PathFeatures(
      levels: levels, rises: rises, frameRate: rate.frameRate(grid: grid),
      holdSeconds: instrument.holdSeconds)
  }
}
