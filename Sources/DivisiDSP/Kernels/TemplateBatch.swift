internal import DivisiKernels

/// Adds templates to one frame, four at a time where successive ones use the same bins.
struct TemplateBatch {
  let result: UnsafeMutablePointer<Float>
  private var waiting = 0
  private var gains = SIMD4<Float>.zero
  private var columns: BlockKernels.Columns
  private var blocks = Blocks(start: nil, count: 0)

  init(result: UnsafeMutablePointer<Float>) {
    self.result = result
    let any = UnsafePointer(result)
    columns = (any, any, any, any)
  }

  /// Adds gain · template, now or at the latest in ``flush()``.
  @inline(__always)
  mutating func add(_ template: UnsafePointer<Float>, gain: Float, over blocks: Blocks) {
    if waiting > 0 && blocks.baseAddress != self.blocks.baseAddress { flush() }
    self.blocks = blocks
    gains[waiting] = gain
    switch waiting {
    case 0: columns.0 = template
    case 1: columns.1 = template
    case 2: columns.2 = template
    default:
      columns.3 = template
      BlockKernels.add(columns, gains: gains, to: result, over: blocks)
      waiting = -1
    }
    waiting += 1
  }

  /// Adds what is waiting.
  @inline(__always)
  mutating func flush() {
    if waiting > 0 { BlockKernels.add(columns.0, gain: gains[0], to: result, over: blocks) }
    if waiting > 1 { BlockKernels.add(columns.1, gain: gains[1], to: result, over: blocks) }
    if waiting > 2 { BlockKernels.add(columns.2, gain: gains[2], to: result, over: blocks) }
    waiting = 0
  }
}
