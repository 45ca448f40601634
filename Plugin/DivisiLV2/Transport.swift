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

  /// Samples by which the host takes the plugin's output to be late.
  var latency = 0

  private let sampleRate: Double
  /// What the host has said, if it has said anything.
  private var host = Position(seconds: 0, clock: 0, isRolling: false)
  private var hasHost = false
  /// Whether the host says where the plugin's output is, as Ardour 7 does, and not its input.
  private var tellsOutput = false
  /// Whether what comes is on its way to the beginning: such a host then says that time stands still, and yet where it is.
  private var isRunningUp = false
  /// Longer than any block, in samples.
  private static var longestBlock: Int {
    @_noLocks get { 16_384 }
  }

  init(sampleRate: Double) { self.sampleRate = sampleRate }

  /// Whether the host has said where it is, and that it goes on from there.
  var isHostRolling: Bool {
    @_noLocks get { hasHost && host.isRolling }
  }

  /// Takes a `time:Position`; either number may be missing.
  ///
  /// - Parameter isOfOutput: whether it says where the plugin's output is.
  @_noLocks
  mutating func locate(frame: Double?, speed: Double?, isOfOutput: Bool) {
    let wasStill = hasHost && (!host.isRolling || isRunningUp)
    let onwards = host.seconds + Double(clock &- host.clock) / sampleRate
    let hasMoved = clock != host.clock
    tellsOutput = isOfOutput
    isRunningUp = false
    host.seconds = host.seconds(atClock: clock, sampleRate: sampleRate)
    host.clock = clock
    if let speed, speed == speed { host.isRolling = speed > 0 }
    if let frame, abs(frame) < 1e12 {
      host.seconds = frame / sampleRate
      hasHost = true
      if isOfOutput && wasStill && hasMoved && !host.isRolling
        && abs(host.seconds - onwards) * sampleRate < 1
      {
        host.isRolling = true
        isRunningUp = true
      }
    }
  }

  /// Begins a block.
  @_noLocks
  mutating func beginBlock() {
    // Where it runs up it says so in each block.
    guard isRunningUp && clock &- host.clock > Self.longestBlock else { return }
    isRunningUp = false
    host.isRolling = false
  }

  /// Where the score is now.
  ///
  /// - Parameter offset: how much later than the recording the score begins, in seconds.
  @_noLocks
  func position(followsHost: Bool, offset: Double) -> Position {
    var now = Position(seconds: Double(clock) / sampleRate, clock: clock, isRolling: true)
    if followsHost && hasHost {
      now.seconds = host.seconds(atClock: clock, sampleRate: sampleRate)
      if tellsOutput { now.seconds += Double(latency) / sampleRate }
      now.isRolling = host.isRolling
    }
    now.seconds -= offset
    return now
  }
}
