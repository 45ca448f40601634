import DivisiEngine
import Terminal

extension SeparationJob {
  /// A recording that consists of trained sources; nil where there are none.
  func sourceWithoutScore(mix: String) throws -> SeparationSource? {
    guard !sources.isEmpty else { return nil }
    return SeparationSource(
      recording: try RecordingHeader(path: mix), sources: sources.map(\.name))
  }

  /// Refuses a recording of another sample rate than the sources have, and a preset of another grid.
  func checkSources(fit source: SeparationSource) throws {
    let separation = settings.separation
    if let first = sources.first,
      first.windowLength != separation.windowLength || first.hopSize != separation.hopSize
    {
      throw Failure(
        "'\(first.name)': expected a source trained with --window \(separation.windowLength) --hop \(separation.hopSize), as preset '\(choice.preset.name)' has; found \(first.windowLength) and \(first.hopSize)"
      )
    }
    guard let first = sources.first, source.shape.sampleRate != first.sampleRate else { return }
    throw Failure(
      "\(source.mix): expected a sample rate of \(first.sampleRate) Hz, at which '\(first.name)' was trained; found \(source.shape.sampleRate) Hz"
    )
  }
}

extension [TrainedSource] {
  /// How recordings that consist of these are separated; nil for none.
  var settings: StreamSettings? {
    guard let first else { return nil }
    var result = StreamSettings()
    result.separation = .sources
    result.separation.model = first.model
    result.separation.windowLength = first.windowLength
    result.separation.hopSize = first.hopSize
    result.separation.iterations = 100
    result.separation.encoderIterations = 100
    return result
  }
}

extension SeparationSettings {
  /// Makes sure that sources can stand beside the parts of a score: waveforms do not know them, nor do tones that follow a pitch.
  mutating func makeRoom(preset: String) throws {
    if model == .wae { model = .cae }
    guard !followsPitches, !hasRest else {
      throw Failure(
        "--sources: expected another preset than '\(preset)', whose parts leave no room for them")
    }
  }
}
