package import DivisiEngine
import Terminal

extension [TrainedSource] {
  /// How recordings that consist of these are separated; nil for none.
  package var settings: StreamSettings? {
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
