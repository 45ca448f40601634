/// Lengths that waveforms of strokes are handled with, in samples and frames of one sample rate.
///
/// *Stroke time* has the onset at ``lead``; its frames are those of an STFT on it.
///
///     0          lead: the onset                              length
///     ├───────────┼───────────────────────────────────────────────┤
///     half a window               half a second
///     │ to 46 ms │ 93 ms │ 186 ms │ the rest                       stretches
///
/// In a *block*, a band of bins in a stretch of frames, a stroke has one gain. Lengths in milliseconds
/// here and in its users were tuned as samples at 44.1 kHz, hence their fractions; with all constants
/// of the waveforms they were chosen by SDR on drum tracks of four kits, and three other kits gained as
/// much (docs/models.md, *Waveforms*).
public struct StrokeGrid: Sendable {
  /// Of the recording and of stroke time.
  public let stft: STFT
  /// Samples of stroke time before the onset.
  public let lead: Int
  /// Samples of stroke time: half a second after the onset.
  public let length: Int
  /// Frames of stroke time.
  public let frameCount: Int
  private let sampleRate: Double
  /// First bins of the bands that share a gain, and K.
  let bands: [Int]
  /// The band of each bin.
  let bandOf: [Int]
  /// First frames of the stretches that share a gain, and ``frameCount``.
  let stretches: [Int]
  /// The stretches that a frame and its neighbours lie in, of all frames; each but once.
  let mixtures: [Mixture]
  /// The mixture of each frame by number, and of each were it the last.
  let mixtureOf: [Int]
  let mixtureOfLast: [Int]
  /// How many frames of the STFT see a sample, on average: what its sums count too often by.
  let overlap: Float

  /// Stretches of three frames that are averaged.
  struct Mixture: Hashable {
    let before: Int
    let here: Int
    let after: Int
  }

  /// Edges of bands, in hertz: octaves up to 3.2 kHz, narrower above.
  private static let bandHertz = [
    100.0, 200, 400, 800, 1600, 3200, 5000, 7500, 10_000, 13_000, 16_000,
  ]

  /// Lengths for the frames of an STFT.
  public init(_ stft: STFT) {
    let grid = stft.grid
    self.stft = stft
    sampleRate = grid.sampleRate
    lead = grid.windowLength / 2
    length = lead + Int(grid.sampleRate / 2)
    frameCount = length / grid.hopSize + 1
    let edges = Self.bandHertz.map { Int(grid.bin(atHertz: $0).rounded(.up)) }
    let bands = [0] + edges.filter { $0 > 0 && $0 < grid.binCount } + [grid.binCount]
    self.bands = bands
    bandOf = (0..<bands.count - 1).flatMap { band in
      [Int](repeating: band, count: bands[band + 1] - bands[band])
    }
    // Of an onset, of what follows it, and of the rest; in seconds from the start of stroke time.
    let frames = [0.046, 0.093, 0.186].map { Int(($0 * grid.frameRate).rounded()) }
    var stretches = [0]
    for frame in frames where frame > stretches[stretches.count - 1] && frame < frameCount {
      stretches.append(frame)
    }
    self.stretches = stretches + [frameCount]
    let stretchOf = (0..<frameCount).map { frame in
      stretches.lastIndex { $0 <= frame } ?? 0
    }
    var mixtures: [Mixture] = []
    func number(_ frame: Int, _ next: Int) -> Int {
      let mixture = Mixture(
        before: stretchOf[max(0, frame - 1)], here: stretchOf[frame], after: stretchOf[next])
      if let known = mixtures.firstIndex(of: mixture) { return known }
      mixtures.append(mixture)
      return mixtures.count - 1
    }
    mixtureOf = stretchOf.indices.map { number($0, min($0 + 1, stretchOf.count - 1)) }
    mixtureOfLast = stretchOf.indices.map { number($0, $0) }
    self.mixtures = mixtures
    overlap = 0.75 * Float(grid.windowLength) / Float(grid.hopSize)
  }

  /// Samples from one frame to the next.
  public var hop: Int { stft.grid.hopSize }
  /// K.
  public var binCount: Int { stft.grid.binCount }

  /// The nearest number of samples to a time.
  public func samples(milliseconds: Double) -> Int {
    Int((milliseconds / 1000 * sampleRate).rounded())
  }

  /// Frames of stroke time that hear a sample before another.
  public func frames(reaching sample: Int) -> Int {
    min(frameCount, (sample + stft.grid.windowLength / 2) / hop + 1)
  }

  /// Samples of stroke time that its first frames hear.
  public func samples(heardBy frames: Int) -> Int {
    min(length, (frames - 1) * hop + stft.grid.windowLength / 2)
  }

  /// Fades a waveform in from 10 to 6 ms before its onset, and out before an end.
  ///
  /// - Parameters:
  ///   - fadeOut: how many samples it takes to fade out.
  ///   - end: the first sample that is silent.
  public func fade(_ waveform: inout [Float], fadeOut: Int, end: Int) {
    let (start, rise) = (lead - samples(milliseconds: 10), samples(milliseconds: 3.991))
    // Between the two nothing changes.
    for index in 0..<min(max(start + rise, 0), waveform.count) {
      waveform[index] *= min(max(Float(index - start) / Float(rise), 0), 1)
    }
    for index in min(max(end - fadeOut, 0), waveform.count)..<waveform.count {
      waveform[index] *= min(max(Float(end - index) / Float(fadeOut), 0), 1)
    }
  }

  /// The sound of spectra in stroke time.
  ///
  /// - Parameters:
  ///   - frames: how many there are; later ones are silent.
  ///   - fill: writes the K bins of a frame.
  public func waveform(
    ofFrames frames: Int, _ fill: (Int, UnsafeMutablePointer<SIMD2<Float>>) -> Void
  ) -> [Float] {
    let buffer = stft.makeBuffer()
    var result = [Float](repeating: 0, count: length)
    result.withUnsafeMutableBufferPointer { samples in
      for frame in 0..<frames {
        fill(frame, buffer.spectrum)
        stft.overlapAdd(buffer, frame: frame, to: samples)
      }
      stft.normalise(samples)
    }
    return result
  }

  /// The spectra of a waveform in stroke time.
  public func analyse(_ waveform: [Float], into spectra: SpectraMatrix) {
    let buffer = stft.makeBuffer()
    waveform.withUnsafeBufferPointer { samples in
      for frame in 0..<spectra.values.columnCount {
        stft.analyse(samples, frame: frame, into: buffer)
        spectra.column(frame).update(from: buffer.spectrum, count: binCount)
      }
    }
  }
}
