import DivisiDSP

/// A source that answers while a target is still arriving; made by one thread, played by another.
///
/// - Thread: made and freed on any but the audio thread.
public final class LiveMosaicSource: @unchecked Sendable {
  /// What the audio thread has of it; valid as long as the source.
  public let voice: UnsafeMutablePointer<LiveMosaicVoice>

  /// Analyses a recording.
  ///
  /// - Parameters:
  ///   - channels: one or two, of one length; their level does not matter.
  ///   - sampleRate: of the target too.
  ///   - isAbandoned: asked now and then.
  /// - Returns: nil if it was abandoned.
  /// - Complexity: O(samples · log window).
  public init?(_ channels: [[Float]], sampleRate: Double, isAbandoned: () -> Bool = { false }) {
    let channels = Self.normalised(channels)
    let grid = LiveMosaic.grid(sampleRate: sampleRate)
    let stft = STFT(grid: grid)
    let buffer = stft.makeBuffer()
    let magnitudes = Matrix(
      rowCount: grid.binCount, columnCount: grid.frameCount(sampleCount: channels[0].count))
    let scale = LiveMosaic.scale(grid, channelCount: channels.count)
    for frame in 0..<magnitudes.columnCount {
      if frame % 64 == 0, isAbandoned() { return nil }
      let column = magnitudes.column(frame)
      for channel in channels {
        channel.withUnsafeBufferPointer { stft.analyse($0, frame: frame, into: buffer) }
        SpectrumKernels.addPower(of: buffer.spectrum, to: column, count: grid.binCount)
      }
      SpectrumKernels.formMagnitude(column, scale: scale, count: grid.binCount)
    }
    voice = .allocate(capacity: 1)
    voice.initialize(
      to: LiveMosaicVoice(MosaicTemplates(magnitudes), channels: channels, grid: grid))
  }

  deinit {
    voice.deinitialize(count: 1)
    voice.deallocate()
  }

  /// Channels whose peak is 1, so that nothing overflows and nothing is taken for silence; what is no number is silent.
  private static func normalised(_ channels: [[Float]]) -> [[Float]] {
    var peak: Float = 0
    for channel in channels {
      for value in channel where value.isFinite { peak = max(peak, abs(value)) }
    }
    let isSilent = peak < .leastNormalMagnitude
    return channels.map { channel in
      channel.map { $0.isFinite && !isSilent ? $0 / peak : 0 }
    }
  }
}

/// A source as the audio thread plays it: which of its frames answer, and their samples.
///
/// - Thread: audio; real-time safe but for making and freeing.
public struct LiveMosaicVoice: ~Copyable {
  /// Channels of the source, 1 or 2.
  let channelCount: Int
  var model: LiveMosaicModel

  private let grid: TimeGrid
  /// What each frame's magnitudes add up to.
  private let sums: UnsafeMutablePointer<Float>
  /// Samples by channel, with half a window of silence before and behind them.
  private let samples: UnsafeMutablePointer<Float>
  private let length: Int
  /// A frame that is being made, by channel, and how long these are: a power of two.
  private let frames: UnsafeMutablePointer<Float>
  private let frameLength: Int

  /// How much louder a frame may be made than its activations are, so that it is as loud as the target's: 30 dB.
  private static var mostCorrection: Float { @_noLocks get { 32 } }

  init(_ templates: MosaicTemplates, channels: [[Float]], grid: TimeGrid) {
    self.grid = grid
    channelCount = channels.count
    model = LiveMosaicModel(templates)
    sums = .allocate(capacity: templates.count)
    _ = UnsafeMutableBufferPointer(start: sums, count: templates.count)
      .initialize(from: templates.sums)
    length = templates.count * grid.hopSize + grid.windowLength
    samples = .allocate(capacity: channels.count * length)
    samples.initialize(repeating: 0, count: channels.count * length)
    for (number, channel) in channels.enumerated() {
      let start = samples + number * length + grid.windowLength / 2
      for index in channel.indices { start[index] = channel[index] }
    }
    frameLength = LiveMosaic.powerOfTwo(from: grid.windowLength)
    frames = .allocate(capacity: channels.count * frameLength)
    frames.initialize(repeating: 0, count: channels.count * frameLength)
  }

  deinit {
    sums.deallocate()
    samples.deallocate()
    frames.deallocate()
  }

  /// A window of what answers, as loud as the target.
  ///
  /// - Parameters:
  ///   - transform: its spectrum is lost.
  ///   - power: K values, lost.
  ///   - weights: of power, by bin.
  ///   - loudness: of the target: its power, weighted.
  /// - Returns: the window's samples by channel, and the gain that is due.
  /// - Complexity: O(window · (voices + log window)).
  @_noLocks
  func sound(
    _ transform: borrowing StreamTransform, power: UnsafeMutablePointer<Float>,
    weights: UnsafePointer<Float>, loudness: Float
  ) -> (left: UnsafePointer<Float>, right: UnsafePointer<Float>, gain: Float) {
    let window = grid.windowLength
    SpectrumKernels.clear(power, count: grid.binCount)
    var channel = 0
    while channel < channelCount {
      let frame = frames + channel &* frameLength
      SpectrumKernels.clear(frame, count: window)
      var place = 0
      while place < model.playedCount {
        let entry = model.played[place]
        let index = Int(entry.index)
        let source = samples + (channel &* length &+ index &* grid.hopSize)
        let gain = entry.value / sums[index]
        var sample = 0
        while sample < window {
          frame[sample] += gain * source[sample]
          sample &+= 1
        }
        place &+= 1
      }
      // The frame on the grid whose window begins with the first sample.
      transform.analyse(frame, mask: frameLength &- 1, frame: 1)
      SpectrumKernels.addPower(of: transform.spectrum, to: power, count: grid.binCount)
      channel &+= 1
    }
    let scale = LiveMosaic.scale(grid, channelCount: channelCount)
    let own = scale * scale * SpectrumKernels.dot(power, weights, count: grid.binCount)
    // Its root, in place.
    power[0] = own > 0 ? loudness / own : 0
    SpectrumKernels.formMagnitude(power, scale: 1, count: 1)
    let gain = min(power[0], Self.mostCorrection)
    return (
      UnsafePointer(frames), UnsafePointer(frames + (channelCount &- 1) &* frameLength), gain
    )
  }
}
