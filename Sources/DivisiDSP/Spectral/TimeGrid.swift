/// Where the frames of an STFT lie on a signal.
///
/// Frame n is centred on sample n · hop; the signal is taken as zero outside, and there are as many
/// frames as it takes for every sample to lie between two frame centres. This is the one definition
/// of a frame in Divisi.
public struct TimeGrid: Sendable, Equatable {
  /// Samples per second.
  public let sampleRate: Double
  /// Length of the window and of the FFT, in samples; even.
  public let windowLength: Int
  /// Distance between frame centres, in samples; at most half a window.
  public let hopSize: Int

  /// - Precondition: the window is even and at least 4, the hop is from 1 to half the window.
  public init(sampleRate: Double, windowLength: Int, hopSize: Int) {
    precondition(windowLength >= 4 && windowLength % 2 == 0, "window of \(windowLength) samples")
    precondition(
      hopSize >= 1 && hopSize <= windowLength / 2,
      "hop of \(hopSize) for a window of \(windowLength)")
    self.sampleRate = sampleRate
    self.windowLength = windowLength
    self.hopSize = hopSize
  }

  /// A grid whose window and hop last as long as some samples do at 44.1 kHz.
  ///
  /// The window is rounded up to a length whose prime factors are 2, 3 and 5, most of them 2, so that
  /// FFTs are fast (9216 takes two thirds of the time of 9000), and the hop keeps its ratio to the
  /// window. At 44.1 kHz and its multiples a power of two stays one.
  ///
  /// - Parameters:
  ///   - sampleRate: of the recording, in hertz.
  ///   - resolution: window length at 44.1 kHz, in samples.
  ///   - hopAtResolution: hop at 44.1 kHz, in samples, at most half the window.
  public init(sampleRate: Double, resolution: Int, hopAtResolution: Int) {
    var half = max(2, Int((Double(resolution) * sampleRate / 44_100 / 2).rounded()))
    // A 32nd of the power of two below: the length grows by a sixteenth at most.
    let step = max(1, (1 << (Int.bitWidth - 1 - half.leadingZeroBitCount)) / 32)
    half = (half + step - 1) / step * step
    while !Self.isSmooth(half) { half += step }
    let hop = Int((Double(2 * half * hopAtResolution) / Double(resolution)).rounded())
    self.init(sampleRate: sampleRate, windowLength: 2 * half, hopSize: min(max(hop, 1), half))
  }

  private static func isSmooth(_ number: Int) -> Bool {
    var rest = number
    for prime in [2, 3, 5] {
      while rest % prime == 0 { rest /= prime }
    }
    return rest == 1
  }

  /// K, from 0 Hz to half the sample rate.
  public var binCount: Int {
    @_noLocks get { windowLength / 2 + 1 }
  }

  /// Frames per second.
  public var frameRate: Double { sampleRate / Double(hopSize) }

  /// N for a signal of some samples; at least 1.
  public func frameCount(sampleCount: Int) -> Int {
    (sampleCount + hopSize - 1) / hopSize + 1
  }

  /// The frame whose centre is nearest to a time; may lie outside the signal.
  public func frame(atSeconds seconds: Double) -> Int {
    Int((min(max(seconds, -1e7), 1e7) * frameRate).rounded())
  }

  /// The same, for the audio thread: halves are rounded up.
  @_noLocks
  public func nearestFrame(atSeconds seconds: Double) -> Int {
    let position = min(max(seconds, -1e7), 1e7) * (sampleRate / Double(hopSize)) + 0.5
    let whole = Int(position)
    return Double(whole) > position ? whole &- 1 : whole
  }

  /// The centre of a bin, in hertz.
  public func frequency(ofBin bin: Int) -> Double {
    Double(bin) * sampleRate / Double(windowLength)
  }

  /// The bin at a frequency, fractional.
  public func bin(atHertz hertz: Double) -> Double {
    hertz * Double(windowLength) / sampleRate
  }
}
