import DivisiDSP

/// What the drums of a recording sound like when they are struck: learnt from strokes that were found with what those of
/// another kit sound like.
///
/// At a stroke, or where several drums are struck at once, the magnitudes by band grow by the sum of what the drums add.
/// Templates and strengths are found in turn, with multiplicative steps of the Kullback-Leibler divergence (Lee & Seung 2000),
/// as in ``Factorisation``. With them, nine strokes of ten lie within 6.1 instead of 6.5 ms on rendered drums, and within 8.9
/// instead of 9.5 ms on played ones.
struct LearntStrokes {
  private let filter: BandFilter
  private let stft: STFT
  private let scale: Float
  private let frameCount: Int
  /// MIDI numbers, ascending; a row each.
  private let pitches: [Int]
  private let strokes: [Strokes]
  /// By how much magnitudes grow at each of `strokes`; none where it has not been looked at.
  private var growths: [[Float]]

  /// Drums that are struck at once.
  private struct Strokes {
    /// From the first to the last of them.
    var frames: ClosedRange<Int>
    var rows: [Int]
  }

  /// What is less than so far apart is struck at once, in seconds.
  private static let togetherSeconds = 0.015
  /// Frames before the first stroke and after the last one, between which the sound grows.
  private static let (before, after) = (-4 ... -2, 1...4)
  /// Frames before and after a stroke's first that are looked at, at most.
  static let margin = 16
  /// Drums are learnt from so many strokes at most, spread over the recording.
  private static let mostStrokes = 2000
  private static let steps = 20
  /// What the other kit's template counts for, in strokes.
  private static let knownStrokes: Float = 5
  /// What may be learnt beside what that template says, as a share of its sum.
  private static let open: Float = 1e-3
  /// Strokes that one piece of work looks at.
  private static let chunk = 64

  /// - Parameters:
  ///   - onsets: of all strokes, in seconds of the recording.
  ///   - pitches: the drum of each, under which it is looked for.
  ///   - sampleCount: of each channel of the recording.
  ///   - peak: the largest magnitude of its samples.
  ///   - filter: of the grid's window.
  init(
    onsets: [Double], pitches: [Int], sampleCount: Int, peak: Float, filter: BandFilter
  ) {
    self.filter = filter
    let grid = filter.grid
    stft = STFT(grid: grid)
    scale = 2 / Float(grid.windowLength) / max(peak, 1e-9)
    frameCount = grid.frameCount(sampleCount: sampleCount)
    let known = Set(pitches).sorted()
    self.pitches = known
    let rows = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
    var all: [Strokes] = []
    var first = -Double.infinity
    for note in onsets.indices.sorted(by: { onsets[$0] < onsets[$1] }) {
      let frame = grid.frame(atSeconds: onsets[note])
      if onsets[note] - first < Self.togetherSeconds {
        all[all.count - 1].frames = all[all.count - 1].frames.lowerBound...frame
        all[all.count - 1].rows.append(rows[pitches[note]]!)
      } else {
        first = onsets[note]
        all.append(Strokes(frames: frame...frame, rows: [rows[pitches[note]]!]))
      }
    }
    let step = max(1, (all.count + Self.mostStrokes - 1) / Self.mostStrokes)
    strokes = stride(from: 0, to: all.count, by: step).map { all[$0] }
    growths = strokes.map { _ in [] }
  }

  /// Looks at the strokes of a stretch.
  ///
  /// - Parameter stretch: with samples for ``margin`` more frames before and after its own.
  mutating func listen(to stretch: SoundStretch, parallel: Parallel) {
    let own = strokes.indices.filter {
      stretch.frames.contains(min(max(0, strokes[$0].frames.lowerBound), frameCount - 1))
    }
    let listened = UnsafeMutableBufferPointer<[Float]>.allocate(capacity: own.count)
    listened.initialize(repeating: [])
    defer {
      listened.deinitialize()
      listened.deallocate()
    }
    nonisolated(unsafe) let target = listened
    parallel((own.count + Self.chunk - 1) / Self.chunk) { [self] piece in
      let buffer = stft.makeBuffer()
      for index in piece * Self.chunk..<min((piece + 1) * Self.chunk, own.count) {
        let frames = strokes[own[index]].frames
        let quiet = mean(of: Self.before, around: frames.lowerBound, in: stretch, buffer)
        let loud = mean(of: Self.after, around: frames.upperBound, in: stretch, buffer)
        target[index] = zip(loud, quiet).map { max(0, $0 - $1) }
      }
    }
    for (index, growth) in zip(own, listened) { growths[index] = growth }
  }

