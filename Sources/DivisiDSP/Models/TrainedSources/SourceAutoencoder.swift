/// An autoencoder of one source, trained by gradients on its clean sound: H = g(E_L … g(E_1 V)), V̂ = g(W_L … g(W_1 H)), with
/// biases where the settings have them.
///
/// Loss: the β-divergence of V from V̂, + λ₁ ‖H‖₁. Weights may have either sign: what is non-negative is what g gives. All that
/// layers say of a frame is computed while a tile of frames is in the cache, so there is no K × N matrix but V.
///
/// - Thread: one at a time; the bits do not depend on how `parallel` spreads the work.
/// - SeeAlso: Smaragdis & Venkataramani, "A neural network alternative to non-negative audio models", ICASSP 2017, section 2.
public final class SourceAutoencoder: @unchecked Sendable {
  /// V, with a mean of about 1: where a softplus is bent is a matter of scale.
  public let V: Spectrogram
  /// How it is built and trained.
  public let settings: GradientSettings
  private let divergence: Divergence
  private let layers: [SourceLayer]
  private let steps: [SourceSteps]
  /// L / 2: how many layers encode.
  private let half: Int
  private let parallel: Parallel
  private var iteration = 0
  /// What a thread needs for the tiles of a chunk.
  private let chunks: [Chunk]

  private final class Chunk: @unchecked Sendable {
    let frames: Range<Int>
    let tile: SourceTile
    let gradients: [SourceGradient]
    var loss = 0.0
    /// Σ h² of each unit.
    var energies: [Double]

    init(
      frames: Range<Int>, layers: [SourceLayer], nonlinearity: Nonlinearity, unitCount: Int
    ) {
      self.frames = frames
      tile = SourceTile(layers, nonlinearity: nonlinearity)
      gradients = layers.map(SourceGradient.init)
      energies = Array(repeating: 0, count: unitCount)
    }
  }

  /// Chunks of frames whose gradients are summed apart; constant, so that sums do not depend on threads.
  private static let chunkCount = 8

  /// An autoencoder that starts from random spectra, each as wide as the source's mean.
  ///
  /// - Parameters:
  ///   - V: of the source's clean sound, with a mean of about 1.
  ///   - unitCount: R.
  ///   - settings: L, g, rule, rate, biases and λ₁ of it; the rest has no meaning here.
  public init(
    _ V: Spectrogram, unitCount: Int, beta: Double, settings: GradientSettings, seed: UInt64,
    parallel: @escaping Parallel
  ) {
    self.V = V
    self.settings = settings
    self.parallel = parallel
    divergence = Divergence(beta: Float(beta))
    half = settings.layerCount / 2
    let widths =
      [V.binCount] + Array(repeating: unitCount, count: settings.layerCount - 1) + [V.binCount]
    layers = zip(widths, widths.dropFirst()).map {
      SourceLayer(inputCount: $0, outputCount: $1)
    }
    steps = layers.map { [settings] in SourceSteps(for: $0, settings: settings) }
    let length = SourceTile.length
    let tiles = (V.frameCount + length - 1) / length
    let count = min(Self.chunkCount, tiles)
    chunks = (0..<count).map { [layers] index in
      Chunk(
        frames: tiles * index / count
          * length..<min(
            tiles * (index + 1) / count * length, V.frameCount),
        layers: layers, nonlinearity: settings.nonlinearity, unitCount: unitCount)
    }
    start(seed: seed)
  }

  /// What is to be kept; its levels are those of the code as it is now.
  public func network() -> SourceNetwork {
    differentiate()
    let levels = layers[half].inputCount
    let energies = (0..<levels).map { unit in chunks.reduce(0.0) { $0 + $1.energies[unit] } }
    let roots = energies.map { Float(($0 / Double(V.frameCount)).squareRoot()) }
    let floor = max((roots.max() ?? 0) * Self.leastLevel, .leastNormalMagnitude)
    return SourceNetwork(
      layers: layers[half...].map(\.snapshot), nonlinearity: settings.nonlinearity,
      levels: roots.map { max($0, floor) })
  }

  /// Of a unit that training has silenced, as a share of the strongest.
  private static let leastLevel: Float = 1e-3

  /// One step on all layers.
  ///
  /// - Complexity: O(L R (2 K + (L − 2) R) N).
  public func step() {
    iteration += 1
    differentiate()
    for index in layers.indices {
      let sum = chunks[0].gradients[index]
      for chunk in chunks.dropFirst() { sum.values.add(chunk.gradients[index].values) }
      steps[index].step(sum.values, iteration: iteration, parallel: parallel)
    }
  }

  /// The loss with its penalty.
  public func loss() -> Double {
    differentiate(withLoss: true)
    return chunks.reduce(0) { $0 + $1.loss }
  }

