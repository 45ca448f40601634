/// Adds templates to one frame, four at a time where they use the same bins.
struct TemplateBatch {
  let result: UnsafeMutablePointer<Float>
  private var waiting = 0
  private var gains = SIMD4<Float>.zero
  private var first: UnsafePointer<Float>
  private var second: UnsafePointer<Float>
  private var third: UnsafePointer<Float>
  private var runs: [BinRuns.Run] = []

  init(result: UnsafeMutablePointer<Float>) {
    self.result = result
    first = UnsafePointer(result)
    second = first
    third = first
  }

  /// Adds gain · template, now or at the latest in ``flush()``.
  @inline(__always)
  mutating func add(_ template: UnsafePointer<Float>, gain: Float, runs: [BinRuns.Run]) {
    guard runs.count == 1 else {
      RunKernels.add(template, gain: gain, to: result, over: runs)
      return
    }
    if waiting > 0 && runs != self.runs { flush() }
    if waiting == 0 { self.runs = runs }
    gains[waiting] = gain
    switch waiting {
    case 0: first = template
    case 1: second = template
    case 2: third = template
    default:
      RunKernels.add((first, second, third, template), gains: gains, to: result, over: runs)
      waiting = -1
    }
    waiting += 1
  }

  /// Adds what is waiting.
  mutating func flush() {
    if waiting > 0 { RunKernels.add(first, gain: gains[0], to: result, over: runs) }
    if waiting > 1 { RunKernels.add(second, gain: gains[1], to: result, over: runs) }
    if waiting > 2 { RunKernels.add(third, gain: gains[2], to: result, over: runs) }
    waiting = 0
  }
}
