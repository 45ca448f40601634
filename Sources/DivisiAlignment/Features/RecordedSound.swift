import DivisiDSP

/// The samples of a recording, which may be too long to be held at once.
///
/// - Thread: one at a time.
public struct RecordedSound {
  /// Gives planar samples of ranges of the recording, none of which begins before the last one; they may overlap.
  public typealias Reader = (_ samples: Range<Int>) throws -> [[Float]]

  private enum Samples {
    case held([[Float]])
    case read(() throws -> Reader)
  }

  /// In hertz.
  let sampleRate: Double
  let channelCount: Int
  /// Of each channel.
  let sampleCount: Int
  private let samples: Samples

  /// What is read in pieces.
  ///
  /// - Parameters:
  ///   - sampleRate: in hertz.
  ///   - channelCount: at least 1.
  ///   - sampleCount: of each channel.
  ///   - makeReader: begins to read anew from the start; called a few times.
  public init(
    sampleRate: Double, channelCount: Int, sampleCount: Int,
    makeReader: @escaping () throws -> Reader
  ) {
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    self.sampleCount = sampleCount
    samples = .read(makeReader)
  }

  /// What is held.
  ///
  /// - Parameter channels: planar samples, of equal length.
  public init(sampleRate: Double, channels: [[Float]]) {
    self.sampleRate = sampleRate
    channelCount = channels.count
    sampleCount = channels.first?.count ?? 0
    samples = .held(channels)
  }

  /// Goes through it once, in stretches of equal length; all at once where it is held.
  ///
  /// - Parameters:
  ///   - grid: of what is looked at.
  ///   - length: of a stretch, in frames.
  ///   - margin: for how many more frames before and after its own a stretch has samples.
  ///   - use: gets one stretch after the other.
  /// - Throws: what the reader throws.
  /// - Complexity: O(samples).
  func forEachStretch(
    of grid: TimeGrid, length: Int, margin: Int = 0, _ use: (SoundStretch) -> Void
  ) throws {
    switch samples {
    case .held(let channels): use(SoundStretch(whole: channels, grid: grid))
    case .read(let makeReader):
      let frameCount = grid.frameCount(sampleCount: sampleCount)
      let read = try makeReader()
      let reach = grid.windowLength / 2 / grid.hopSize + 1 + margin
      for first in stride(from: 0, to: frameCount, by: length) {
        let frames = first..<min(first + length, frameCount)
        let origin = max(0, frames.lowerBound - reach)
        let lower = min(origin * grid.hopSize, sampleCount)
        let upper = min((frames.upperBound + reach) * grid.hopSize, sampleCount)
        use(SoundStretch(frames: frames, origin: origin, channels: try read(lower..<upper)))
      }
    }
  }
}

/// Some frames of a recording, and the samples that they are made of.
struct SoundStretch: Sendable {
  /// Frames of the recording.
  let frames: Range<Int>
  /// The frame of the recording whose centre is the first of the samples.
  let origin: Int
  /// Planar samples, from which the frames come out as from the whole recording.
  let channels: [[Float]]

  init(frames: Range<Int>, origin: Int, channels: [[Float]]) {
    self.frames = frames
    self.origin = origin
    self.channels = channels
  }

  /// All of a recording.
  init(whole channels: [[Float]], grid: TimeGrid) {
    self.init(
      frames: 0..<grid.frameCount(sampleCount: channels.first?.count ?? 0), origin: 0,
      channels: channels)
  }

  /// The largest magnitude of its samples.
  var peak: Float { SoundStretch.peak(of: channels) }

  static func peak(of channels: [[Float]]) -> Float {
    channels.reduce(0) { peak, channel in
      channel.withUnsafeBufferPointer { samples in
        // Lanes instead of one chain of comparisons.
        var lanes = SIMD16<Float>(repeating: peak)
        let whole = samples.count / 16 * 16
        for index in stride(from: 0, to: whole, by: 16) {
          let values = UnsafeRawPointer(samples.baseAddress! + index)
            .loadUnaligned(as: SIMD16<Float>.self)
          lanes.replace(with: values, where: values .> lanes)
          lanes.replace(with: -values, where: -values .> lanes)
        }
        return samples[whole...].reduce(lanes.max()) { max($0, abs($1)) }
      }
    }
  }

  /// The power of a frame of the recording, summed over its channels.
  ///
  /// - Parameters:
  ///   - buffer: of the transform.
  ///   - power: K values, overwritten.
  func formPower(
    ofFrame frame: Int, stft: STFT, buffer: FFTBuffer, to power: UnsafeMutablePointer<Float>
  ) {
    let count = stft.grid.binCount
    if channels.isEmpty { power.update(repeating: 0, count: count) }
    for (index, channel) in channels.enumerated() {
      channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame - origin, into: buffer) }
      if index == 0 {
        SpectrumKernels.formPower(of: buffer.spectrum, to: power, count: count)
      } else {
        SpectrumKernels.addPower(of: buffer.spectrum, to: power, count: count)
      }
    }
  }
}
