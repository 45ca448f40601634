internal import Glibc

/// The short-time objective intelligibility of speech: how alike the envelopes of the clean and the separated voice are, in
/// fifteen third-octave bands over 384 ms, from about 0 to 1.
///
/// Frames in which the clean voice is 40 dB below its loudest are left out.
///
/// - SeeAlso: Taal, Hendriks, Heusdens & Jensen, "An algorithm for intelligibility prediction of time-frequency weighted noisy
///   speech", IEEE TASLP 2011.
public enum STOI {
  /// Everything is defined at this rate.
  private static let sampleRate = 10_000
  private static let windowLength = 256
  private static let hop = 128
  private static let transformLength = 512
  private static let bandCount = 15
  /// The centre of the lowest band, in hertz.
  private static let lowest = 150.0
  /// N, frames that envelopes are compared over.
  private static let segmentLength = 30
  /// How far a frame may lie below the loudest one, in decibels.
  private static let range = 40.0
  /// β: what is more than 15 dB too loud counts as that much.
  private static let clip = 1 + 5.623_413_251_903_491
  private static let floor = Double.ulpOfOne

  /// Scores one estimate.
  ///
  /// - Parameter sampleRate: of both, in hertz.
  /// - Returns: nil where the reference has no 384 ms of sound.
  /// - Precondition: the signals have the same length.
  public static func score(reference: [Float], estimate: [Float], sampleRate: Int) -> Double? {
    precondition(
      reference.count == estimate.count,
      "signals of different lengths \(reference.count) and \(estimate.count)")
    let resampler = RationalResampler(from: sampleRate, to: Self.sampleRate)
    let (clean, separated) = audible(
      resampler.resample(reference.map(Double.init)), resampler.resample(estimate.map(Double.init)))
    let (x, y) = (envelopes(of: clean), envelopes(of: separated))
    let frameCount = x[0].count
    guard frameCount >= segmentLength else { return nil }
    var sum = 0.0
    for band in 0..<bandCount {
      for first in 0...frameCount - segmentLength {
        let frames = first..<first + segmentLength
        sum += correlation(x[band][frames], y[band][frames])
      }
    }
    return sum / Double(bandCount * (frameCount - segmentLength + 1))
  }

  /// Of one band over one segment, the estimate at the level of the reference.
  private static func correlation(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double {
    func norm(_ values: some Sequence<Double>) -> Double {
      values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.map { $0 - mean }
    }
    let gain = norm(x) / (norm(y) + floor)
    let a = centred(Array(x))
    let b = centred(zip(x, y).map { min(gain * $1, clip * $0) })
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    return product / ((norm(a) + floor) * (norm(b) + floor))
  }

  /// A Hann window without zeros at its ends.
  private static let window = (1...windowLength).map {
    0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(windowLength + 1))
  }

  private static func frameStarts(_ count: Int) -> StrideTo<Int> {
    stride(from: 0, to: count - windowLength, by: hop)
  }

  /// Both signals without the frames in which the first is silent, overlapped and added again.
  private static func audible(_ x: [Double], _ y: [Double]) -> ([Double], [Double]) {
    let starts = Array(frameStarts(x.count))
    let levels = starts.map { start in
      let energy = (0..<windowLength).reduce(0.0) { sum, index in
        let value = window[index] * x[start + index]
        return sum + value * value
      }
      return 20 * log10(energy.squareRoot() + floor)
    }
    let loudest = levels.max() ?? 0
    let kept = zip(starts, levels).filter { $0.1 > loudest - range }.map(\.0)
    func joined(_ signal: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: max(0, kept.count - 1) * hop + windowLength)
      for (frame, start) in kept.enumerated() {
        for index in 0..<windowLength {
          result[frame * hop + index] += window[index] * signal[start + index]
        }
      }
      return result
    }
    return (joined(x), joined(y))
  }

  /// The bins of each band.
  private static let bands: [Range<Int>] = (0..<bandCount).map { band in
    func bin(_ step: Int) -> Int {
      let hertz = lowest * pow(2, Double(step) / 6)
      return Int((hertz * Double(transformLength) / Double(sampleRate)).rounded())
    }
    return bin(2 * band - 1)..<bin(2 * band + 1)
  }

  /// By band and frame.
  private static func envelopes(of signal: [Double]) -> [[Double]] {
    let plan = DoubleFFTPlan(length: transformLength)
    let buffer = DoubleFFTBuffer(length: transformLength)
    var result = [[Double]](repeating: [], count: bandCount)
    for start in frameStarts(signal.count) {
      for index in 0..<transformLength {
        buffer.time[index] = index < windowLength ? window[index] * signal[start + index] : 0
      }
      plan.forward(buffer)
      for (band, bins) in bands.enumerated() {
        let energy = bins.reduce(0.0) { sum, bin in
          let value = buffer.spectrum[bin]
          return sum + value.x * value.x + value.y * value.y
        }
        result[band].append(energy.squareRoot())
      }
    }
    return result
  }
}

/// Another sample rate by a filter that lets through what both rates have: a sinc under a Kaiser window, 60 dB down.
struct RationalResampler {
  /// Output samples to so many input samples.
  private let up: Int
  private let down: Int
  private let filter: [Double]

  /// - Parameters: in hertz.
  init(from source: Int, to target: Int) {
    var (a, b) = (source, target)
    while b != 0 { (a, b) = (b, a % b) }
    up = target / a
    down = source / a
    let cutoff = 1 / (2 * Double(max(up, down)))
    let rejection = 60.0
    let half = ((rejection - 8) / (28.714 * cutoff / 10)).rounded(.up)
    let beta = 0.1102 * (rejection - 8.7)
    let taps = stride(from: -half, through: half, by: 1).map { t in
      let x = Double.pi * 2 * cutoff * t
      let ratio = t / half
      return (x == 0 ? 1 : sin(x) / x) * Self.bessel(beta * (1 - ratio * ratio).squareRoot())
    }
    let sum = taps.reduce(0, +)
    filter = taps.map { $0 * Double(target / a) / sum }
  }

  /// The signal at the new rate, zeros taken before and behind it.
  func resample(_ signal: [Double]) -> [Double] {
    guard up != down else { return signal }
    let half = filter.count / 2
    let count = (signal.count * up + down - 1) / down
    return (0..<count).map { index in
      // The filter's centre lies on the output sample.
      let position = index * down + half
      let last = min(position / up, signal.count - 1)
      let first = max((position - filter.count + up) / up, 0)
      guard first <= last else { return 0 }
      return (first...last).reduce(0.0) { $0 + signal[$1] * filter[position - $1 * up] }
    }
  }

  /// I₀, the modified Bessel function.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    var index = 1.0
    while term > 1e-17 * sum {
      term *= x * x / (4 * index * index)
      sum += term
      index += 1
    }
    return sum
  }
}
