public import DivisiDSP
public import DivisiRealtime
internal import Glibc

/// A mosaic of a target that is still arriving: samples in, samples of the source out, one window later.
///
///     frame n     is complete at n · hop, and is centred a hop before
///     its work    is done in the next quarter of a hop, in pieces, whatever the lengths of blocks
///     its sound   begins when that is over, and fades with those of the frames beside it over half a hop
///
/// Frames overlap by half a hop only, so that a latency of one window leaves time for the work.
///
/// - Thread: audio; neither allocates nor locks nor waits, but for making and freeing.
public struct LiveMosaic: ~Copyable {
  /// Samples between input and output: one window, of 2048 samples at 44.1 kHz.
  public let latency: Int
  /// What restrains activations, from the next frame on.
  public var restraints = LiveMosaicModel.Restraints()

  private let transform: StreamTransform
  private let sources: SnapshotExchange<LiveMosaicSource>.User
  private let hop: Int
  /// How long frames fade, and their gains, of which the first and the last so many rise and fall.
  private let fadeLength: Int
  private let fade: UnsafeMutablePointer<Float>
  /// Rings of the target and of the mosaic, two channels each, one after the other.
  private let target: UnsafeMutablePointer<Float>
  private let mosaic: UnsafeMutablePointer<Float>
  private let ringLength: Int
  private let power: UnsafeMutablePointer<Float>
  /// How loud each bin is, and the target's frame in hand.
  private let weights: UnsafeMutablePointer<Float>
  private var loudness: Float = 0
  /// Samples taken, the frame that is complete next or in hand, and the piece of it that is next.
  private var position = 0
  private var frame = 1
  private var piece = 0

  /// Where frames lie.
  static func grid(sampleRate: Double) -> TimeGrid {
    TimeGrid(sampleRate: sampleRate, resolution: 2048, hopAtResolution: 1024)
  }

  /// What makes 1 of a full-scale sine, whatever the window; of one channel or two.
  @_noLocks
  static func scale(_ grid: TimeGrid, channelCount: Int) -> Float {
    (channelCount == 1 ? 2 : 1.414_213_6) / Float(grid.windowLength)
  }

  static func powerOfTwo(from count: Int) -> Int {
    var power = 1
    while power < count { power *= 2 }
    return power
  }

  /// - Parameter sources: gives the source that answers; its newest is adopted before a frame.
  public init(sampleRate: Double, sources: SnapshotExchange<LiveMosaicSource>.User) {
    let grid = Self.grid(sampleRate: sampleRate)
    self.sources = sources
    transform = StreamTransform(grid: grid)
    hop = grid.hopSize
    latency = grid.windowLength
    fadeLength = hop - 2 * (hop / 4)
    fade = .allocate(capacity: fadeLength)
    for index in 0..<fadeLength {
      let angle = Double.pi / 2 * (Double(index) + 0.5) / Double(fadeLength)
      (fade + index).initialize(to: Float(sin(angle) * sin(angle)))
    }
    ringLength = Self.powerOfTwo(from: 2 * grid.windowLength)
    target = .allocate(capacity: 2 * ringLength)
    target.initialize(repeating: 0, count: 2 * ringLength)
    mosaic = .allocate(capacity: 2 * ringLength)
    mosaic.initialize(repeating: 0, count: 2 * ringLength)
    power = .allocate(capacity: grid.binCount)
    power.initialize(repeating: 0, count: grid.binCount)
    weights = .allocate(capacity: grid.binCount)
    _ = UnsafeMutableBufferPointer(start: weights, count: grid.binCount)
      .initialize(from: Loudness.weights(grid))
  }

  deinit {
    fade.deallocate()
    target.deallocate()
    mosaic.deallocate()
    power.deallocate()
    weights.deallocate()
  }

  /// Whether there is a source that has any sound.
  public var hasSource: Bool {
    @_noLocks get {
      guard let voice else { return false }
      return voice.pointee.model.hasSound
    }
  }

  /// Adopts the newest source at once; while nothing runs.
  public mutating func restart() {
    _ = sources.adopt()
    (position, frame, piece) = (0, 1, 0)
    for index in 0..<2 * ringLength { (target[index], mosaic[index]) = (0, 0) }
    voice?.pointee.model.reset()
  }

