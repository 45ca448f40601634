import DivisiDSP
import DivisiKernels

/// The task that all models are timed on: half a minute of piano at 2048 / 512, of random numbers.
///
/// A score leaves little free: at any time few keys sound, and a comb has few bins. The shares are
/// about what the score of a piano piece leaves.
struct StandardTask: Sendable {
  /// Made when it is first asked for.
  static let shared = StandardTask()

  /// K.
  static let binCount = 1025
  /// N.
  static let frameCount = 2584
  /// R.
  static let componentCount = 88
  private static let freeActivations = 0.065
  private static let freeBins = 0.28
  /// Notes and partials, in frames and bins.
  private static let noteFrames = 40
  private static let partialBins = 24

  let V: Spectrogram
  let pattern: ActivationPattern
  let supports: [BinBlocks]

  /// The same task every time.
  init() {
    var generator = SeededGenerator(seed: 1)
    let V = Matrix(rowCount: Self.binCount, columnCount: Self.frameCount)
    for frame in 0..<Self.frameCount {
      for bin in 0..<Self.binCount { V[bin, frame] = generator.nextUnit() }
    }
    self.V = Spectrogram(V)
    var rows: [ActivationPattern.Row] = []
    var supports: [BinBlocks] = []
    for _ in 0..<Self.componentCount {
      let notes = Self.scattered(
        share: Self.freeActivations, length: Self.noteFrames, count: Self.frameCount, &generator)
      var row = ActivationPattern.Row(frameCount: Self.frameCount)
      for frame in notes.indices where notes[frame] { row.open(frame..<frame + 1, part: 0) }
      rows.append(row)
      let partials = Self.scattered(
        share: Self.freeBins, length: Self.partialBins, count: Self.binCount, &generator)
      supports.append(BinBlocks(binCount: Self.binCount) { partials[$0] })
    }
    pattern = ActivationPattern(rows: rows, frameCount: Self.frameCount)
    self.supports = supports
  }

  /// A mask of stretches of one length at random places, until a share is covered.
  private static func scattered(
    share: Double, length: Int, count: Int, _ generator: inout SeededGenerator
  ) -> [Bool] {
    var mask = [Bool](repeating: false, count: count)
    let wanted = Int(share * Double(count))
    var covered = 0
    while covered < wanted {
      let start = Int.random(in: 0..<count, using: &generator) / 8 * 8
      for index in start..<min(start + length, count) where !mask[index] && covered < wanted {
        mask[index] = true
        covered += 1
      }
    }
    return mask
  }

  /// A fresh model with random templates.
  func makeModel(_ divergence: Divergence, templateFrames: Int) -> ConvolutiveNMF {
    var generator = SeededGenerator(seed: 2)
    let templates = Templates(
      binCount: Self.binCount, supports: supports, frameCount: templateFrames)
    for component in 0..<Self.componentCount {
      for frame in 0..<templateFrames {
        let values = templates.frame(frame, ofComponent: component)
        for block in supports[component].blocks {
          for bin in Int(block)..<min(Int(block) + BinBlocks.length, Self.binCount) {
            values[bin] = generator.nextUnit()
          }
        }
      }
    }
    return ConvolutiveNMF(
      spectrogram: V, templates: templates, pattern: pattern, divergence: divergence)
  }

  /// Walks through the frames in which a component is free, some at a time.
  ///
  /// - Parameter body: is given four columns of V from each place on, and the component's blocks; at the
  ///   end columns repeat.
  func forEachColumns(
    ofComponent component: Int, step: Int,
    _ body: (DivisiKernels.Columns, DivisiKernels.Blocks) -> Void
  ) {
    let entries = pattern.entries(ofComponent: component)
    func column(_ entry: Int) -> UnsafePointer<Float> {
      UnsafePointer(V.values.column(Int(pattern.frames[min(entry, entries.upperBound - 1)])))
    }
    withExtendedLifetime(supports) {
      let blocks = supports[component].blocks
      for entry in stride(from: entries.lowerBound, to: entries.upperBound, by: step) {
        body((column(entry), column(entry + 1), column(entry + 2), column(entry + 3)), blocks)
      }
    }
  }

  /// Multiplications of one product over the free entries with templates of one frame, in
  /// millions.
  var freeProducts: Double {
    var sum = 0
    for component in supports.indices {
      sum += pattern.entries(ofComponent: component).count * supports[component].binCount
    }
    return Double(sum) * 1e-6
  }

  /// One line about the sizes.
  var summary: String {
    let activations = Double(pattern.entryCount) / Double(Self.frameCount * Self.componentCount)
    let bins =
      Double(supports.reduce(0) { $0 + $1.binCount }) / Double(Self.binCount * Self.componentCount)
    return "V \(Self.binCount) × \(Self.frameCount), R = \(Self.componentCount), "
      + "\(Report.number(100 * activations)) % of H and \(Report.number(100 * bins)) % of W free"
  }
}
