import DivisiEngine
import DivisiScore

extension SeparationJob {
  /// How long a recording is, in seconds, and what memory its separation will need, in bytes: by its header and its score as it is
  /// written.
  func estimate(mix: String, score: String?) throws -> (duration: Double, byteCount: Int) {
    let recording = try RecordingHeader(path: mix)
    let parts: [Part]
    if let score {
      parts = try selection.parts(of: placer.scoring.original(path: score), name: score)
    } else if case .drums(let kit) = material {
      parts = try selection.parts(of: kit.score, name: "the kit")
    } else {
      parts = []
    }
    let separator = Separator(
      settings: settings.separation, material: material, parallel: parallel)
    return (
      recording.durationSeconds,
      separator.memoryEstimate(
        sampleCount: min(
          recording.sampleCount, Int(Self.longestSection * Double(recording.shape.sampleRate))),
        sampleRate: Double(recording.shape.sampleRate),
        channelCount: recording.shape.channelCount, parts: parts, keepsFactors: false)
    )
  }
}
