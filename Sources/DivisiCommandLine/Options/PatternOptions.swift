import ArgumentParser
import DivisiScore
import DrumKits
import Terminal

/// What is played with a kit, and how.
struct PatternOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What to play: a score of drums. (default: what the recording plays, as measured)",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var pattern: String?

  @Option(
    help: ArgumentHelp(
      "Quarter notes in a minute. (default: those of the pattern)", valueName: "bpm"))
  var tempo: Double?

  @Option(
    help: ArgumentHelp(
      "Put each note on the nearest of so many places in a whole note: 16 for sixteenths, 12 for triplets of eighths.",
      valueName: "n"))
  var quantise: Int?

  @Option(
    help: ArgumentHelp(
      "A score whose groove the pattern takes over: how early or late, and how loud, the notes of each sixteenth of a bar are.",
      valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl"]))
  var groove: String?

  @Option(
    help: ArgumentHelp(
      "Let notes be early, late, soft and loud at random: the standard deviation of onsets in ms, 0 to 50; that of velocities is half as many per cent. --seed gives another performance.",
      valueName: "ms"))
  var humanise: Double?

  private static let tempos = 20.0...400.0
  private static let divisions = 1...128
  private static let deviations = 0.0...50.0

  func validate() throws {
    if let tempo, !Self.tempos.contains(tempo) {
      throw ValidationError("--tempo: expected 20 to 400, found \(tempo)")
    }
    if let quantise, !Self.divisions.contains(quantise) {
      throw ValidationError("--quantise: expected 1 to 128, found \(quantise)")
    }
    if let humanise, !Self.deviations.contains(humanise) {
      throw ValidationError("--humanise: expected 0 to 50, found \(humanise)")
    }
    guard quantise == nil || groove == nil else {
      throw ValidationError("--quantise and --groove: expected only one of them")
    }
  }

  /// A score as the options have it played.
  ///
  /// - Parameters:
  ///   - path: of the score, for errors.
  ///   - read: reads the score that the groove is taken from.
  func performed(
    _ score: Score, path: String, seed: UInt64, read: (String) throws -> Score
  ) throws -> Score {
    func needsBars(_ option: String, _ path: String) -> Failure {
      Failure("\(option): expected bars in \(path), as MIDI and MusicXML have them; found none")
    }
    var score = score
    if let quantise {
      guard let result = score.quantised(to: quantise) else {
        throw needsBars("--quantise \(quantise)", path)
      }
      score = result
    }
    if let groove {
      guard let taken = Groove(of: try read(groove)) else { throw needsBars("--groove", groove) }
      guard let result = taken.applied(to: score) else { throw needsBars("--groove", path) }
      score = result
    }
    if let tempo {
      guard let own = score.tempo else { throw needsBars("--tempo \(tempo)", path) }
      score = score.adjusted(offsetSeconds: 0, rate: tempo / own)
    }
    return humanise.map { score.humanised(milliseconds: $0, seed: seed) } ?? score
  }
}
