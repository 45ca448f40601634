// Thread: worker

import DivisiDSP

/// What sounds besides drums along a stream: the components of ``Rest``, in each window from where the last one left
/// them.
struct StreamRest {
  /// The part of all of them.
  let part: Int
  /// What each component has learnt.
  let memories: [RecursiveMemory]
  private let grid: TimeGrid
  /// The activations of the last window, by component, and its first frame on the stream's grid.
  private var found: [[Float]] = []
  private var firstFrame = 0

  /// An activation starts at least at this share of its component's mean: zero could never grow.
  private static let floor: Float = 1e-2
  /// Softer than this a component is silent: 200 dB below full scale.
  private static let silence: Float = 1e-10

  /// - Parameters:
  ///   - binCount: K of all windows.
  ///   - seed: of the templates, which start at random.
  init(part: Int, binCount: Int, grid: TimeGrid, seed: UInt64) {
    self.part = part
    self.grid = grid
    let full = BinBlocks.full(binCount: binCount)
    let supports = (0..<Rest.componentCount).map { _ in full }
    let start = Templates(binCount: binCount, supports: supports, frameCount: 1)
    Rest.fill(start, components: 0..<Rest.componentCount, seed: seed)
    memories = supports.indices.map { component in
      let memory = RecursiveMemory(
        binCount: binCount, templateFrames: 1, support: full, hasEncoder: false)
      memory.template(0).update(from: start.frame(0, ofComponent: component), count: binCount)
      return memory
    }
  }

  /// Whether a window has been learnt from.
  var isLearnt: Bool { memories.contains(where: \.isLearnt) }

  /// When they may sound in a window: always.
  func rows(frameCount: Int) -> [ActivationPattern.Row] {
    var open = ActivationPattern.Row(frameCount: frameCount)
    open.open(0..<frameCount, part: part)
    return memories.map { _ in open }
  }

  /// The same components in a window's model.
  func rest(behind drumCount: Int) -> Rest {
    Rest(components: drumCount..<drumCount + memories.count, grid: grid)
  }

  /// Starts the activations of a window where the last one left them, and frames that are new between the last of them
  /// and their mean. The last alone costs 0.4 dB of the drums of five songs. What was silent
  /// starts anew.
  func start(_ rest: Rest, in model: ConvolutiveNMF, firstFrame: Int) {
    let offset = firstFrame - self.firstFrame
    for (index, component) in rest.components.enumerated() where index < found.count {
      let old = found[index]
      let mean = old.reduce(0, +) / Float(old.count)
      guard mean > Self.silence else { continue }
      let new = (old[old.count - 1] + mean) / 2
      for entry in model.pattern.entries(ofComponent: component) {
        let frame = Int(model.pattern.frames[entry]) + offset
        model.H[entry] = max(frame < old.count ? old[max(frame, 0)] : new, Self.floor * mean)
      }
    }
  }

  /// Keeps what a window found.
  mutating func remember(behind drumCount: Int, of model: ConvolutiveNMF, firstFrame: Int) {
    self.firstFrame = firstFrame
    found = rest(behind: drumCount).components.map { component in
      model.pattern.entries(ofComponent: component).map { model.H[$0] }
    }
  }

  /// How strongly each component sounded last.
  var gains: [Float] { found.map { $0.last ?? 0 } }
}
