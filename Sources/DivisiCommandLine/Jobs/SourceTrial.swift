import AudioFiles
import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Terminal

/// A model of sources, and how it is trained.
struct SourceConfiguration {
  let model: String
  /// L; nil for models that are not trained by gradients.
  let layers: Int?
  /// R of each source.
  let components: Int
  let settings: SeparationSettings

  /// How many iterations find what sources sound like in a mixture.
  static let separationIterations = 100

  /// What a line is called.
  var title: String {
    "\(model), R = \(components)" + (layers.map { ", L = \($0)" } ?? "")
  }
}

/// The clean sound of a source.
struct TrainingSound {
  let name: String
  let samples: [[Float]]
  let sampleRate: Int

  init(name: String, _ read: (samples: [[Float]], sampleRate: Int)) {
    self.name = name
    (samples, sampleRate) = read
  }

  var seconds: Double {
    samples.reduce(0.0) { $0 + Double($1.count) } / Double(sampleRate)
  }
}

/// A mixture, and the sources that it consists of.
struct SourceMixture {
  let name: String
  let path: String
  let recording: AudioBuffer
  /// Those that have a reference.
  let sources: [String]
  let references: References

  /// - Parameter folder: of the true stems.
  init(
    mix: String, name: String, references folder: String, sources: [TrainingSound], withSTOI: Bool
  ) throws {
    path = mix
    self.name = name
    let recording = try AudioFile.read(path: mix, warn: printError)
    if let source = sources.first(where: { $0.sampleRate != recording.sampleRate }) {
      throw Failure(
        "\(mix): expected a sample rate of \(source.sampleRate) Hz, as '\(source.name)' has; found \(recording.sampleRate) Hz"
      )
    }
    var references = try References(
      folder: folder, parts: sources.map(\.name), fitting: Signals(model: mix, recording))
    if withSTOI { references.speechRate = recording.sampleRate }
    let stems = references.stems
    let found = sources.map(\.name).filter { stems[$0] != nil }
    guard found.count > 1 else {
      throw Failure(
        "\(folder): expected stems of two sources or more; found that of '\(found[0])' alone")
    }
    self.recording = recording
    self.references = references
    self.sources = found
  }
}

/// One model, trained on all sources and tried on all mixtures.
struct SourceTrial: Encodable {
  let model: String
  let layers: Int?
  let components: Int
  /// Of all sources together.
  let trainingSeconds: Double
  /// The share of the training sound that the models leave, the mean over sources.
  let unexplained: Double
  /// Of separating all mixtures.
  let separationSeconds: Double
  /// By mixture, then by source.
  let scores: [[String: Scores]]
  let mean: Scores

  static func run(
    _ configuration: SourceConfiguration, recordings: [TrainingSound], mixtures: [SourceMixture],
    exponent: Double?, parallel: @escaping Parallel
  ) throws -> SourceTrial {
    let clock = ContinuousClock()
    let start = clock.now
    var bar = ProgressBar(title: configuration.title)
    defer { bar.clear() }
    let learner = SourceLearner(
      settings: configuration.settings, unitCount: configuration.components, parallel: parallel)
    var trained: [String: TrainedSource] = [:]
    var rest = 0.0
    for (index, sound) in recordings.enumerated() {
      guard
        let result = learner.train(
          name: sound.name, recordings: sound.samples, sampleRate: sound.sampleRate, origin: "",
          progress: { bar.show((Double(index) + $0) / Double(recordings.count)) })
      else { throw Failure("'\(sound.name)': expected sound to train on; found digital silence") }
      trained[sound.name] = result.source
      rest += result.rest / Double(recordings.count)
    }
    let end = clock.now
    let scores = try mixtures.map { mixture -> [String: Scores] in
      let sources = mixture.sources.compactMap { trained[$0] }
      guard var settings = sources.settings?.separation else { return [:] }
      settings.iterations = SourceConfiguration.separationIterations
      settings.gradient.sparsity = configuration.settings.gradient.sparsity
      if let exponent { settings.wienerExponent = exponent }
      var separator = Separator(settings: settings, material: .pitched, parallel: parallel)
      separator.sources = sources
      let separation = try separator.separate(
        channels: mixture.recording.channels, sampleRate: Double(mixture.recording.sampleRate),
        parts: sources.map { Part(name: $0.name, notes: []) }, hasPedal: false,
        withResidual: false)
      return mixture.references.scores(
        stems: Dictionary(uniqueKeysWithValues: zip(mixture.sources, separation.stems)),
        parallel: parallel)
    }
    return SourceTrial(
      model: configuration.model, layers: configuration.layers,
      components: configuration.components, trainingSeconds: (end - start) / .seconds(1),
      unexplained: rest, separationSeconds: (clock.now - end) / .seconds(1), scores: scores,
      mean: .mean(of: scores.map { .mean(of: $0.values) }))
  }
}
