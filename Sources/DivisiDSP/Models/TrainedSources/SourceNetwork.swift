/// The decoder of a network, V̂ = g(W_L … g(W_1 H + b_1) … + b_L): what is kept of a source that was trained on.
public struct SourceNetwork: Sendable {
  /// One layer.
  public struct Layer: Sendable, Equatable {
    /// W, column by column: column i is what input i excites.
    public let weights: [Float]
    /// b, as many values as outputs.
    public let biases: [Float]

    /// - Precondition: the weights are whole columns.
    public init(weights: [Float], biases: [Float]) {
      precondition(
        !biases.isEmpty && weights.count % biases.count == 0,
        "\(weights.count) weights, \(biases.count) biases")
      self.weights = weights
      self.biases = biases
    }

    /// What the layer takes.
    public var inputCount: Int { weights.count / biases.count }
    /// What it gives.
    public var outputCount: Int { biases.count }
  }

  /// From the code to the spectrum.
  public let layers: [Layer]
  /// g of every layer; nil where outputs are as they are, as of a factorisation.
  public let nonlinearity: Nonlinearity?
  /// How strong each unit of the code was in training, root mean square; positive, R values.
  public let levels: [Float]

  /// - Precondition: what one layer gives, the next takes; as many levels as there are units.
  public init(layers: [Layer], nonlinearity: Nonlinearity?, levels: [Float]) {
    precondition(layers.first?.inputCount == levels.count, "levels")
    precondition(
      zip(layers, layers.dropFirst()).allSatisfy { $0.outputCount == $1.inputCount }, "layers")
    self.layers = layers
    self.nonlinearity = nonlinearity
    self.levels = levels
  }

  /// The same for the lowest bins alone.
  public func lowest(_ count: Int) -> SourceNetwork {
    guard let last = layers.last, count < last.outputCount else { return self }
    let weights = (0..<last.inputCount).flatMap { input in
      last.weights[input * last.outputCount..<input * last.outputCount + count]
    }
    return SourceNetwork(
      layers: layers.dropLast() + [
        Layer(weights: weights, biases: Array(last.biases[..<count]))
      ], nonlinearity: nonlinearity, levels: levels)
  }

  /// R.
  public var unitCount: Int { levels.count }
  /// K.
  public var binCount: Int { layers.last?.outputCount ?? 0 }
  /// Whether V̂ = W H with nothing below zero, so that multiplicative steps find H.
  public var isFactorisation: Bool {
    nonlinearity == nil && layers.count == 1
      && layers[0].weights.allSatisfy { $0 >= 0 } && layers[0].biases.allSatisfy { $0 == 0 }
  }
}

extension SourceLayer {
  convenience init(_ layer: SourceNetwork.Layer) {
    self.init(inputCount: layer.inputCount, outputCount: layer.outputCount)
    for input in 0..<inputCount {
      let first = input * outputCount
      for row in 0..<outputCount { weights[row, input] = layer.weights[first + row] }
    }
    for row in 0..<outputCount { biases[row, 0] = layer.biases[row] }
  }

  /// The layer as it is now.
  var snapshot: SourceNetwork.Layer {
    SourceNetwork.Layer(
      weights: (0..<inputCount).flatMap { input in
        (0..<outputCount).map { weights[$0, input] }
      },
      biases: (0..<outputCount).map { biases[$0, 0] })
  }
}
