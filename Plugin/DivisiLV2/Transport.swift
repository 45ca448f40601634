// Thread: audio

import DivisiEngine

/// Where the score is: as the host's transport says, or running freely from activation.
struct Transport: BitwiseCopyable {
  /// Samples since activation.
  var clock = 0
  /// Whether the stream must be told where the score is, even if it has not moved.
  var isLost = true

  private let sampleRate: Double
  /// What the host has said, and when; nil before it has said anything.
  private var hostSeconds: Double?
  private var hostClock = 0
  private var isHostRolling = false
  /// What the stream has been told, and when.
  private var toldSeconds = 0.0
  private var toldClock = 0
  private var isToldRolling = false

  init(sampleRate: Double) { self.sampleRate = sampleRate }

  /// Takes a `time:Position`; either number may be missing.
  @_noLocks
  mutating func locate(frame: Double?, speed: Double?) {
    if let speed, speed == speed {
      // Before the speed changes, the position is what the old one has led to.
      if frame == nil, let seconds = hostSeconds { hostSeconds = seconds + hostElapsed }
      if frame == nil { hostClock = clock }
      isHostRolling = speed > 0
    }
    if let frame, abs(frame) < 1e12 {
      hostSeconds = frame / sampleRate
      hostClock = clock
    }
  }

  /// Tells the stream where the score is, if that is not what it has to think.
  ///
  /// - Parameters:
  ///   - offset: how much later than the recording the score begins, in seconds.
  ///   - slack: what difference does not matter, in seconds.
  @_noLocks
  mutating func tell(
    _ process: UnsafeMutablePointer<StreamProcess>, followsHost: Bool, offset: Double, slack: Double
  ) {
    var seconds = Double(clock) / sampleRate - offset
    var isRolling = true
    if followsHost, let hostSeconds {
      seconds = hostSeconds + hostElapsed - offset
      isRolling = isHostRolling
    }
    let elapsed = isToldRolling ? Double(clock &- toldClock) / sampleRate : 0
    guard isLost || isRolling != isToldRolling || abs(seconds - toldSeconds - elapsed) > slack
    else {
      return
    }
    process.pointee.locate(seconds: seconds, isRolling: isRolling)
    isLost = false
    toldSeconds = seconds
    toldClock = clock
    isToldRolling = isRolling
  }

  private var hostElapsed: Double {
    @_noLocks get { isHostRolling ? Double(clock &- hostClock) / sampleRate : 0 }
  }
}
