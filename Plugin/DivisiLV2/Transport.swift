// Thread: audio

/// Where the score is: as the host's transport says, or running freely from activation.
struct Transport: BitwiseCopyable {
  /// A position, and when it was reached.
  struct Position: BitwiseCopyable {
    var seconds: Double
    /// Samples since activation.
    var clock: Int
    var isRolling: Bool

    @_noLocks
    init(seconds: Double, clock: Int, isRolling: Bool) {
      self.seconds = seconds
      self.clock = clock
      self.isRolling = isRolling
    }

    /// Where that has led to.
    @_noLocks
    func seconds(atClock now: Int, sampleRate: Double) -> Double {
      isRolling ? seconds + Double(now &- clock) / sampleRate : seconds
    }
  }

  /// Samples since activation.
  var clock = 0

  private let sampleRate: Double
  /// What the host has said, if it has said anything.
  private var host = Position(seconds: 0, clock: 0, isRolling: false)
  private var hasHost = false

  init(sampleRate: Double) { self.sampleRate = sampleRate }

  /// Whether the host has said where it is, and that it goes on from there.
  var isHostRolling: Bool {
    @_noLocks get { hasHost && host.isRolling }
  }

  /// Takes a `time:Position`; either number may be missing.
  @_noLocks
  mutating func locate(frame: Double?, speed: Double?) {
    host.seconds = host.seconds(atClock: clock, sampleRate: sampleRate)
    host.clock = clock
    if let speed, speed == speed { host.isRolling = speed > 0 }
    if let frame, abs(frame) < 1e12 {
      host.seconds = frame / sampleRate
      hasHost = true
    }
  }

  /// Where the score is now.
  ///
  /// - Parameter offset: how much later than the recording the score begins, in seconds.
  @_noLocks
  func position(followsHost: Bool, offset: Double) -> Position {
    var now = Position(seconds: Double(clock) / sampleRate, clock: clock, isRolling: true)
    if followsHost && hasHost {
      now.seconds = host.seconds(atClock: clock, sampleRate: sampleRate)
      now.isRolling = host.isRolling
    }
    now.seconds -= offset
    return now
  }
}
