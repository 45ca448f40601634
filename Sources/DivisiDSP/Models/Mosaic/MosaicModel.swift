/// V ≈ W H with W given: which frames of a source make up each frame of a target.
///
/// Steps are multiplicative and minimise the Kullback-Leibler divergence; W's columns have a sum of 1, so
///
///     H ← H ⊙ Wᵀ(V ⊘ W H)
///
/// At first H is dense; ``prune(to:)`` leaves each frame a list of its strongest entries, and all that follows works on
/// those.
///
/// - Thread: one at a time; different models share templates.
public final class MosaicModel {
  let templates: MosaicTemplates
  let V: Matrix
  /// S × N until it is pruned; then empty.
  var H: Matrix
  /// By frame, ascending by template; empty until it is pruned.
  public internal(set) var lists: [[Entry]] = []
  /// By frame: which templates may sound; nil for all. Empty where all may in all.
  private let mayAnswer: [[Bool]?]

  /// An activation.
  public struct Entry: Sendable, Equatable {
    /// Of the template.
    public let index: Int32
    /// H.
    public var value: Float
  }

  /// Frames whose ratios stay in a second-level cache while templates pass.
  private static let blockLength = 64

  /// N.
  public var frameCount: Int { V.columnCount }
  var isPruned: Bool { H.columnCount == 0 }

  /// Takes over V, and starts with random activations whose sum is that of each frame, and which are larger where
  /// templates resemble it.
  ///
  /// - Parameters:
  ///   - V: K × N magnitudes, 1 being loud: 1e-9 is nothing.
  ///   - firstFrame: what the first column is in the target; a frame starts alike in whatever model it is.
  ///   - mayAnswer: by frame, which templates may sound, or nil for all; empty if all may in all frames.
  ///   - likeness: how much more templates start with that resemble a frame, 0 to ``mostLikeness``: the 2^likeness-th
  ///     power of their likeness; 0 for none.
  /// - Complexity: O(K · S · N) with likeness, O(S · N) without.
  public init(
    _ templates: MosaicTemplates, V: consuming Matrix, firstFrame: Int, seed: UInt64,
    mayAnswer: [[Bool]?] = [], likeness: Int = 0
  ) {
    self.templates = templates
    self.mayAnswer = mayAnswer
    self.V = V
    let N = self.V.columnCount
    H = Matrix(rowCount: templates.values.columnCount, columnCount: N)
    if likeness > 0 { formLikeness() }
    for frame in 0..<N {
      let sum = level(ofFrame: frame)
      guard sum > 0 else { continue }
      var generator = SeededGenerator(
        seed: seed &+ UInt64(truncatingIfNeeded: firstFrame + frame) &* 0x9E37_79B9_7F4A_7C15)
      let row = H.column(frame)
      if likeness > 0 {
        silenceOthers(inFrame: frame)
        sharpen(row, squarings: likeness)
      }
      let scale = 2 * sum / Float(max(templates.count, 1))
      for index in 0..<templates.count where templates.sums[index] > 0 {
        row[index] = (likeness > 0 ? row[index] : scale) * generator.nextUnit()
      }
      silenceOthers(inFrame: frame)
      guard likeness > 0 else { continue }
      let total = (0..<templates.count).reduce(Float(0)) { $0 + row[$1] }
      for index in 0..<templates.count { row[index] *= sum / max(total, .leastNormalMagnitude) }
    }
  }

  /// Leaves only what may sound in a frame of H.
  func silenceOthers(inFrame frame: Int) {
    guard !mayAnswer.isEmpty, let mayAnswer = mayAnswer[frame] else { return }
    let column = H.column(frame)
    for index in 0..<templates.count where !mayAnswer[index] { column[index] = 0 }
  }

  /// Σ V of a frame.
  public func level(ofFrame frame: Int) -> Float {
    let column = V.column(frame)
    return (0..<V.rowCount).reduce(0) { $0 + column[$1] }
  }

  /// One step of all activations.
  ///
  /// - Complexity: O(K · S · N), or O(K · entries).
  public func update() {
    if isPruned { updateLists() } else { updateAll() }
  }

  /// Leaves each frame its strongest entries.
  public func prune(to count: Int) {
    guard !isPruned else { return }
    lists = (0..<V.columnCount).map { frame in
      let column = H.column(frame)
      var indices = (0..<templates.count).filter { column[$0] > 0 }
      if indices.count > count {
        indices.sort { (column[$0], $1) > (column[$1], $0) }
        indices.removeLast(indices.count - count)
        indices.sort()
      }
      return indices.map { Entry(index: Int32($0), value: column[$0]) }
    }
    H = Matrix(rowCount: 0, columnCount: 0)
  }

