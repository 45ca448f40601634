import DivisiEngine
import Terminal

extension SeparationJob {
  /// Refuses a recording of another sample rate than the sources have.
  func checkSources(fit source: SeparationSource) throws {
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
