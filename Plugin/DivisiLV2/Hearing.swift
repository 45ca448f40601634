// Thread: audio

import DivisiRealtime

/// What is heard of the recording, in mono, on its way to the worker.
///
/// Samples are gathered into pieces, so that short blocks fill the queue no sooner than long ones. What finds the queue
/// full is left out, and heard the next time.
struct Hearing: ~Copyable {
  private let sound: MessageRing.View
  private let samples: UnsafeMutablePointer<Float>
  private var count = 0
  /// Of the first sample, in the recording.
  private var position = 0
  /// Whether there is a pass that has not ended.
  private(set) var isUnderWay = false

  /// Samples in a piece.
  private static var capacity: Int {
    @_noLocks get { 256 }
  }

  init(_ sound: MessageRing.View) {
    self.sound = sound
    samples = .allocate(capacity: Self.capacity)
    samples.initialize(repeating: 0, count: Self.capacity)
  }

  deinit { samples.deallocate() }

  /// Takes samples.
  ///
  /// - Parameters:
  ///   - inputs: one channel or two.
  ///   - place: of the first sample in the recording.
  @_noLocks
  mutating func add(
    _ inputs: UnsafePointer<UnsafePointer<Float>>, channelCount: Int, from offset: Int, count: Int,
    at place: Int
  ) {
    isUnderWay = true
    if place != position &+ self.count { send() }
    if self.count == 0 { position = place }
    let left = inputs[0]
    let right = inputs[channelCount &- 1]
    var index = offset
    while index < offset &+ count {
      let value = 0.5 * (left[index] + right[index])
      samples[self.count] = abs(value) < 1e6 ? value : 0
      self.count &+= 1
      index &+= 1
      if self.count == Self.capacity { send() }
    }
  }

  /// Sends what has been gathered.
  @_noLocks
  mutating func send() {
    if count > 0 {
      _ = sound.write(SoundMessage.samples, number: position, samples, count: 4 &* count)
    }
    position &+= count
    count = 0
  }

  /// Says that the pass has ended; tried again later if there is no room.
  @_noLocks
  mutating func end() {
    send()
    if sound.write(SoundMessage.end) { isUnderWay = false }
  }
}
