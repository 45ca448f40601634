import DivisiSeparation

extension SeparationJob {
  /// How long a recording is, in seconds, and what memory its separation will need, in bytes: by its header and its score as it is
  /// written.
  func estimate(mix: String, score: String?) throws -> (duration: Double, byteCount: Int) {
    let recording = try RecordingHeader(path: mix)
    let original = try score.map { (try placer.scoring.original(path: $0), $0) }
    return (recording.durationSeconds, try plan.memoryEstimate(of: recording, score: original))
  }
}
