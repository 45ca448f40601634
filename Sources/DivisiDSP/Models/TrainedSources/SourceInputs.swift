internal import Glibc

/// What several trained sources sound like in a mixture: min over H_s ≥ 0 of the β-divergence of V from Σ_s decoder_s(H_s), +
/// λ₁ Σ ‖H_s‖₁, by Adam. The decoders stay as they are, each with its own depth and nonlinearity.
///
/// Frames do not depend on each other, so a tile goes through all iterations while it is in the cache.
///
/// - Thread: one at a time; the bits do not depend on how `parallel` spreads the work.
/// - SeeAlso: Smaragdis & Venkataramani, "A neural network alternative to non-negative audio models", ICASSP 2017, section 3.
public final class SourceInputs: @unchecked Sendable {
  /// V̂_s of each source, K × N.
  public let approximations: [Spectrogram]
  /// The divergence where the inputs start.
  public private(set) var lossBefore = 0.0
  /// The same where they end.
  public private(set) var lossAfter = 0.0

  private let V: Spectrogram
  private let others: Spectrogram?
  private let networks: [SourceNetwork]
  private let divergence: Divergence
  private let rate: Float
  private let sparsity: Float
  private let iterations: Int
  private let parallel: Parallel
  private let support: BinBlocks

  /// Step of an input, as a share of its level in training.
  public static let usualRate: Float = 0.1
  /// Where inputs start, as a share of that level.
  private static let start: Float = 0.5
  /// Kingma & Ba 2015.
  private static let decay: Float = 0.9
  private static let squareDecay: Float = 0.999
  private static let floor: Float = 1e-8
  /// Tiles that are worked on at the same time at most.
  private static let workerCount = 8

  /// - Parameters:
  ///   - V: with a mean of about the number of sources, as those that were trained on had one of about 1.
  ///   - others: what is known of the rest of the mixture, on the scale of V; nil where there is none.
  ///   - rate: see ``usualRate``.
  public init(
    _ networks: [SourceNetwork], in V: Spectrogram, beside others: Spectrogram? = nil,
    beta: Double, iterations: Int, rate: Float = usualRate, sparsity: Float = 0,
    parallel: @escaping Parallel
  ) {
    self.V = V
    self.others = others
    self.networks = networks
    self.iterations = iterations
    self.rate = rate
    self.sparsity = sparsity
    self.parallel = parallel
    divergence = Divergence(beta: Float(beta))
    support = .full(binCount: V.binCount)
    approximations = networks.map { _ in
      Spectrogram(Matrix(rowCount: V.binCount, columnCount: V.frameCount))
    }
  }

  /// Buffers for one tile at a time.
  private final class Worker: @unchecked Sendable {
    let tiles: [SourceTile]
    let means: [SourceTile.Values]
    let squares: [SourceTile.Values]
    let depths: [Int]
    let sum: SourceTile.Values
    var losses = (before: 0.0, after: 0.0)

    init(_ networks: [SourceNetwork], layers: [[SourceLayer]], binCount: Int) {
      tiles = zip(networks, layers).map { SourceTile($1, nonlinearity: $0.nonlinearity) }
      means = networks.map { SourceTile.Values(rowCount: $0.unitCount) }
      squares = networks.map { SourceTile.Values(rowCount: $0.unitCount) }
      depths = layers.map(\.count)
      sum = SourceTile.Values(rowCount: binCount)
    }
  }

  /// Finds the inputs.
  ///
  /// - Parameter progress: called with 0…1; returns whether to go on.
  /// - Returns: whether it was not stopped.
  /// - Complexity: O(iterations · N · Σ weights).
  public func run(progress: (Double) -> Bool = { _ in true }) -> Bool {
    let layers = networks.map { $0.layers.map { SourceLayer($0) } }
    let tileCount = (V.frameCount + SourceTile.length - 1) / SourceTile.length
    let workers = (0..<min(Self.workerCount, tileCount)).map { _ in
      Worker(networks, layers: layers, binCount: V.binCount)
    }
    for first in stride(from: 0, to: tileCount, by: workers.count) {
      let count = min(workers.count, tileCount - first)
      parallel(count) { [self] index in
        let start = (first + index) * SourceTile.length
        find(start..<min(start + SourceTile.length, V.frameCount), with: workers[index])
      }
      for worker in workers[..<count] {
        lossBefore += worker.losses.before
        lossAfter += worker.losses.after
      }
      guard progress(Double(first + count) / Double(tileCount)) else { return false }
    }
    return true
  }

