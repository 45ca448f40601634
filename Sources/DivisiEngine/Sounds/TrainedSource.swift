public import DivisiDSP

/// What one source sounds like (a talker, an instrument, a noise), by a model of R units that was trained on its clean
/// sound. It knows nothing of scores.
public struct TrainedSource: Sendable {
  /// Of the part that it becomes.
  public let name: String
  /// How it was trained.
  public let model: ModelKind
  /// Of what it was trained on, in hertz. What it separates has the same.
  public let sampleRate: Int
  /// STFT window in samples at 44.1 kHz; it follows the sample rate.
  public let windowLength: Int
  /// The same of the hop.
  public let hopSize: Int
  /// The decoder; V has a mean of 1.
  public let network: SourceNetwork
  /// Where the sound comes from and its licence.
  public let origin: String

  /// A source as it was trained.
  public init(
    name: String, model: ModelKind, sampleRate: Int, windowLength: Int, hopSize: Int,
    network: SourceNetwork, origin: String
  ) {
    self.name = name
    self.model = model
    self.sampleRate = sampleRate
    self.windowLength = windowLength
    self.hopSize = hopSize
    self.network = network
    self.origin = origin
  }

  /// The grid of what it was trained on.
  public var grid: TimeGrid {
    TimeGrid(
      sampleRate: Double(sampleRate), resolution: windowLength, hopAtResolution: hopSize)
  }

  /// The most units of a source.
  public static let largestUnitCount = 1000
}

extension SeparationSettings {
  /// What suits sources that are trained on their clean sound, such as talkers.
  public static var sources: SeparationSettings {
    var settings = SeparationSettings()
    settings.isOfOneSource = true
    settings.model = .naeAdam
    settings.gradient.nonlinearity = .softplus
    settings.gradient.learningRate = 0.03
    settings.gradient.sparsity = 0.3
    settings.windowLength = 2048
    settings.hopSize = 512
    settings.iterations = 300
    settings.encoderIterations = 300
    settings.refinements = 0
    settings.cutoffHertz = 0
    settings.wienerExponent = 1
    return settings
  }
}
