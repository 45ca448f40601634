import ArgumentParser
import DivisiControls
import DivisiEngine
import DivisiSeparation
import Terminal

/// A source trained from recordings of it alone.
enum TrainedSourceFile {
  static let usualUnitCount = 20

  /// How many units a model has.
  static func units(_ given: Int?) throws -> Int {
    let count = given ?? usualUnitCount
    guard (1...TrainedSource.largestUnitCount).contains(count) else {
      throw ValidationError(
        "--components: expected 1 to \(TrainedSource.largestUnitCount), found \(count)")
    }
    return count
  }

  /// What a source is trained with.
  static func settings(
    model: ModelKind?, iterations: Int?, window: Int?, hop: Int?, _ gradients: GradientOptions,
    layers: Int? = nil
  ) throws -> SeparationSettings {
    var stream = StreamSettings()
    stream.separation = .sources
    if let model { stream.separation.model = model }
    guard !stream.separation.model.isConvolutive else {
      throw ValidationError(
        "--model: expected a model that is not convolutive for --source, found '\(stream.separation.model.rawValue)'"
      )
    }
    if let window {
      try asUsage { () throws(SettingsError) in try Setting.windowLength.check(Double(window)) }
    }
    if window != nil || hop != nil {
      let length = window ?? stream.separation.windowLength
      stream.separation.windowLength = length
      stream.separation.hopSize = hop ?? length / 4
    }
    if let iterations { stream.separation.iterations = iterations }
    return try gradients.applied(to: stream, layers: layers).separation
  }

  /// Trains a source.
  ///
  /// - Returns: the bytes of its file, and what to say of it.
  static func train(
    _ recordings: SourceRecordings, unitCount: Int, settings: SeparationSettings, origin: String,
    output: String
  ) throws -> ([UInt8], String) {
    let paths = try recordings.paths()
    try OutputFiles(overwrites: true).check([output], inputs: paths)
    let (samples, sampleRate) = try recordings.read(paths)
    var bar = ProgressBar(title: recordings.name)
    defer { bar.clear() }
    let learner = SourceLearner(
      settings: settings, unitCount: unitCount, parallel: threads(coreCount()))
    guard
      let (source, rest) = learner.train(
        name: recordings.name, recordings: samples, sampleRate: sampleRate, origin: origin,
        progress: { bar.show($0) })
    else { throw Failure("\(recordings.pattern): expected sound; found digital silence") }
    let seconds = samples.reduce(0.0) { $0 + Double($1.count) } / Double(sampleRate)
    return (
      source.encoded(),
      "\(unitCount) units from \(fixed(seconds, digits: 1)) s; \(fixed(100 * rest, digits: 1)) % left unexplained"
    )
  }
}
