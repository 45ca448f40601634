import DivisiDSP
internal import Glibc

/// Finds how a recording is tuned from its spectral peaks alone, without a score.
///
/// The circular mean of where peaks lie between the equal-tempered pitches, weighted by magnitude; on recordings retuned by
/// known amounts within 2.6 cents.
struct ConcertPitch {
  private static let resolution = 8192
  /// Peaks that are looked at, in hertz.
  private static let range = 150.0...2000
  /// Peaks below this share of their frame's largest are left out, and those below this magnitude.
  private static let (share, least): (Float, Float) = (0.05, 1e-5)
  /// Frames that one piece of work looks at: every second one.
  private static let chunk = 64

  let grid: TimeGrid
  private let stft: STFT
  private var sum = SIMD2<Double>.zero

  /// - Parameter sampleRate: in hertz.
  init(sampleRate: Double) {
    grid = TimeGrid(
      sampleRate: sampleRate, resolution: Self.resolution, hopAtResolution: Self.resolution / 2)
    stft = STFT(grid: grid)
  }

  /// How far the tuning is from A4 = 440 Hz, up to whole semitones: cents, from −50 to 50; 0 for silence.
  var cents: Double { sum == .zero ? 0 : 100 * atan2(sum.y, sum.x) / (2 * .pi) }

  /// The tuning of a recording as a whole.
  static func cents(of channels: [[Float]], sampleRate: Double, parallel: Parallel) -> Double {
    var pitch = ConcertPitch(sampleRate: sampleRate)
    pitch.listen(to: SoundStretch(whole: channels, grid: pitch.grid), parallel: parallel)
    return pitch.cents
  }

  /// Takes peaks of a stretch into account.
  ///
  /// - Complexity: O(samples · log window); a frame of 8192 samples (at 44.1 kHz) every 0.19 s.
  mutating func listen(to stretch: SoundStretch, parallel: Parallel) {
    let frames = stretch.frames
    let pieceCount = (frames.count + Self.chunk - 1) / Self.chunk
    var sums = [SIMD2<Double>](repeating: .zero, count: pieceCount)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      let stft = stft
      parallel(pieceCount) { piece in
        let buffer = stft.makeBuffer()
        var sum = SIMD2<Double>.zero
        let first = frames.lowerBound + piece * Self.chunk
        for frame in first..<min(first + Self.chunk, frames.upperBound)
        where frame.isMultiple(of: 2) {
          sum += Self.vector(of: stretch, frame: frame, stft: stft, buffer: buffer)
        }
        sums[piece] = sum
      }
    }
    sum = sums.reduce(sum, +)
  }

  /// The peaks of a frame as vectors, of their magnitudes, a turn to a semitone; added up.
  private static func vector(
    of stretch: SoundStretch, frame: Int, stft: STFT, buffer: FFTBuffer
  ) -> SIMD2<Double> {
    let grid = stft.grid
    var power = [Float](repeating: 0, count: grid.binCount)
    power.withUnsafeMutableBufferPointer {
      stretch.formPower(ofFrame: frame, stft: stft, buffer: buffer, to: $0.baseAddress!)
    }
    let scale = 2 / Float(grid.windowLength)
    let magnitudes = power.map { scale * $0.squareRoot() }
    let threshold = max(least, share * (magnitudes.max() ?? 0))
    let bins =
      Int(
        grid.bin(atHertz: range.lowerBound))..<min(
        Int(grid.bin(atHertz: range.upperBound)), grid.binCount - 1)
    var sum = SIMD2<Double>.zero
    for bin in bins where magnitudes[bin] > threshold {
      let (left, top, right) = (magnitudes[bin - 1], magnitudes[bin], magnitudes[bin + 1])
      guard top > left, top >= right else { continue }
      // A parabola through the logarithms.
      let (a, b, c) = (
        log(Double(left) + 1e-9), log(Double(top) + 1e-9), log(Double(right) + 1e-9)
      )
      let offset = 0.5 * (a - c) / (a - 2 * b + c - 1e-12)
      let hertz = (Double(bin) + offset) * grid.sampleRate / Double(grid.windowLength)
      let angle = 2 * Double.pi * 12 * log2(hertz / 440)
      sum += Double(top) * SIMD2(cos(angle), sin(angle))
    }
    return sum
  }
}
