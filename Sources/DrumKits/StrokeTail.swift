internal import Glibc

/// Lets strokes ring on that the next stroke of their part cuts off, as the one of their drum does that is heard longest.
///
/// Only where a stroke ends those before it: elsewhere the next one would sound with its end twice.
struct StrokeTail {
  private let sampleRate: Double
  /// The stroke that is heard longest, and its sound, by channel.
  private let donor: CutStroke
  private let sound: [[Float]]

  /// Over how long two strokes fade into each other, in seconds.
  private static let fadeSeconds = 0.01
  /// Over how long they are compared before that, in seconds.
  private static let comparedSeconds = 0.04
  /// How far the other may be moved so that waveforms meet, in seconds: to a quarter of a period of 60 Hz.
  private static let reachSeconds = 0.004
  /// Waveforms that correlate less are noise, and fade by power.
  private static let leastCorrelation = 0.6
  /// How much louder an end may be than the attacks say, as a factor: 6 dB.
  private static let mostDeviation = 2.0
  /// The stretches in which a sound fades, in seconds, and by how much power may grow from one to another: 4 dB.
  private static let stretchSeconds = 0.03
  private static let mostGrowth = 2.5

  /// - Parameters:
  ///   - strokes: of one drum; at least one.
  ///   - stems: that they were cut from, stems[part][channel].
  init(of strokes: [CutStroke], stems: [[[Float]]], sampleRate: Double) {
    self.sampleRate = sampleRate
    let ends = strokes.map { Self.decay(of: $0, in: stems[$0.part], sampleRate: sampleRate) }
    // How long an end is, and how clean: its share of what all stems have there.
    let worths = zip(strokes, ends).map { stroke, end in
      let all = stems.reduce(0) { $0 + $1.brightEnergy(end) }
      return Double(end.count) * stems[stroke.part].brightEnergy(end) / max(all, 1e-30)
    }
    let best = worths.indices.max { worths[$0] < worths[$1] }!
    donor = strokes[best]
    let extent = donor.extent.lowerBound..<ends[best].upperBound
    sound = stems[donor.part].map { Array($0[extent]) }
  }

  /// Where a stroke fades, behind its attack: to its end, or to where it is louder again, which is another sound.
  private static func decay(
    of stroke: CutStroke, in stem: [[Float]], sampleRate: Double
  ) -> Range<Int> {
    let stretch = Int(stretchSeconds * sampleRate)
    let start = min(
      stroke.rise + Int(StrokeCutter.levelSeconds * sampleRate), stroke.extent.upperBound)
    var least = Double.infinity
    var end = start
    while end < stroke.extent.upperBound {
      let next = min(end + stretch, stroke.extent.upperBound)
      let power = energy(stem, end..<next) / Double(next - end)
      if power > mostGrowth * least { break }
      least = min(least, power)
      end = next
    }
    return start..<end
  }

  /// The sound of a stroke, and what comes behind its end.
  ///
  /// - Parameter channels: its extent.
  /// - Complexity: O(samples of the longest stroke + samples of 8 ms · samples of 10 ms).
  func continued(_ channels: [[Float]], of stroke: CutStroke) -> [[Float]] {
    let fade = Int(Self.fadeSeconds * sampleRate)
    let own = channels[0].count
    // Places in the other's sound are this far from those in its own.
    let offset =
      (donor.rise - donor.extent.lowerBound) - (stroke.rise - stroke.extent.lowerBound)
    let reach = Int(Self.reachSeconds * sampleRate)
    let seam = own - fade
    guard donor.rise != stroke.rise, seam > stroke.rise - stroke.extent.lowerBound,
      seam + offset >= reach, own + offset + reach < sound[0].count
    else { return channels }
    let (shift, correlation) = bestShift(channels, from: seam, count: fade, offset, reach: reach)
    let place = offset + shift
    let compared = max(0, -place, seam - Int(Self.comparedSeconds * sampleRate))..<own
    let energy = sound.brightEnergy(compared.lowerBound + place..<own + place)
    let power = max(energy / Double(compared.count), 1e-30)
    let ratios = [
      channels.brightEnergy(compared) / Double(compared.count) / power,
      // Where something else sounds at its end, by what it was before.
      Self.mostGrowth * quietest(channels, before: seam) / power,
    ]
    let most = Self.mostDeviation * pow(10, (stroke.level - donor.level) / 20)
    let gain = Float(min(ratios.min()!.squareRoot(), most))
    let isNoise = correlation < Self.leastCorrelation
    return zip(channels, sound).map { channel, other in
      var result = channel
      for index in 0..<fade {
        let share = (Float(index) + 0.5) / Float(fade)
        let (out, into) =
          isNoise
          ? ((1 - share).squareRoot(), share.squareRoot()) : (1 - share, share)
        result[seam + index] =
          out * channel[seam + index] + into * gain * other[seam + index + place]
      }
      return result + other[(own + place)...].map { gain * $0 }
    }
  }

  /// The least power of a stretch before a place, all channels together.
  private func quietest(_ channels: [[Float]], before end: Int) -> Double {
    let stretch = max(1, min(end, Int(Self.stretchSeconds * sampleRate)))
    return stride(from: 0, through: end - stretch, by: stretch).reduce(Double.infinity) {
      min($0, channels.brightEnergy($1..<$1 + stretch) / Double(stretch))
    }
  }

  /// How far the other has to be moved to resemble a stretch of a stroke most, and how much it does.
  private func bestShift(
    _ channels: [[Float]], from start: Int, count: Int, _ offset: Int, reach: Int
  ) -> (shift: Int, correlation: Double) {
    let energy = Self.energy(channels, start..<start + count)
    var best = (shift: 0, correlation: 0.0)
    for shift in -reach...reach {
      let place = start + offset + shift
      var product = 0.0
      for (channel, other) in zip(channels, sound) {
        for index in 0..<count { product += Double(channel[start + index] * other[place + index]) }
      }
      let scale = (energy * Self.energy(sound, place..<place + count)).squareRoot()
      let correlation = product / max(scale, 1e-30)
      if correlation > best.correlation { best = (shift, correlation) }
    }
    return best.correlation < Self.leastCorrelation ? (0, best.correlation) : best
  }

  private static func energy(_ channels: [[Float]], _ range: Range<Int>) -> Double {
    channels.reduce(0) { sum, channel in
      channel[range].reduce(sum) { $0 + Double($1) * Double($1) }
    }
  }
}
