import DivisiEngine
import DivisiSeparation
import Terminal

extension SeparationJob {
  /// A recording that consists of trained sources; nil where there are none.
  func sourceWithoutScore(mix: String) throws -> SeparationSource? {
    guard !plan.sources.isEmpty else { return nil }
    return SeparationSource(
      recording: try RecordingHeader(path: mix), sources: plan.sources.map(\.name))
  }

  /// Refuses a recording of another sample rate than the sources have, and a preset of another grid.
  func checkSources(fit source: SeparationSource) throws {
    let separation = settings.separation
    if let first = plan.sources.first,
      first.windowLength != separation.windowLength || first.hopSize != separation.hopSize
    {
      throw Failure(
        "'\(first.name)': expected a source trained with --window \(separation.windowLength) --hop \(separation.hopSize), as preset '\(plan.choice.preset.name)' has; found \(first.windowLength) and \(first.hopSize)"
      )
    }
    guard let first = plan.sources.first, source.shape.sampleRate != first.sampleRate else {
      return
    }
    throw Failure(
      "\(source.mix): expected a sample rate of \(first.sampleRate) Hz, at which '\(first.name)' was trained; found \(source.shape.sampleRate) Hz"
    )
  }
}
