import AudioFiles
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Terminal

/// A recording as its header describes it, and what its score makes of it.
struct SeparationSource {
  let mix: String
  let scorePath: String
  let parts: [Part]
  /// Whether the score says when notes are damped.
  let hasPedal: Bool
  let shape: AudioShape
  /// Samples of each channel.
  let sampleCount: Int

  var durationSeconds: Double { Double(sampleCount) / Double(shape.sampleRate) }

  /// How far the last onset may lie past the end of the recording, in seconds.
  private static let overrunSeconds = 2.0
  /// How long the recording may go on after the last note: up to a fifth of its length, 4 s at least
  /// and 10 s at most.
  private static func remainderSeconds(of duration: Double) -> Double {
    min(max(0.2 * duration, 4), 10)
  }
  /// Sound below this level, in full scale, is silence: −60 dB.
  private static let silence: Float = 1e-3
  /// Headers that do not know how long the sound is say more than this.
  private static let longest = 1 << 48

  /// Reads the score and looks at the recording; its sound is read only where the score ends long
  /// before it, or where its header does not say how long it is.
  ///
  /// - Parameter isPartial: whether the score may be longer or shorter than the recording.
  init(
    mix: String, score scorePath: String, scoring: ScoreOptions, selection: PartSelection,
    isPartial: Bool
  ) throws {
    let score = try scoring.read(path: scorePath)
    try self.init(
      mix: mix, scorePath: scorePath, score: score,
      parts: try selection.parts(of: score, name: scorePath))
    let remainder = score.remainder(of: parts, name: scorePath)
    for warning in score.warnings + [remainder].compactMap({ $0 }) { printError(warning) }
    if !isPartial { try check(score) }
  }

  /// Looks at a recording of drums that has no score: any drum of the kit may sound at any time.
  init(mix: String, kit: DrumKit, selection: PartSelection) throws {
    try self.init(
      mix: mix, scorePath: "", score: kit.score,
      parts: try selection.parts(of: kit.score, name: "the kit"))
  }

  private init(mix: String, scorePath: String, score: Score, parts: [Part]) throws {
    self.mix = mix
    self.scorePath = scorePath
    self.parts = parts
    hasPedal = score.hasPedal
    let reader = try AudioFileReader(path: mix)
    shape = AudioShape(sampleRate: reader.sampleRate, channelCount: reader.channelCount)
    sampleCount =
      (1...Self.longest).contains(reader.statedCount)
      ? reader.statedCount : try Self.scan(mix, from: .max).sampleCount
  }

  /// Reads a file to its end.
  ///
  /// - Returns: how many samples there are, and whether one from a place on is no silence.
  private static func scan(_ path: String, from place: Int) throws -> (
    sampleCount: Int, goesOn: Bool
  ) {
    let reader = try AudioFileReader(path: path)
    var block = [Float](repeating: 0, count: 16_384 * reader.channelCount)
    var goesOn = false
    while true {
      let first = reader.position
      let count = try reader.read(into: &block)
      guard count > 0 else { return (reader.position, goesOn) }
      let skipped = min(max(0, place - first), count)
      goesOn =
        goesOn
        || block[(skipped * reader.channelCount)..<(count * reader.channelCount)]
          .contains { abs($0) > silence }
    }
  }

  /// Refuses a score that cannot be this recording's.
  private func check(_ score: Score) throws {
    let duration = durationSeconds
    let lastOnset = score.notes.last?.onsetSeconds ?? 0
    let advice = "move it with --score-offset or --score-rate, or accept it with --partial"
    guard lastOnset < duration + Self.overrunSeconds else {
      throw Failure(
        "\(scorePath): expected a score that ends with \(mix) at \(seconds(duration)); "
          + "its last note begins at \(seconds(lastOnset)) (\(advice))")
    }
    let end = score.notes.reduce(0) { max($0, $1.dampedSeconds) }
    let soundEnd = end + Self.remainderSeconds(of: duration)
    let remainder = max(0, Int(soundEnd * Double(shape.sampleRate)))
    guard remainder < sampleCount else { return }
    if try Self.scan(mix, from: remainder).goesOn {
      throw Failure(
        "\(scorePath): expected a score that ends with \(mix) at \(seconds(duration)); its last note ends at \(seconds(end)) (\(advice))"
      )
    }
  }

  /// That the score says nothing about this recording.
  var hasNoNote: Failure {
    Failure(
      "\(scorePath): expected notes between 0 s and the end of \(mix) at \(seconds(durationSeconds)); found none"
    )
  }

  private func seconds(_ value: Double) -> String { "\(fixed(value, digits: 1)) s" }
}