  private var voice: UnsafeMutablePointer<LiveMosaicVoice>? {
    @_noLocks get {
      guard let address = sources.current else { return nil }
      return Unmanaged<LiveMosaicSource>.fromOpaque(address)._withUnsafeGuaranteedRef { $0.voice }
    }
  }

  /// Takes samples and gives as many of the delayed target and of the mosaic.
  ///
  /// - Parameters:
  ///   - inputs: two channels, or one twice; they are read before an output is written.
  ///   - delayed: two channels, of the target as it came in.
  ///   - played: two channels.
  ///   - count: any.
  /// - Returns: whether another source was adopted.
  /// - Complexity: O(count), and O(K · S) at each hop.
  @_noLocks
  public mutating func run(
    inputs: UnsafePointer<UnsafeMutablePointer<Float>>,
    delayed: UnsafePointer<UnsafeMutablePointer<Float>>,
    played: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int
  ) -> Bool {
    var hasAdopted = false
    var done = 0
    while done < count {
      let next = frame &* hop &+ piece &* hop / (4 &* LiveMosaicModel.pieceCount)
      let length = min(count &- done, next &- position)
      var channel = 0
      while channel < 2 {
        move(
          inputs[channel] + done, delayed[channel] + done, played[channel] + done, channel, length)
        channel &+= 1
      }
      position &+= length
      done &+= length
      if position == next {
        if piece == 0, sources.adopt() {
          hasAdopted = true
        }
        work()
      }
    }
    return hasAdopted
  }

  /// Samples of a channel into one ring and out of both.
  @_noLocks
  private func move(
    _ input: UnsafePointer<Float>, _ delayed: UnsafeMutablePointer<Float>,
    _ played: UnsafeMutablePointer<Float>, _ channel: Int, _ count: Int
  ) {
    let (target, mosaic) = (target + channel &* ringLength, mosaic + channel &* ringLength)
    let mask = ringLength &- 1
    var index = 0
    while index < count {
      let (now, before) = ((position &+ index) & mask, (position &+ index &- latency) & mask)
      let value = input[index]
      // Infinity and what is far beyond sound would spread over a window.
      target[now] = abs(value) < 1e6 ? value : 0
      delayed[index] = target[before]
      played[index] = mosaic[before]
      mosaic[before] = 0
      index &+= 1
    }
  }

  // MARK: Frames

  @_noLocks
  private mutating func work() {
    if let voice {
      if piece == 0 { analyse(to: voice.pointee.model.V) }
      voice.pointee.model.work(piece: piece, restraints)
      if piece == LiveMosaicModel.pieceCount &- 1 { play(voice) }
    }
    piece &+= 1
    if piece == LiveMosaicModel.pieceCount {
      piece = 0
      frame &+= 1
    }
  }

  /// The target's magnitudes in the frame that is complete.
  @_noLocks
  private mutating func analyse(to V: UnsafeMutablePointer<Float>) {
    let count = transform.grid.binCount
    SpectrumKernels.clear(V, count: count)
    var channel = 0
    while channel < 2 {
      transform.analyse(target + channel &* ringLength, mask: ringLength &- 1, frame: frame &- 1)
      SpectrumKernels.addPower(of: transform.spectrum, to: V, count: count)
      channel &+= 1
    }
    let scale = Self.scale(transform.grid, channelCount: 2)
    loudness = scale * scale * SpectrumKernels.dot(V, weights, count: count)
    SpectrumKernels.formMagnitude(V, scale: scale, count: count)
  }

  /// Adds the frame's sound to what comes out.
  @_noLocks
  private func play(_ voice: UnsafeMutablePointer<LiveMosaicVoice>) {
    guard voice.pointee.model.playedCount > 0 else { return }
    let sound = voice.pointee.sound(
      transform, power: power, weights: weights, loudness: loudness)
    let mask = ringLength &- 1
    // From where the window's first sample lies in the target.
    let first = hop / 4
    let start = frame &* hop &- latency &+ first
    let length = hop &+ fadeLength
    var channel = 0
    while channel < 2 {
      let source = (channel == 0 ? sound.left : sound.right) + first
      let ring = mosaic + channel &* ringLength
      var index = 0
      while index < length {
        let edge = min(index, length &- 1 &- index)
        let gain = edge < fadeLength ? sound.gain * fade[edge] : sound.gain
        ring[(start &+ index) & mask] += gain * source[index]
        index &+= 1
      }
      channel &+= 1
    }
  }
}
