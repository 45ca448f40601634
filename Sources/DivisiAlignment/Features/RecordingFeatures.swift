import DivisiDSP

/// What a recording is like at one rate, and where it is silent or has no pitches.
struct RecordingFeatures: Sendable {
  let path: PathFeatures
  /// Of each frame: whether there is music in it, as far as one can tell without a score.
  let isSounding: [Bool]

  /// Frames whose largest level is below this share of what 95 % of the frames stay below are silent.
  private static let silence: Float = 0.02
  /// Levels as even as this over a second, as the cosine with equal ones, are noise, speech or applause.
  private static let evenness: Float = 0.86

  /// - Parameters:
  ///   - reference: ``BandSpectrum/reference`` of the spectrum.
  ///   - frames: of the rate; nil for all.
  /// - Complexity: O(bands · fine frames).
  init(
    _ spectrum: BandSpectrum, rate: FeatureRate, instrument: Instrument, reference: Float,
    frames: Range<Int>? = nil
  ) {
    let gain = reference > 0 ? 1 / (LevelPooling.compression * reference) : 0
    let frames = frames ?? 0..<spectrum.frameCount / rate.rawValue
    let frameCount = frames.count
    let levels = Matrix(rowCount: instrument.bandCount, columnCount: frameCount)
    let rises = Matrix(rowCount: instrument.bandCount, columnCount: frameCount)
    LevelPooling.pool(
      spectrum.values, from: frames.lowerBound * rate.rawValue, gain: gain, by: rate.rawValue,
      levels: levels, rises: rises)
    path = PathFeatures(
      levels: levels, rises: rises, frameRate: rate.frameRate(grid: spectrum.grid),
      holdSeconds: instrument.holdSeconds)
    // Strokes are as even as noise, and silent in between.
    isSounding = Self.sounding(path, evenness: instrument.isPercussive ? 1 : Self.evenness)
  }

  /// Seconds from the first frame that sounds to the last; all of them if none does.
  var soundingSeconds: Double {
    let first = isSounding.firstIndex(of: true) ?? 0
    let last = isSounding.lastIndex(of: true) ?? isSounding.count - 1
    return Double(last - first + 1) / path.frameRate
  }

  private static func sounding(_ path: PathFeatures, evenness: Float) -> [Bool] {
    let maxima = (0..<path.frameCount).map { path.levels.maximum(ofColumns: $0..<$0 + 1) }
    let threshold = silence * LevelPooling.reference(maxima)
    let flatness = (0..<path.frameCount).map { frame in
      let column = path.levels.column(frame)
      var (sum, squares): (Float, Float) = (0, 0)
      for band in 0..<path.levels.rowCount {
        sum += column[band]
        squares += column[band] * column[band]
      }
      return sum / ((Float(path.levels.rowCount) * squares).squareRoot() + 1e-9)
    }
    // The mean over a second, with zeros beyond the ends.
    let length = max(1, Int(path.frameRate.rounded()))
    return (0..<path.frameCount).map { frame in
      let first = frame - length / 2
      let nearby = max(0, first)..<min(path.frameCount, first + length)
      let mean = flatness[nearby].reduce(0, +) / Float(length)
      return maxima[frame] >= threshold && mean <= evenness && maxima[frame] > 0
    }
  }
}
