import FoundationEssentials

/// What a project's folder says of itself: `studio.json`.
struct ProjectFile: Codable, Sendable {
  /// Names of files in `recording` and `score`; nil until they are there.
  var recording: String?
  var score: String?
  var request = SeparationRequest()
  /// In the order in which they were made.
  var takes: [Take] = []
  /// The number of the take that is shown; nil where there is none.
  var current: Int?

  /// All names of files that it has.
  var fileNames: [String] {
    [recording, score].compactMap { $0 } + takes.flatMap { $0.stems.map(\.file) }
  }

  /// The take that is shown.
  var take: Take? { takes.first { $0.number == current } }
}

/// One separation of a recording, in a folder of its own.
struct Take: Codable, Sendable {
  struct Stem: Codable, Sendable {
    let name: String
    /// Within the take's folder.
    let file: String
    let noteCount: Int
  }

  /// As `divisi separate --json` has it.
  struct Placement: Codable, Sendable {
    /// `as written` or `aligned`.
    let score: String
    let verdict: String?
    let inTime: Bool?
    let agreement: Double?
    /// Stretches of the recording that the score does not explain, in seconds.
    let misfits: [[Double]]?
    let transposition: Int
    let tempo: Double?
    /// Notes that were added, and those that were moved from the pitch that the score has instead.
    let corrections: [Correction]?

    struct Correction: Codable, Sendable {
      /// In the recording.
      let seconds: Double
      let pitch: Int
      let instead: Int?
    }
  }

  let number: Int
  let preset: String
  let sampleRate: Int
  let channelCount: Int
  /// Of each channel.
  let sampleCount: Int
  /// Those of the parts, and the residual at the end.
  let stems: [Stem]
  /// How the score got its times, and how well they fit; nil where there is none.
  let placement: Placement?
  let warnings: [String]
  /// The take whose score was corrected for this one; nil for the score as it came.
  let base: Int?
  /// In seconds.
  let elapsed: Double
}

/// How a recording is to be separated, as far as the page asks.
struct SeparationRequest: Codable, Sendable, Equatable {
  enum Alignment: String, Codable, Sendable {
    case auto, on, off
  }

  var preset = "hands"
  var align = Alignment.auto
  /// Whether the recording may leave the order of the score anywhere.
  var jumps = false
  /// Whether a score is used that seems to be of another piece.
  var accepts = false
  /// Below which note the left hand plays; empty where the score says it.
  var split = ""

  /// The options of `divisi separate`.
  ///
  /// - Parameter hasScore: whether there is one, which may have to be aligned.
  func options(hasScore: Bool) -> [String] {
    var options = ["--preset=\(preset)", "--partial"]
    if hasScore { options.append("--align=\(align.rawValue)") }
    if hasScore, align != .off {
      if jumps { options.append("--jumps=any") }
      if accepts { options.append("--force-score") }
    }
    if !split.isEmpty { options.append("--split=\(split)") }
    return options
  }
}
