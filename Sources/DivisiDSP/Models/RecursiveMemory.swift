internal import DivisiKernels

/// What one component of a recursive model has learnt, carried from one window to the next.
///
/// Besides template and encoder it keeps the numerators and denominators of their updates, summed
/// over the frames that have left the window: its size depends on the template's, never on how
/// many frames there were.
///
/// - Thread: one at a time.
public final class RecursiveMemory {
  /// K.
  public let binCount: Int
  /// T.
  public let templateFrames: Int
  /// The bins that the template may use.
  public let support: BinBlocks
  /// Whether a window has been learnt from: until then the template is what it started as.
  public internal(set) var isLearnt = false

  /// T frames of the template, then T of its numerators, then the encoder's row, its numerator and
  /// its denominator.
  private let values: Matrix
  /// g_τ, T values: the templates' denominators.
  var denominators: [Float]
  private let hasEncoder: Bool

  /// A component that is not learnt yet; its template is zero until somebody writes it.
  ///
  /// - Parameter hasEncoder: whether there is room for an encoder's row, which T = 1 needs.
  public init(binCount: Int, templateFrames: Int, support: BinBlocks, hasEncoder: Bool) {
    precondition(templateFrames == 1 || !hasEncoder, "an encoder of \(templateFrames) frames")
    self.binCount = binCount
    self.templateFrames = templateFrames
    self.support = support
    self.hasEncoder = hasEncoder
    values = Matrix(rowCount: binCount, columnCount: 2 * templateFrames + (hasEncoder ? 3 : 0))
    denominators = Array(repeating: 0, count: templateFrames)
  }

  /// A component of one frame that is not learnt yet and starts from a template.
  ///
  /// - Parameter template: K values; bins that are zero stay zero.
  public convenience init(template: [Float], hasEncoder: Bool) {
    self.init(
      binCount: template.count, templateFrames: 1,
      support: BinBlocks(binCount: template.count) { template[$0] > 0 }, hasEncoder: hasEncoder)
    for bin in template.indices { self.template(0)[bin] = template[bin] }
  }

  /// Frame τ of the template, K values; valid as long as the memory.
  public func template(_ frame: Int) -> UnsafeMutablePointer<Float> { values.column(frame) }

  /// Writes the template over that of a component of the same bins, frames and support.
  public func copyTemplate(to templates: borrowing Templates, component: Int) {
    for frame in 0..<templateFrames {
      BlockKernels.copy(
        template(frame), to: templates.frame(frame, ofComponent: component), over: support.blocks)
    }
  }

  /// The encoder's row, K values; zero until the component is learnt.
  public var encoder: UnsafeMutablePointer<Float> {
    precondition(hasEncoder, "no encoder")
    return values.column(2 * templateFrames)
  }

  /// G_τ: the templates' numerators.
  func numerator(_ frame: Int) -> UnsafeMutablePointer<Float> {
    values.column(templateFrames + frame)
  }

  var encoderNumerator: UnsafeMutablePointer<Float> { values.column(2 * templateFrames + 1) }
  var encoderDenominator: UnsafeMutablePointer<Float> { values.column(2 * templateFrames + 2) }
}

// Updates that the past takes part in. Pointers are to aligned matrix columns; nothing is allocated.
extension BlockKernels {
  /// w ← w ⊙ x · gain + past · gain.
  static func multiply(
    _ w: UnsafeMutablePointer<Float>, by x: UnsafePointer<Float>,
    past: UnsafePointer<Float>, gain: Float, over blocks: Blocks
  ) {
    let a = Lane(repeating: gain)
    for bin in blocks {
      let bin = Int(bin)
      w.setLanes(bin, w.lanes(bin) * (x.lanes(bin) * a) + past.lanes(bin) * a)
    }
  }

  /// e ← (e ⊙ x + past) ⊘ (gain · y + floorGain · floor + ε).
  static func multiply(
    _ e: UnsafeMutablePointer<Float>, by x: UnsafePointer<Float>, past: UnsafePointer<Float>,
    over y: UnsafePointer<Float>, gain: Float, floor: UnsafePointer<Float>, floorGain: Float,
    blocks: Blocks
  ) {
    let a = Lane(repeating: gain)
    let b = Lane(repeating: floorGain)
    let least = Lane(repeating: epsilon)
    for bin in blocks {
      let bin = Int(bin)
      let denominator = a * y.lanes(bin) + b * floor.lanes(bin) + least
      e.setLanes(bin, (e.lanes(bin) * x.lanes(bin) + past.lanes(bin)) / denominator)
    }
  }

  /// past ← decay · past + w ⊙ x.
  static func accumulate(
    _ past: UnsafeMutablePointer<Float>, decay: Float, _ w: UnsafePointer<Float>,
    _ x: UnsafePointer<Float>, over blocks: Blocks
  ) {
    let a = Lane(repeating: decay)
    for bin in blocks {
      let bin = Int(bin)
      past.setLanes(bin, a * past.lanes(bin) + w.lanes(bin) * x.lanes(bin))
    }
  }

  /// y ← x.
  static func copy(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, over blocks: Blocks
  ) {
    for bin in blocks { y.setLanes(Int(bin), x.lanes(Int(bin))) }
  }
}
