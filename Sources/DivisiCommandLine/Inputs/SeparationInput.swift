import AudioFiles
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Terminal

/// A whole recording and what its score makes of it.
struct SeparationInput {
  let source: SeparationSource
  let recording: AudioBuffer

  var mix: String { source.mix }
  var hasPedal: Bool { source.hasPedal }
  var parts: [Part] { source.parts }
  /// What is doubtful of how the score fits, or which of its notes were corrected; nil for nothing.
  var remark: String? { source.placement?.remark(score: source.scorePath) }
  /// That the score says nothing about this recording.
  var hasNoNote: Failure { source.hasNoNote }

  /// Reads both files, and places the score.
  init(
    mix: String, score: String, placer: ScorePlacer, selection: PartSelection,
    instruments: Instrumentation
  ) throws {
    source = try SeparationSource(
      mix: mix, score: score, placer: placer, selection: selection, instruments: instruments)
    recording = try AudioFile.read(path: mix, warn: printError)
  }
}

/// A path with `{folder}` and `{name}` replaced by those of a recording.
func expand(_ template: String, for mix: String) -> String {
  let url = URL(fileURLWithPath: mix)
  return
    template
    .replacing("{folder}", with: url.deletingLastPathComponent().relativePath)
    .replacing("{name}", with: url.deletingPathExtension().lastPathComponent)
}
