internal import DivisiScore
internal import Glibc

extension SampleKit {
  /// The names that instruments are replaced by: their own, and those of their parts of the kit.
  public var replaceable: [String] {
    let groups = Set(instruments.map { DrumMap.group(of: $0.articulation) })
    let own = instruments.map(\.name)
    return DrumMap.groups.filter(groups.contains) + own.filter { !groups.contains($0) }
  }

  /// Puts a sample in place of an instrument, or of all instruments of a part, as loud as they were.
  ///
  /// - Parameters:
  ///   - name: one of ``replaceable``.
  ///   - channels: at the kit's sample rate; nil for silence.
  /// - Returns: whether the kit has what is named.
  public mutating func replace(_ name: String, with channels: [[Float]]?) -> Bool {
    let indices = instruments.indices.filter {
      instruments[$0].name == name || DrumMap.group(of: instruments[$0].articulation) == name
    }
    for index in indices {
      let law = instruments[index].law
      let sample = channels.map { Self.sample($0, channelCount: channelCount, law, sampleRate) }
      instruments[index].layers = [
        Layer(
          velocities: 1...127,
          samples: [sample ?? Sample(channels: [[0]], lead: 0, velocity: Self.usualVelocity)])
      ]
    }
    return !indices.isEmpty
  }

  /// The velocity at which a sample is made as loud as what it stands for.
  private static let usualVelocity = 100.0
  /// A sound begins where it first reaches this share of its peak: 20 dB below it.
  private static let onsetShare: Float = 0.1

  private static func sample(
    _ channels: [[Float]], channelCount: Int, _ law: LevelLaw, _ sampleRate: Int
  ) -> Sample {
    let rate = Double(sampleRate)
    var planes = channels
    if planes.count != channelCount {
      let mean = planes[0].indices.map { index in
        planes.reduce(Float(0)) { $0 + $1[index] } / Float(planes.count)
      }
      planes = [[Float]](repeating: mean, count: channelCount)
    }
    let peak = planes.reduce(Float(0)) { $1.reduce($0) { max($0, abs($1)) } }
    let rise = planes.map { $0.firstIndex { abs($0) >= onsetShare * peak } ?? 0 }.min() ?? 0
    let start = max(0, rise - Int(StrokeCutter.leadSeconds * rate))
    let end = min(planes[0].count, rise + Int(StrokeCutter.levelSeconds * rate))
    let energy = planes.reduce(0.0) { $1[rise..<end].reduce($0) { $0 + Double($1) * Double($1) } }
    let level = law.intercept + 10 * law.exponent * log10(usualVelocity)
    let gain = energy > 0 ? Float((pow(10, level / 10) * rate / energy).squareRoot()) : 0
    return Sample(
      channels: planes.map { $0[start...].map { gain * $0 } }, lead: rise - start,
      velocity: usualVelocity)
  }
}
