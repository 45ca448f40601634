import DivisiDSP

/// A stretch of a recording of drums whose strokes' waveforms are to be found.
struct WaveformSection {
  /// x, by channel.
  let channels: [[Float]]
  /// Ŝ, by part and channel: what masks give.
  var stems: [[[Float]]]
  /// P = V̂² by part, and last what no part explains, if that is kept apart: K × N, per channel.
  let powers: [MapView]
  /// φ, by part; K × N.
  let shares: [MapView]
  /// μ, by part and channel: the sum of the waveforms found.
  var means: [[[Float]]]
  /// By onset.
  let strokes: [WaveformStroke]

  var sampleCount: Int { channels[0].count }
  var partCount: Int { stems.count }

  /// What no waveform explains, by channel.
  var rest: [[Float]] {
    var rest = channels
    for channel in rest.indices {
      for means in means {
        for index in rest[channel].indices { rest[channel][index] -= means[channel][index] }
      }
    }
    return rest
  }

  /// A map of the whole section.
  final class MapView: @unchecked Sendable {
    let values: Matrix

    init(_ values: consuming Matrix) { self.values = values }
  }
}