  /// The gradient of ``loss()`` by all layers' weights, column by column, and biases, for checks.
  public func gradient() -> [SourceNetwork.Layer] {
    differentiate()
    return layers.indices.map { index in
      let (layer, sum) = (layers[index], chunks[0].gradients[index])
      for chunk in chunks.dropFirst() { sum.values.add(chunk.gradients[index].values) }
      func column(_ index: Int) -> [Float] { (0..<layer.outputCount).map { sum.values[$0, index] } }
      return SourceNetwork.Layer(
        weights: (0..<layer.inputCount).flatMap(column), biases: column(layer.weights.columnCount))
    }
  }

  /// All layers as they are, for checks.
  public var parameters: [SourceNetwork.Layer] { layers.map(\.snapshot) }

  /// Changes one weight, for checks.
  public func shift(layer: Int, row: Int, column: Int, by difference: Float) {
    layers[layer].weights[row, column] += difference
  }

  // MARK: Parts of the above

  private func start(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let (K, R) = (V.binCount, layers[0].outputCount)
    var mean = [Float](repeating: 0, count: K)
    for frame in 0..<V.frameCount {
      let column = V.values.column(frame)
      for bin in 0..<K { mean[bin] += column[bin] / Float(V.frameCount) }
    }
    let level = mean.reduce(0, +) / Float(R)
    let (encoder, decoder) = (layers[0], layers[layers.count - 1])
    for unit in 0..<R {
      let spectrum = mean.map { $0 * generator.nextUnit() }
      let gain = level / max(spectrum.reduce(0, +), .leastNormalMagnitude)
      let energy = spectrum.reduce(0) { $0 + gain * $1 * gain * $1 }
      for bin in 0..<K {
        decoder.weights[bin, unit] = gain * spectrum[bin]
        encoder.weights[unit, bin] =
          gain * spectrum[bin] / max(energy * Float(R), .leastNormalMagnitude)
      }
    }
    for layer in layers.dropFirst().dropLast() {
      for unit in 0..<R { layer.weights[unit, unit] = 1 }
    }
  }

  /// Fills gradients, losses and energies of all chunks.
  private func differentiate(withLoss: Bool = false) {
    parallel(chunks.count) { [self] index in
      let chunk = chunks[index]
      for gradient in chunk.gradients { gradient.values.clear() }
      chunk.loss = 0
      for unit in chunk.energies.indices { chunk.energies[unit] = 0 }
      for first in stride(
        from: chunk.frames.lowerBound, to: chunk.frames.upperBound, by: SourceTile.length)
      {
        differentiate(
          chunk, frames: first..<min(first + SourceTile.length, chunk.frames.upperBound),
          withLoss: withLoss)
      }
    }
  }

  private func differentiate(_ chunk: Chunk, frames: Range<Int>, withLoss: Bool) {
    let (tile, group) = (chunk.tile, SourceLayer.group)
    let count = (frames.count + group - 1) / group * group
    let support = BinBlocks.full(binCount: V.binCount)
    let (input, output) = (tile.outputs[0], tile.outputs[layers.count])
    for offset in 0..<count {
      let column = input.matrix.column(offset)
      if offset < frames.count {
        column.update(
          from: V.values.column(frames.lowerBound + offset), count: input.matrix.columnStride)
      } else {
        column.update(repeating: 0, count: input.matrix.columnStride)
      }
    }
    tile.apply(frameCount: count)
    let errors = tile.errors[layers.count]
    for offset in 0..<count {
      let error = errors.matrix.column(offset)
      guard offset < frames.count else {
        error.update(repeating: 0, count: errors.matrix.columnStride)
        continue
      }
      let target = V.values.column(frames.lowerBound + offset)
      if withLoss {
        chunk.loss += divergence.sum(
          target, approximation: output.matrix.column(offset), over: support.blocks)
      }
      error.update(from: output.matrix.column(offset), count: errors.matrix.columnStride)
      divergence.differentiate(
        target, approximation: error, nonlinearity: nil, over: support.blocks)
      errors.matrix.clearPadding(ofColumn: offset)
    }
    tile.backpropagate(
      through: half..<layers.count, gradients: chunk.gradients, needsInput: true,
      frameCount: count)
    let (code, codeErrors) = (tile.outputs[half], tile.errors[half])
    for offset in 0..<frames.count {
      let (h, error) = (code.matrix.column(offset), codeErrors.matrix.column(offset))
      for unit in chunk.energies.indices {
        chunk.energies[unit] += Double(h[unit] * h[unit])
        chunk.loss += Double(settings.sparsity * h[unit])
        error[unit] += settings.sparsity
      }
    }
    tile.backpropagate(
      through: 0..<half, gradients: chunk.gradients, needsInput: false, frameCount: count)
  }
}
