internal import Glibc

/// Lowers the rate of samples that arrive piece by piece by a whole factor, without delay: each sample that is kept
/// is a mean around its own place, through a low-pass filter (a sinc under a Hann window).
struct Decimator: Sendable {
  /// How many samples become one.
  let factor: Int
  private let taps: [Float]
  /// What the filter reaches to either side, in samples.
  private let reach: Int
  /// The samples that the next ones to be kept still need, and the place of the first.
  private var rest: [Float] = []
  private var restStart = 0
  /// The next sample to be kept, counted at the lower rate.
  private var next = 0

  /// Zeros of the sinc to either side: what would alias is 40 dB down from 12 % above the cutoff on.
  private static let zeros = 8
  /// The cutoff against half the lower rate.
  private static let cutoff = 0.9

  /// - Parameter factor: from 1.
  init(factor: Int) {
    self.factor = factor
    reach = factor == 1 ? 0 : Self.zeros * factor
    let width = Double(reach + 1)
    let frequency = Self.cutoff / Double(factor)
    let values = (-reach...reach).map { place -> Double in
      let x = Double(place) * frequency * .pi
      let sinc = place == 0 ? 1 : sin(x) / x
      return sinc * (0.5 + 0.5 * cos(.pi * Double(place) / width))
    }
    let sum = values.reduce(0, +)
    taps = values.map { Float($0 / sum) }
  }

  /// Where the next samples have to begin to go on from the last ones.
  var end: Int { restStart + rest.count }

  /// Takes samples, and gives those of the lower rate that are complete now.
  ///
  /// - Parameter position: of the first sample; if it is not ``end``, silence lies before it.
  /// - Returns: the samples that are kept, and the place of the first, counted at the lower rate.
  mutating func add(_ samples: UnsafeBufferPointer<Float>, at position: Int)
    -> (start: Int, samples: [Float])
  {
    if position != end || rest.isEmpty {
      rest.removeAll(keepingCapacity: true)
      restStart = position
      next = (position + factor - 1) / factor
    }
    rest.append(contentsOf: samples)
    let start = next
    var kept: [Float] = []
    while next * factor + reach < end {
      let middle = next * factor - restStart
      var sum: Float = 0
      for place in max(-reach, -middle)...reach {
        sum += taps[reach + place] * rest[middle + place]
      }
      kept.append(sum)
      next += 1
    }
    // At least the last one stays, so that what follows is known to follow.
    let done = min(next * factor - reach, end - 1) - restStart
    if done > 0 {
      rest.removeFirst(done)
      restStart += done
    }
    return (start, kept)
  }
}
