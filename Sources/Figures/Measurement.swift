/// Something that is measured: commands to run, and what is kept of the scores they print.
struct Measurement: Sendable {
  /// What happens, in order.
  enum Step: Sendable {
    /// Makes files for the commands that follow.
    case prepare(Preparation)
    /// Runs divisi.
    case run(String)
    /// Runs divisi and keeps its records: a line of JSON for each recording.
    case score(String)
    /// Runs `divisi compare` and keeps its record.
    case compare(String)
  }

  /// Pages name its figures by this and the name of a reduction: `piano.hands.sdr`.
  let id: String
  let steps: [Step]
  let reductions: [Reduction]
  /// Whether recordings are measured that do not ship.
  var needsData = true

  /// What is typed, as the record of figures tells it.
  var commands: [String] {
    steps.compactMap { step in
      switch step {
      case .prepare: nil
      case .run(let command), .score(let command), .compare(let command): "divisi " + command
      }
    }
  }

  /// Separates recordings and scores the parts against the true ones.
  ///
  /// - Parameters:
  ///   - options: of `divisi separate`, with the preset.
  ///   - score: of each recording.
  static func separating(
    _ set: RecordingSet, _ options: String, score: String = "score.mid", as id: String,
    keeping reductions: [Reduction] = [.sdr]
  ) -> Measurement {
    Measurement(
      id: id, steps: [.score(separation(of: set.pattern, options, score: score))],
      reductions: reductions)
  }

  static func separation(of pattern: String, _ options: String, score: String? = "score.mid")
    -> String
  {
    let score = score.map { " --score {folder}/\($0)" } ?? ""
    return "separate \(pattern)\(score) --references {folder} \(options)"
  }
}

/// Recordings with true stems.
struct RecordingSet: Sendable {
  let pattern: String

  /// Ten excerpts.
  static let piano = RecordingSet(pattern: "\(Places.data)/piano-hands/*/mix.flac")
  /// Fourteen tracks.
  static let drums = RecordingSet(pattern: "\(Places.data)/drums/d*/MIX.flac")
  static let drumMachine = RecordingSet(pattern: "\(Places.data)/real/tr808/MIX.flac")
  /// Passages of a Disklavier in which one hand plays alone, laid over each other; two.
  static let disklavier = RecordingSet(
    pattern: "\(Places.data)/acoustic/maps-solo-hands/*/mix.flac")
  /// Strokes of two played kits, set anew.
  static let acousticKits = RecordingSet(
    pattern: "\(Places.data)/acoustic/mdb-restroked/*/mix.flac")
  static let songs = RecordingSet(pattern: "\(Places.data)/acoustic/mdb-fullmix/*/mix.flac")
  static let acousticLoop = RecordingSet(pattern: "\(Places.data)/real/funky/MIX.flac")
}

/// What stands for folders in commands.
enum Places {
  /// The benchmark data, which do not ship.
  static let data = "$DATA"
  /// A folder that is gone afterwards.
  static let work = "$WORK"
}
