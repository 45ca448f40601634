import DivisiDSP

extension TrainedSource {
  static let format = "divisi-trained-source"
  private static let version = "1"
  private static let linear = "none"
  /// Weights are about 1 at most; sums of what is far above it would overflow.
  private static let largestValue: Float = 1e6

  /// The bytes of a safetensors file: `weights 1` (inputs × outputs), `biases 1` and so on, from the code to the spectrum, and
  /// `levels`.
  public func encoded() -> [UInt8] {
    var file = SafeTensors()
    file.metadata = [
      "format": Self.format, "version": Self.version, "origin": origin, "name": name,
      "model": model.rawValue, "nonlinearity": network.nonlinearity?.rawValue ?? Self.linear,
      "layers": String(network.layers.count), "sample_rate": String(sampleRate),
      "window": String(windowLength), "hop": String(hopSize),
    ]
    for (index, layer) in network.layers.enumerated() {
      file.tensors["weights \(index + 1)"] = SafeTensors.Tensor(
        shape: [layer.inputCount, layer.outputCount], values: layer.weights)
      file.tensors["biases \(index + 1)"] = SafeTensors.Tensor(
        shape: [layer.outputCount], values: layer.biases)
    }
    file.tensors["levels"] = SafeTensors.Tensor(
      shape: [network.unitCount], values: network.levels)
    return file.encoded()
  }

  /// Reads what ``encoded()`` wrote.
  ///
  /// - Parameter path: names the file in errors.
  /// - Throws: if the bytes are no source, are damaged, or are of another version.
  public init(decoding bytes: [UInt8], path: String) throws(ModelFileError) {
    func refuse(_ problem: String) -> ModelFileError {
      ModelFileError(path: path, problem: problem)
    }
    let file = try SafeTensors.Header(decoding: bytes, path: path)
    func text(_ key: String) -> String { file.metadata[key] ?? "none" }
    guard text("format") == Self.format else {
      throw refuse(
        "expected a trained source (format '\(Self.format)'), found \(file.kind)")
    }
    guard text("version") == Self.version else {
      throw refuse("expected version \(Self.version), found '\(text("version"))'")
    }
    guard let model = ModelKind(rawValue: text("model")), !model.isConvolutive else {
      throw refuse("expected a model that is not convolutive, found '\(text("model"))'")
    }
    let nonlinearity = Nonlinearity(rawValue: text("nonlinearity"))
    guard nonlinearity != nil || text("nonlinearity") == Self.linear else {
      throw refuse("expected the name of a nonlinearity, found '\(text("nonlinearity"))'")
    }
    let numbers = ["sample_rate", "window", "hop", "layers"].map { Int(text($0)) ?? 0 }
    let (rate, window, hop, depth) = (numbers[0], numbers[1], numbers[2], numbers[3])
    guard (8000...192_000).contains(rate), (64...65_536).contains(window),
      SeparationSettings.hopRange(windowLength: window).contains(hop),
      (1...GradientSettings.layerCounts.upperBound / 2).contains(depth)
    else {
      throw refuse(
        "expected a sample rate, a window, a hop and a number of layers that Divisi can have")
    }
    /// The values of an array of one shape.
    func values(_ name: String, _ shape: [Int], from least: Float) throws(ModelFileError) -> [Float]
    {
      guard file.shapes[name] == shape, case let values = file.tensor(name, in: bytes).values,
        values.allSatisfy({ $0 >= least && $0 <= Self.largestValue })
      else {
        throw refuse(
          "tensor '\(name)': expected \(shape.map(String.init).joined(separator: " × ")) values up to \(Self.largestValue)"
        )
      }
      return values
    }
    let grid = TimeGrid(sampleRate: Double(rate), resolution: window, hopAtResolution: hop)
    guard let unitCount = file.shapes["levels"]?.first,
      (1...Self.largestUnitCount).contains(unitCount)
    else {
      throw refuse("tensor 'levels': expected 1 to \(Self.largestUnitCount) values")
    }
    var layers: [SourceNetwork.Layer] = []
    for index in 1...depth {
      let outputs = index == depth ? grid.binCount : unitCount
      layers.append(
        SourceNetwork.Layer(
          weights: try values(
            "weights \(index)", [unitCount, outputs], from: -Self.largestValue),
          biases: try values("biases \(index)", [outputs], from: -Self.largestValue)))
    }
    self.init(
      name: text("name"), model: model, sampleRate: rate, windowLength: window, hopSize: hop,
      network: SourceNetwork(
        layers: layers, nonlinearity: nonlinearity,
        levels: try values("levels", [unitCount], from: .leastNormalMagnitude)),
      origin: file.metadata["origin"] ?? "")
  }
}

extension SafeTensors.Header {
  /// What a model file is, for who expected another kind.
  var kind: String {
    let format = metadata["format"] ?? "none"
    return format == TrainedSource.format
      ? "a trained source, which 'divisi separate --sources' takes" : "'\(format)'"
  }
}
