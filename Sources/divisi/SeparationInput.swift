import AudioFiles
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Terminal

/// A recording and what its score makes of it.
struct SeparationInput {
  let mix: String
  let scorePath: String
  let score: Score
  let parts: [Part]
  let recording: AudioBuffer

  /// How far the last onset may lie past the end of the recording, in seconds.
  private static let overrunSeconds = 2.0
  /// How long the recording may go on after the last note: up to a fifth of its length, 4 s at least
  /// and 10 s at most.
  private static func remainderSeconds(of duration: Double) -> Double {
    min(max(0.2 * duration, 4), 10)
  }
  /// Sound below this level, in full scale, is silence: −60 dB.
  private static let silence: Float = 1e-3

  /// Reads both files.
  ///
  /// - Parameter isPartial: whether the score may be longer or shorter than the recording.
  init(
    mix: String, score scorePath: String, scoring: ScoreOptions, selection: PartSelection,
    isPartial: Bool
  ) throws {
    self.mix = mix
    self.scorePath = scorePath
    score = try scoring.read(path: scorePath)
    parts = try selection.parts(of: score, name: scorePath)
    recording = try AudioFile.read(path: mix)
    if !isPartial { try checkLength() }
  }

  /// Reads a recording of drums that has no score: any drum of the kit may sound at any time.
  init(mix: String, kit: DrumKit, selection: PartSelection) throws {
    self.mix = mix
    scorePath = ""
    score = kit.score
    parts = try selection.parts(of: score, name: "the kit")
    recording = try AudioFile.read(path: mix)
  }

  private func checkLength() throws {
    let duration = recording.durationSeconds
    let lastOnset = score.notes.last?.onsetSeconds ?? 0
    let advice = "move it with --score-offset or --score-rate, or accept it with --partial"
    guard lastOnset < duration + Self.overrunSeconds else {
      throw Failure(
        "\(scorePath): expected a score that ends with \(mix) at \(seconds(duration)); "
          + "its last note begins at \(seconds(lastOnset)) (\(advice))")
    }
    let end = score.notes.reduce(0) { max($0, $1.dampedSeconds) }
    let soundEnd = end + Self.remainderSeconds(of: duration)
    let remainder = max(0, Int(soundEnd * Double(recording.sampleRate)))
    guard remainder < recording.sampleCount else { return }
    let goesOn = recording.channels.contains { channel in
      channel[remainder...].contains { abs($0) > Self.silence }
    }
    if goesOn {
      throw Failure(
        "\(scorePath): expected a score that ends with \(mix) at \(seconds(duration)); its last note ends at \(seconds(end)) (\(advice))"
      )
    }
  }

  /// That the score says nothing about this recording.
  var hasNoNote: Failure {
    Failure(
      "\(scorePath): expected notes between 0 s and the end of \(mix) at \(seconds(recording.durationSeconds)); found none"
    )
  }

  private func seconds(_ value: Double) -> String { "\(fixed(value, digits: 1)) s" }
}

/// A path with `{folder}` and `{name}` replaced by those of a recording.
func expand(_ template: String, for mix: String) -> String {
  let url = URL(fileURLWithPath: mix)
  return
    template
    .replacing("{folder}", with: url.deletingLastPathComponent().relativePath)
    .replacing("{name}", with: url.deletingPathExtension().lastPathComponent)
}