  private func find(_ frames: Range<Int>, with worker: Worker) {
    let group = SourceLayer.group
    let count = (frames.count + group - 1) / group * group
    for (source, network) in networks.enumerated() {
      let codes = worker.tiles[source].outputs[0]
      worker.means[source].matrix.clear()
      worker.squares[source].matrix.clear()
      codes.matrix.clear()
      for offset in 0..<frames.count {
        let h = codes.matrix.column(offset)
        for unit in 0..<network.unitCount { h[unit] = Self.start * network.levels[unit] }
      }
    }
    approximate(frames, count: count, with: worker)
    worker.losses.before = loss(frames, with: worker)
    for iteration in 1..<max(iterations, 0) + 1 {
      differentiate(frames, count: count, with: worker)
      for (source, network) in networks.enumerated() {
        let tile = worker.tiles[source]
        tile.backpropagate(
          through: 0..<worker.depths[source], gradients: nil, needsInput: true, frameCount: count)
        step(
          tile, network, worker.means[source].matrix, worker.squares[source].matrix,
          frameCount: frames.count, iteration: iteration)
      }
      approximate(frames, count: count, with: worker)
    }
    worker.losses.after = loss(frames, with: worker)
    for (source, tile) in worker.tiles.enumerated() {
      let output = tile.outputs[worker.depths[source]]
      for (offset, frame) in frames.enumerated() {
        let target = approximations[source].values.column(frame)
        let values = output.matrix.column(offset)
        // Without a nonlinearity, or with |x| at a bias, nothing says that it is positive.
        for bin in 0..<V.binCount { target[bin] = max(values[bin], 0) }
      }
    }
  }

  /// Computes what all sources give, and its sum.
  private func approximate(_ frames: Range<Int>, count: Int, with worker: Worker) {
    for (source, tile) in worker.tiles.enumerated() {
      tile.apply(frameCount: count)
      let output = tile.outputs[worker.depths[source]]
      if source == 0 {
        for offset in 0..<count {
          worker.sum.matrix.column(offset).update(
            from: output.matrix.column(offset), count: output.matrix.columnStride)
        }
      } else {
        worker.sum.matrix.add(output.matrix)
      }
    }
    guard let others else { return }
    for (offset, frame) in frames.enumerated() {
      BlockKernels.add(
        others.values.column(frame), gain: 1, to: worker.sum.matrix.column(offset),
        over: support.blocks)
    }
  }

  private func loss(_ frames: Range<Int>, with worker: Worker) -> Double {
    return frames.enumerated().reduce(0) { sum, item in
      sum
        + divergence.sum(
          V.values.column(item.element), approximation: worker.sum.matrix.column(item.offset),
          over: support.blocks)
    }
  }

  /// The gradient by the outputs, which is the same for all sources.
  private func differentiate(_ frames: Range<Int>, count: Int, with worker: Worker) {
    for offset in 0..<count {
      let error = worker.sum.matrix.column(offset)
      if offset < frames.count {
        divergence.differentiate(
          V.values.column(frames.lowerBound + offset), approximation: error, nonlinearity: nil,
          over: support.blocks)
        worker.sum.matrix.clearPadding(ofColumn: offset)
      } else {
        error.update(repeating: 0, count: worker.sum.matrix.columnStride)
      }
    }
    for (source, tile) in worker.tiles.enumerated() {
      let errors = tile.errors[worker.depths[source]]
      for offset in 0..<count {
        errors.matrix.column(offset).update(
          from: worker.sum.matrix.column(offset), count: errors.matrix.columnStride)
      }
    }
  }

  /// One step of Adam on the inputs, which stay at or above zero.
  private func step(
    _ tile: SourceTile, _ network: SourceNetwork, _ means: borrowing Matrix,
    _ squares: borrowing Matrix, frameCount: Int, iteration: Int
  ) {
    let (codes, errors) = (tile.outputs[0], tile.errors[0])
    let correction = 1 - powf(Self.decay, Float(iteration))
    let squareCorrection = 1 - powf(Self.squareDecay, Float(iteration))
    for offset in 0..<frameCount {
      let (h, g) = (codes.matrix.column(offset), errors.matrix.column(offset))
      let (m, v) = (means.column(offset), squares.column(offset))
      for unit in 0..<network.unitCount {
        let slope = g[unit] + sparsity
        m[unit] = Self.decay * m[unit] + (1 - Self.decay) * slope
        v[unit] = Self.squareDecay * v[unit] + (1 - Self.squareDecay) * slope * slope
        let direction =
          m[unit] / correction / ((v[unit] / squareCorrection).squareRoot() + Self.floor)
        h[unit] = max(h[unit] - rate * network.levels[unit] * direction, 0)
      }
    }
  }
}
