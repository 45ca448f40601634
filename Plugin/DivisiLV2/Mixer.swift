// Thread: audio

/// Stems to outputs: the remix, bypass, and the cross-fade from one stream to another.
///
/// All buffers hold ``capacity`` samples.
struct Mixer: ~Copyable {
  /// Samples that are done at once.
  static var capacity: Int {
    @_noLocks get { 256 }
  }

  /// Parts, then the residual, channel after channel: 2 · S pointers, as the engine fills them.
  let stems: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// The same of the stream that comes next.
  let nextStems: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// Left and right.
  let mix: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// Highest magnitude of each stem since it was last taken.
  let peaks: UnsafeMutablePointer<Float>
  let stemCount: Int

  /// The gain of each stem in the left and the right mix.
  private let gains: UnsafeMutablePointer<Ramp>
  /// 1 while the plugin is on, 0 while it is bypassed.
  private var active = Ramp(1)
  /// From 0 to 1 while the outputs cross-fade to the next stream.
  private(set) var crossFade = Ramp(0)
  private let storage: UnsafeMutablePointer<Float>
  let gainBuffer: UnsafeMutablePointer<Float>
  private let sumBuffer: UnsafeMutablePointer<Float>
  let rampLength: Int

  /// How long gains take from one value to another, and the outputs from one stream to the next, in
  /// seconds: the spectrum of a straight line over 10 ms falls from 100 Hz on, where a step would click.
  private static let rampSeconds = 0.01

  init(stemCount: Int, sampleRate: Double) {
    self.stemCount = stemCount
    rampLength = max(1, Int(Self.rampSeconds * sampleRate))
    let bufferCount = 4 * stemCount + 4
    storage = .allocate(capacity: bufferCount * Self.capacity)
    storage.initialize(repeating: 0, count: bufferCount * Self.capacity)
    stems = .allocate(capacity: 2 * stemCount)
    mix = .allocate(capacity: 2)
    nextStems = .allocate(capacity: 2 * stemCount)
    for index in 0..<2 * stemCount {
      (stems + index).initialize(to: storage + index * Self.capacity)
      (nextStems + index).initialize(to: storage + (2 * stemCount + index) * Self.capacity)
    }
    for index in 0..<2 {
      (mix + index).initialize(to: storage + (4 * stemCount + index) * Self.capacity)
    }
    gainBuffer = storage + (4 * stemCount + 2) * Self.capacity
    sumBuffer = storage + (4 * stemCount + 3) * Self.capacity
    peaks = .allocate(capacity: stemCount)
    peaks.initialize(repeating: 0, count: stemCount)
    gains = .allocate(capacity: 2 * stemCount)
    gains.initialize(repeating: Ramp(1), count: 2 * stemCount)
  }

  deinit {
    storage.deallocate()
    stems.deallocate()
    nextStems.deallocate()
    mix.deallocate()
    peaks.deallocate()
    gains.deallocate()
  }

  /// The buffer of a stem's left or right side; both are one where the stream is mono.
  @_noLocks
  func stem(_ stem: Int, side: Int, channelCount: Int) -> UnsafeMutablePointer<Float> {
    stems[stem &* channelCount &+ min(side, channelCount &- 1)]
  }

  // MARK: Gains

  /// Sets the targets of a stem's gains, left and right; reached at once if nothing has been processed yet.
  @_noLocks
  func setGain(ofStem stem: Int, left: Float, right: Float, atOnce: Bool) {
    if atOnce {
      gains[2 &* stem] = Ramp(left)
      gains[2 &* stem &+ 1] = Ramp(right)
    } else {
      gains[2 &* stem].go(to: left, samples: rampLength)
      gains[2 &* stem &+ 1].go(to: right, samples: rampLength)
    }
  }

  @_noLocks
  mutating func setActive(_ isActive: Bool, atOnce: Bool) {
    let target: Float = isActive ? 1 : 0
    if atOnce { active = Ramp(target) } else { active.go(to: target, samples: rampLength) }
  }

  @_noLocks
  mutating func setCrossFade(_ ramp: Ramp) { crossFade = ramp }

  @_noLocks
  mutating func fillCrossFade(count: Int) { crossFade.fill(gainBuffer, count: count) }

  // MARK: Samples

  /// Makes the mix of the stems, and fades all where something changes.
  @_noLocks
  mutating func run(count: Int, channelCount: Int) {
    mixDown(count: count, channelCount: channelCount)
    if active.isMoving || active.value != 1 { bypass(count: count, channelCount: channelCount) }
    measure(count: count, channelCount: channelCount)
  }

  @_noLocks
  private func mixDown(count: Int, channelCount: Int) {
    var side = 0
    while side < 2 {
      let target = mix[side]
      var index = 0
      while index < count {
        target[index] = 0
        index &+= 1
      }
      var number = 0
      while number < stemCount {
        let source = stem(number, side: side, channelCount: channelCount)
        let ramp = gains + (2 &* number &+ side)
        if ramp.pointee.isMoving {
          ramp.pointee.fill(gainBuffer, count: count)
          index = 0
          while index < count {
            target[index] += gainBuffer[index] * source[index]
            index &+= 1
          }
        } else {
          let gain = ramp.pointee.value
          index = 0
          while index < count {
            target[index] += gain * source[index]
            index &+= 1
          }
        }
        number &+= 1
      }
      side &+= 1
    }
  }

  /// Towards the delayed input in the mix and in the residual, and towards silence in the parts, so
  /// that these still add up.
  @_noLocks
  private mutating func bypass(count: Int, channelCount: Int) {
    active.fill(gainBuffer, count: count)
    var side = 0
    while side < 2 {
      sum(side: side, partsOnly: false, count: count, channelCount: channelCount)
      let target = mix[side]
      var index = 0
      while index < count {
        target[index] =
          gainBuffer[index] * target[index] + (1 - gainBuffer[index]) * sumBuffer[index]
        index &+= 1
      }
      side &+= 1
    }
    var channel = 0
    while channel < channelCount {
      sum(side: channel, partsOnly: true, count: count, channelCount: channelCount)
      let residual = stem(stemCount &- 1, side: channel, channelCount: channelCount)
      var index = 0
      while index < count {
        residual[index] += (1 - gainBuffer[index]) * sumBuffer[index]
        index &+= 1
      }
      var part = 0
      while part < stemCount &- 1 {
        scale(stem(part, side: channel, channelCount: channelCount), count: count)
        part &+= 1
      }
      channel &+= 1
    }
  }

  @_noLocks
  private func sum(side: Int, partsOnly: Bool, count: Int, channelCount: Int) {
    var index = 0
    while index < count {
      sumBuffer[index] = 0
      index &+= 1
    }
    var number = 0
    while number < (partsOnly ? stemCount &- 1 : stemCount) {
      let source = stem(number, side: side, channelCount: channelCount)
      index = 0
      while index < count {
        sumBuffer[index] += source[index]
        index &+= 1
      }
      number &+= 1
    }
  }

  @_noLocks
  private func scale(_ samples: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index < count {
      samples[index] *= gainBuffer[index]
      index &+= 1
    }
  }

  @_noLocks
  private func measure(count: Int, channelCount: Int) {
    var number = 0
    while number < stemCount {
      var peak = peaks[number]
      var channel = 0
      while channel < channelCount {
        let source = stem(number, side: channel, channelCount: channelCount)
        var index = 0
        while index < count {
          let magnitude = abs(source[index])
          peak = magnitude > peak ? magnitude : peak
          index &+= 1
        }
        channel &+= 1
      }
      peaks[number] = peak
      number &+= 1
    }
  }
}