  /// The divergence of V from W H in some frames, and Σ V there.
  public func divergence(frames: Range<Int>) -> (loss: Double, total: Double) {
    let approximation = Matrix(rowCount: V.rowCount, columnCount: 1)
    var (loss, total) = (0.0, 0.0)
    for frame in frames {
      approximate(frame, to: approximation.column(0))
      let (v, y) = (V.column(frame), approximation.column(0))
      withExtendedLifetime(templates.bins) {
        loss += Double(
          BlockKernels.kullbackLeibler(
            v, from: y, over: templates.bins.blocks)
        )
      }
      for bin in 0..<V.rowCount { total += Double(v[bin]) }
    }
    return (loss, total)
  }

  // MARK: Dense

  /// The templates of a frame that sound, however H is kept.
  private func entries(ofFrame frame: Int) -> [Entry] {
    guard !isPruned else { return lists[frame] }
    let column = H.column(frame)
    return (0..<templates.count).filter { column[$0] > 0 }
      .map { Entry(index: Int32($0), value: column[$0]) }
  }

  private func updateAll() {
    let (N, S) = (V.columnCount, templates.values.columnCount)
    // Four frames at a time; the last of them may be one frame several times.
    func frame(_ index: Int) -> Int { min(index, N - 1) }
    let ratio = Matrix(rowCount: V.rowCount, columnCount: (N + 3) / 4 * 4)
    for bin in stride(from: 0, to: V.columnStride, by: Matrix.alignment) {
      for first in stride(from: 0, to: N, by: 4) {
        BlockKernels.combine(
          templates.values.column(0) + bin, stride: templates.values.columnStride, count: S,
          gains: (
            UnsafePointer(H.column(first)), UnsafePointer(H.column(frame(first + 1))),
            UnsafePointer(H.column(frame(first + 2))), UnsafePointer(H.column(frame(first + 3)))
          ),
          to: (
            ratio.column(first) + bin, ratio.column(first + 1) + bin,
            ratio.column(first + 2) + bin, ratio.column(first + 3) + bin
          ))
      }
    }
    withExtendedLifetime(templates.bins) {
      for index in 0..<N {
        BlockKernels.divide(
          V.column(index), by: ratio.column(index),
          over: templates.bins.blocks)
      }
    }
    for start in stride(from: 0, to: N, by: Self.blockLength) {
      let end = min(N, start + Self.blockLength)
      for index in stride(from: 0, to: S, by: 4) {
        let columns = columns(index, index + 1, index + 2, index + 3)
        for first in stride(from: start, to: end, by: 2) {
          let second = frame(first + 1)
          let (a, b) = BlockKernels.dots(
            columns, ratio.column(first), ratio.column(second), count: V.columnStride)
          for lane in 0..<4 { H.column(first)[index + lane] *= a[lane] }
          if second > first { for lane in 0..<4 { H.column(second)[index + lane] *= b[lane] } }
        }
      }
    }
  }

  private func columns(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> BlockKernels.Columns {
    (
      UnsafePointer(templates.values.column(a)), UnsafePointer(templates.values.column(b)),
      UnsafePointer(templates.values.column(c)), UnsafePointer(templates.values.column(d))
    )
  }

  // MARK: Lists

  /// Entries that are this much weaker than the strongest of their frame are silent.
  private static let negligible: Float = 1e-5

  private func updateLists() {
    let ratio = Matrix(rowCount: V.rowCount, columnCount: 1)
    let y = ratio.column(0)
    let bins = templates.bins
    for frame in 0..<V.columnCount where !lists[frame].isEmpty {
      let strongest = lists[frame].reduce(Float(0)) { max($0, $1.value) }
      lists[frame].removeAll { $0.value <= Self.negligible * strongest }
      approximate(frame, to: y)
      withExtendedLifetime(bins) {
        BlockKernels.divide(V.column(frame), by: y, over: bins.blocks)
        for first in stride(from: 0, to: lists[frame].count, by: 4) {
          let products = BlockKernels.dot(y, columns(of: lists[frame], first), over: bins.blocks)
          for lane in 0..<min(4, lists[frame].count - first) {
            lists[frame][first + lane].value *= products[lane]
          }
        }
      }
    }
  }

  /// Four templates of a list; behind its end the last one again.
  private func columns(of list: [Entry], _ first: Int) -> BlockKernels.Columns {
    func index(_ place: Int) -> Int { Int(list[min(place, list.count - 1)].index) }
    return columns(index(first), index(first + 1), index(first + 2), index(first + 3))
  }

  /// A column of W H.
  private func approximate(_ frame: Int, to y: UnsafeMutablePointer<Float>) {
    let list = entries(ofFrame: frame)
    withExtendedLifetime(templates.bins) {
      BlockKernels.clear(y, over: templates.bins.blocks)
      for first in stride(from: 0, to: list.count, by: 4) {
        var gains = SIMD4<Float>.zero
        for lane in 0..<min(4, list.count - first) { gains[lane] = list[first + lane].value }
        BlockKernels.add(
          columns(of: list, first), gains: gains, to: y, over: templates.bins.blocks)
      }
    }
  }
}
