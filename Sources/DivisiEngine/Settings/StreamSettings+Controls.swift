// Thread: any

public import DivisiControls
import DivisiDSP

extension StreamSettings {
  /// Settings from the port values of an LV2 preset.
  ///
  /// - Parameter ports: port symbol to value; symbols that are left out keep their default.
  public init(ports: [String: Double]) throws(SettingsError) {
    self.init()
    let known = Set(Setting.withPort.map(\.rawValue))
    if let symbol = ports.keys.filter({ !known.contains($0) }).min() { throw .unknown(symbol) }
    for setting in Setting.withPort {
      if let value = ports[setting.rawValue] { try set(setting, to: value) }
    }
    try validate()
  }

  /// Changes a setting.
  ///
  /// Another window keeps its overlap.
  ///
  /// - Parameter value: in the unit of ``Setting/control``; choices by their scale points, switches as
  ///   0 and 1.
  /// - Throws: if the value is none that the setting can have.
  public mutating func set(_ setting: Setting, to value: Double) throws(SettingsError) {
    try setting.check(value)
    let scaled = value / setting.control.perEngineUnit
    switch setting {
    case .lookahead: lookaheadSeconds = scaled
    case .history: historySeconds = scaled
    case .windowLength:
      let overlap = self.value(of: .overlap)
      separation.windowLength = Int(value)
      separation.setHop(overlap: overlap)
    case .overlap: separation.setHop(overlap: value)
    case .model: separation.model = ModelKind.allCases[Int(value)]
    case .beta: separation.beta = scaled
    case .iterations: separation.iterations = Int(value)
    case .encoderIterations: separation.encoderIterations = Int(value)
    case .refinements: separation.refinements = Int(value)
    case .wienerExponent: separation.wienerExponent = scaled
    case .tolerance: separation.toleranceSeconds = scaled
    case .templateFrames: separation.templateFrames = Int(value)
    case .comb: separation.comb = CombShape.allCases[Int(value)]
    case .onsetTemplates: separation.hasOnsetTemplates = value == 1
    case .attackTemplates: separation.hasAttackTemplates = value == 1
    case .cutoff: separation.cutoffHertz = scaled
    case .release: separation.releaseSeconds = scaled
    case .adapts: adapts = value == 1
    case .rest: separation.hasRest = value == 1
    case .hopSize: separation.hopSize = Int(value)
    case .layers: separation.gradient.layerCount = Int(value)
    case .learningRate: separation.gradient.learningRate = Float(scaled)
    case .sparsity: separation.gradient.sparsity = Float(scaled)
    case .activity: separation.gradient.activity = Float(scaled)
    case .strokeLength: separation.strokeSeconds = scaled
    }
  }

  /// What a setting is, in the unit of ``Setting/control``.
  public func value(of setting: Setting) -> Double {
    let unit = setting.control.perEngineUnit
    return switch setting {
    case .lookahead: lookaheadSeconds * unit
    case .history: historySeconds * unit
    case .windowLength: Double(separation.windowLength)
    case .overlap: Double(separation.windowLength) / Double(separation.hopSize)
    case .model: Self.place(separation.model)
    case .beta: separation.beta * unit
    case .iterations: Double(separation.iterations)
    case .encoderIterations: Double(separation.encoderIterations)
    case .refinements: Double(separation.refinements)
    case .wienerExponent: separation.wienerExponent * unit
    case .tolerance: separation.toleranceSeconds * unit
    case .templateFrames: Double(separation.templateFrames)
    case .comb: Self.place(separation.comb)
    case .onsetTemplates: separation.hasOnsetTemplates ? 1 : 0
    case .attackTemplates: separation.hasAttackTemplates ? 1 : 0
    case .cutoff: separation.cutoffHertz * unit
    case .release: separation.releaseSeconds * unit
    case .adapts: adapts ? 1 : 0
    case .rest: separation.hasRest ? 1 : 0
    case .hopSize: Double(separation.hopSize)
    case .layers: Double(separation.gradient.layerCount)
    case .learningRate: Double(separation.gradient.rate) * unit
    case .sparsity: Double(separation.gradient.sparsity) * unit
    case .activity: Double(separation.gradient.activity) * unit
    case .strokeLength: separation.strokeSeconds * unit
    }
  }

  private static func place<Value: CaseIterable & Equatable>(_ value: Value) -> Double {
    Double(Array(Value.allCases).firstIndex(of: value) ?? 0)
  }

  /// Throws where a value is out of its range, or two do not go together.
  public func validate() throws(SettingsError) {
    // The hop's range follows from the window; an overlap is only another way to say it.
    for setting in Setting.allCases where setting != .hopSize && setting != .overlap {
      try setting.check(value(of: setting))
    }
    try separation.validateCombinations()
  }
}

extension SeparationSettings {
  /// Throws where a value is out of its range, or two do not go together.
  public func validate() throws(SettingsError) {
    var settings = StreamSettings()
    settings.separation = self
    try settings.validate()
  }

  /// The hops that go with a window: at least two of them cover a sample, and at most 64.
  ///
  /// - Parameter windowLength: 64 or more.
  public static func hopRange(windowLength: Int) -> ClosedRange<Int> {
    let least = max(1, windowLength / 64)
    return (windowLength / least > 64 ? least + 1 : least)...windowLength / 2
  }

  /// - Parameter overlap: how many hops a window is long, 2 or more.
  fileprivate mutating func setHop(overlap: Double) {
    // Half of an odd window would be rounded up to more than that.
    hopSize = min(Int((Double(windowLength) / overlap).rounded()), windowLength / 2)
  }

  fileprivate func validateCombinations() throws(SettingsError) {
    let hops = Self.hopRange(windowLength: windowLength)
    guard hops.contains(hopSize) else {
      throw .invalid(
        .hopSize,
        "expected \(hops.lowerBound) to \(hops.upperBound) samples for a window of \(windowLength), found \(hopSize)"
      )
    }
    guard gradient.areValid || isOfOneSource else {
      throw .invalid(
        .layers,
        "expected 2 with the nonlinearity \(gradient.nonlinearity.rawValue), as only relu and abs keep the parts of a deep model apart; found \(gradient.layerCount)"
      )
    }
    guard gradient.layerCount == 2 || gradient.isDecoderNonnegative else {
      throw .invalid(
        .layers,
        "expected 2 for a free decoder, as only non-negative layers are one matrix; found \(gradient.layerCount)"
      )
    }
    guard gradient.layerCount == 2 || !isFrozen else {
      throw .invalid(
        .layers,
        "expected 2 for frozen templates, as a frozen decoder of any depth is one matrix; found \(gradient.layerCount)"
      )
    }
  }
}
