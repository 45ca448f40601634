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
  /// First frames of the stretches that share a gain, and ``frameCount``.
  let stretches: [Int]
  /// How many frames of the STFT see a sample, on average: what its sums count too often by.
  let overlap: Float

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
    bands = ([0] + edges.filter { $0 > 0 && $0 < grid.binCount } + [grid.binCount])
    // Of an onset, of what follows it, and of the rest; in seconds from the start of stroke time.
    let frames = [0.046, 0.093, 0.186].map { Int(($0 * grid.frameRate).rounded()) }
    var stretches = [0]
    for frame in frames where frame > stretches[stretches.count - 1] && frame < frameCount {
      stretches.append(frame)
    }
    self.stretches = stretches + [frameCount]
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
    for index in waveform.indices {
      let gain =
        min(max(Float(index - start) / Float(rise), 0), 1)
        * min(max(Float(end - index) / Float(fadeOut), 0), 1)
      waveform[index] *= gain
    }
  }

  /// The sound of spectra in stroke time: column m is frame m, K pairs of real and imaginary part.
  public func waveform(of spectra: borrowing Matrix) -> [Float] {
    let buffer = stft.makeBuffer()
    var result = [Float](repeating: 0, count: length)
    result.withUnsafeMutableBufferPointer { samples in
      for frame in 0..<spectra.columnCount {
        let column = UnsafeMutableRawPointer(spectra.column(frame))
          .assumingMemoryBound(to: SIMD2<Float>.self)
        buffer.spectrum.update(from: column, count: binCount)
        stft.overlapAdd(buffer, frame: frame, to: samples)
      }
      stft.normalise(samples)
    }
    return result
  }

  /// The spectra of a waveform in stroke time, as ``waveform(of:)`` takes them.
  public func analyse(_ waveform: [Float], into spectra: borrowing Matrix) {
    let buffer = stft.makeBuffer()
    waveform.withUnsafeBufferPointer { samples in
      for frame in 0..<spectra.columnCount {
        stft.analyse(samples, frame: frame, into: buffer)
        UnsafeMutableRawPointer(spectra.column(frame)).copyMemory(
          from: buffer.spectrum, byteCount: binCount * MemoryLayout<SIMD2<Float>>.stride)
      }
    }
  }
}