  private func mean(
    of range: ClosedRange<Int>, around frame: Int, in stretch: SoundStretch, _ buffer: FFTBuffer
  ) -> [Float] {
    var power = [Float](repeating: 0, count: filter.grid.binCount)
    var magnitudes = [Float](repeating: 0, count: filter.count)
    var result = magnitudes
    for offset in range {
      let place = min(max(0, frame + offset), frameCount - 1)
      stretch.formPower(ofFrame: place, stft: stft, buffer: buffer, to: &power)
      filter.magnitudes(ofPower: power, scale: scale, into: &magnitudes)
      for band in result.indices { result[band] += magnitudes[band] / Float(range.count) }
    }
    return result
  }

  /// The templates that have been learnt, by drum.
  ///
  /// - Parameter instrument: the other kit; drums that it lacks are left out.
  /// - Returns: magnitudes of all bands.
  /// - Complexity: O(strokes · bands).
  func templates(from instrument: Instrument) -> [Int: [Float]] {
    let known = pitches.map { Self.known(instrument[$0], bandCount: filter.count) }
    var templates = known
    var strengths = strokes.indices.map { index in
      [Float](
        repeating: growths[index].reduce(0, +) / Float(strokes[index].rows.count),
        count: strokes[index].rows.count)
    }
    for _ in 0..<Self.steps {
      var sums = known.map { [Float](repeating: 0, count: $0.count) }
      var totals = [(strength: Float, count: Float)](repeating: (0, 0), count: pitches.count)
      for index in strokes.indices where !growths[index].isEmpty {
        let (V, rows) = (growths[index], strokes[index].rows)
        var quotient = Self.quotient(V, templates, rows, strengths[index])
        for (place, row) in rows.enumerated() {
          strengths[index][place] *= zip(quotient, templates[row]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        quotient = Self.quotient(V, templates, rows, strengths[index])
        for (strength, row) in zip(strengths[index], rows) {
          for band in sums[row].indices {
            sums[row][band] += strength * quotient[band] * templates[row][band]
          }
          totals[row].strength += strength
          totals[row].count += 1
        }
      }
      for (row, total) in totals.enumerated() where total.strength > 0 {
        let weight = Self.knownStrokes * total.strength / total.count
        let values = zip(sums[row], known[row]).map { $0 + weight * $1 }
        let sum = values.reduce(0, +)
        templates[row] = values.map { $0 / sum }
      }
    }
    return Dictionary(
      uniqueKeysWithValues: zip(pitches, templates).filter { !$0.1.isEmpty })
  }

  /// A template with a sum of about 1, in which no band is closed; none for a drum that is not known.
  private static func known(_ sound: Instrument.Sound, bandCount: Int) -> [Float] {
    let sum = sound.magnitudes.reduce(0, +)
    guard sum > 0 else { return [] }
    var result = [Float](repeating: open, count: bandCount)
    for (band, magnitude) in zip(sound.bands, sound.magnitudes) { result[band] += magnitude / sum }
    return result
  }

  private static func quotient(
    _ V: [Float], _ templates: [[Float]], _ rows: [Int], _ strengths: [Float]
  ) -> [Float] {
    var model = [Float](repeating: Factorisation.floor, count: V.count)
    for (row, strength) in zip(rows, strengths) {
      for band in templates[row].indices { model[band] += strength * templates[row][band] }
    }
    return zip(V, model).map { $0 / $1 }
  }
}
