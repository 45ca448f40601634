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
  /// How it fits into them; the delay and the rate hold without them too.
  var match = StrokeAligner.Match(delay: 0, rate: 1, score: 0, coherence: 0)
  /// What it has been found to sound like, by channel, from ``StrokeGrid/lead`` before the onset on,
  /// rounded down; empty until then.
  var waveforms: [[Float]] = []
  /// The same before the current pass.
  var formerWaveforms: [[Float]] = []
  /// g, its level against its cluster's.
  var level: Float = 1
  var measured: StrokeMeasurement?

  init(part: Int, pitch: Int, onset: Double, gap: Double, longest: Double) {
    self.part = part
    self.pitch = pitch
    self.onset = onset
    self.gap = gap
    cut = min(gap, longest)
  }

  var coherence: Float { match.coherence }
  /// Samples after the score's onset.
  var delay: Double { match.delay }
  /// Samples of stroke time per sample of the recording.
  var rate: Double { match.rate }

  /// Joins a cluster.
  func take(_ match: StrokeAligner.Match, _ cluster: Int) {
    self.cluster = cluster
    self.match = match
  }

  /// Where stroke time begins, in samples of the section.
  func start(_ grid: StrokeGrid) -> Double { onset + delay - Double(grid.lead) / rate }

  /// Where ``waveforms`` begin, in samples of the section.
  func firstSample(_ grid: StrokeGrid) -> Int { Int(onset.rounded(.down)) - grid.lead }

  /// Adds its waveforms to signals of the section.
  func add(to channels: inout [[Float]], gain: Float, _ grid: StrokeGrid) {
    let first = firstSample(grid)
    for (channel, waveform) in waveforms.enumerated() {
      let end = min(waveform.count, channels[channel].count - first)
      channels[channel].withUnsafeMutableBufferPointer { signal in
        for index in max(0, -first)..<max(0, -first, end) {
          signal[first + index] += gain * waveform[index]
        }
      }
    }
  }
}

extension WaveformStroke {
  /// Reads a signal in stroke time, with what it was thought to sound like put back.
  ///
  /// - Parameters:
  ///   - signal: one channel of the section.
  ///   - start, step: in samples of the section.
  func read(
    _ signal: [Float], channel: Int, from start: Double, step: Double, count: Int,
    _ grid: StrokeGrid, _ reader: FractionalReader
  ) -> [Float] {
    guard !formerWaveforms.isEmpty else {
      return reader.read(signal, from: start, step: step, count: count)
    }
    // The reader sees 16 samples around a place.
    let first = Int(start.rounded(.down)) - 17
    let end = Int((start + Double(count) * step).rounded(.up)) + 17
    let former = formerWaveforms[channel]
    let offset = firstSample(grid)
    var sum = [Float](repeating: 0, count: max(0, end - first))
    for place in max(first, 0)..<max(first, 0, min(end, signal.count)) {
      sum[place - first] = signal[place]
    }
    for index in max(0, first - offset)..<max(0, first - offset, min(former.count, end - offset)) {
      sum[offset + index - first] += former[index]
    }
    return reader.read(sum, from: start - Double(first), step: step, count: count)
  }
}
