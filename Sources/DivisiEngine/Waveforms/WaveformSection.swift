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
  final class MapView: Sendable {
    let values: Matrix

    init(_ values: consuming Matrix) { self.values = values }
  }
}

extension WaveformSection {
  /// How much more than their masks' leakage the other parts may disturb.
  private static let caution: Float = 4

  /// What disturbs a part: the variances that the other parts are left with.
  func noise(besides part: Int, _ parallel: Parallel) -> MapView {
    let columnCount = powers[part].values.columnCount
    let result = MapView(
      Matrix(rowCount: powers[part].values.rowCount, columnCount: columnCount))
    parallel(columnCount) { column in
      let target = result.values.column(column)
      for other in powers.indices where other != part {
        let power = powers[other].values.column(column)
        let share =
          other < shares.count ? shares[other].values.column(column) : nil
        for bin in 0..<result.values.rowCount {
          target[bin] += Self.caution * power[bin] * (share?[bin] ?? 1)
        }
      }
    }
    return result
  }

  /// μ_p + the part's share of what no mean explains.
  func posterior(
    _ stft: STFT, _ covariances: SpatialCovariances?, _ parallel: Parallel
  ) -> [[[Float]]] {
    var stems = Synthesis.stems(
      of: rest, stft: stft, partCount: partCount, covariances: covariances, parallel: parallel
    ) { frame, masks, scratch in
      let total = scratch.column(0)
      total.update(repeating: 0, count: scratch.rowCount)
      for (part, power) in powers.enumerated() {
        let column = power.values.column(frame)
        let share = part < shares.count ? shares[part].values.column(frame) : nil
        for bin in 0..<masks.rowCount {
          let value = column[bin] * (share?[bin] ?? 1)
          total[bin] += value
          if part < partCount { masks.column(part)[bin] = value }
        }
      }
      for part in 0..<partCount {
        let mask = masks.column(part)
        for bin in 0..<masks.rowCount { mask[bin] /= max(total[bin], .leastNormalMagnitude) }
      }
    }
    for part in stems.indices {
      for channel in stems[part].indices {
        for index in stems[part][channel].indices {
          stems[part][channel][index] += means[part][channel][index]
        }
      }
    }
    return stems
  }
}
