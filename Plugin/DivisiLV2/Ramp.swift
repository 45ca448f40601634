// Thread: audio

/// A gain that goes to its target in a straight line, the same for any lengths of blocks.
struct Ramp: BitwiseCopyable {
  private(set) var value: Float
  private(set) var target: Float
  private var step: Float = 0
  /// Samples until the target is reached.
  private(set) var left = 0

  /// A gain at rest.
  @_noLocks
  init(_ value: Float) {
    self.value = value
    target = value
  }

  var isMoving: Bool {
    @_noLocks get { left > 0 }
  }

  /// Starts on the way to another target.
  @_noLocks
  mutating func go(to target: Float, samples: Int) {
    guard target != self.target else { return }
    self.target = target
    left = max(samples, 1)
    step = (target - value) / Float(left)
  }

  /// The gain of the next samples, one by one.
  @_noLocks
  mutating func fill(_ gains: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index < count {
      if left > 0 {
        left &-= 1
        value = left == 0 ? target : value + step
      }
      gains[index] = value
      index &+= 1
    }
  }
}
