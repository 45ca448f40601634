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
    let rises = Matrix(rowCount: instrument.bandCount, columnCount: frameCount)
    for note in notes {
      let sound = instrument[note.pitch + transposition]
      let frame = grid.frame(atSeconds: note.onset)
      guard frame >= 0, frame < frameCount * rate.rawValue else { continue }
      let rise = rises.column(frame / rate.rawValue)
      for (band, magnitude) in zip(sound.bands, sound.magnitudes) {
        rise[band] = max(rise[band], magnitude)
      }
    }
    // Spectra are made block by block: twice where one does not hold all of them.
    let length = blockFrames / rate.rawValue * rate.rawValue
    let blocks = stride(from: 0, to: frameCount * rate.rawValue, by: length).map {
      $0..<min($0 + length, frameCount * rate.rawValue)
    }
    let spectrum = Matrix(
      rowCount: instrument.bandCount, columnCount: blocks.lazy.map(\.count).max() ?? 0)
    var isEmpty = true
    func synthesise(_ block: Range<Int>) {
      if !isEmpty { spectrum.scale(by: 0) }
      isEmpty = false
      for note in notes {
        add(
          instrument[note.pitch + transposition], of: note, to: spectrum, block: block, grid: grid)
      }
      for frame in 0..<block.count {
        SpectrumKernels.formMagnitude(spectrum.column(frame), count: spectrum.rowCount)
      }
    }
    var maxima: [Float] = []
    for block in blocks {
      synthesise(block)
      maxima += (0..<block.count).map { spectrum.maximum(ofColumns: $0..<$0 + 1) }
    }
    let reference = LevelPooling.reference(maxima)
    let gain = reference > 0 ? 1 / (LevelPooling.compression * reference) : 0
    let levels = Matrix(rowCount: instrument.bandCount, columnCount: frameCount)
    for block in blocks {
      if blocks.count > 1 { synthesise(block) }
      LevelPooling.pool(
        spectrum, columns: 0..<block.count, gain: gain, by: rate.rawValue, levels: levels,
        from: block.lowerBound / rate.rawValue)
    }
    return PathFeatures(
      levels: levels, rises: rises, frameRate: rate.frameRate(grid: grid),
      holdSeconds: instrument.holdSeconds)
  }

  /// Fine frames whose spectra are held at once: 7 MB.
  private static let blockFrames = 16_384

  /// Adds the powers of a note in a block of fine frames.
  private static func add(
    _ sound: Instrument.Sound, of note: SketchedNote, to spectrum: borrowing Matrix,
    block: Range<Int>, grid: TimeGrid
  ) {
    let first = grid.frame(atSeconds: note.onset)
    guard first >= 0, first < block.upperBound else { return }
    if sound.frames.isEmpty {
      let last = max(first + 2, grid.frame(atSeconds: note.end + ringSeconds))
      guard last > block.lowerBound else { return }
      let fall = Float(exp(-2 / (decaySeconds * grid.frameRate)))
      let powers = sound.magnitudes.map { $0 * $0 }
      var gain: Float = 1
      for frame in first..<min(last, block.upperBound) {
        if frame >= block.lowerBound {
          let column = spectrum.column(frame - block.lowerBound)
          for (band, power) in zip(sound.bands, powers) { column[band] += gain * power }
        }
        gain *= fall
      }
    } else {
      for (frame, magnitudes) in zip(first..<block.upperBound, sound.frames)
      where frame >= block.lowerBound {
        let column = spectrum.column(frame - block.lowerBound)
        for (band, value) in magnitudes.enumerated() { column[band] += value * value }
      }
    }
  }
}
