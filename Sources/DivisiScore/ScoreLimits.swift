/// Bounds on what a score may hold, so that a small hostile file cannot cost hours or gigabytes.
///
/// They lie far beyond what anybody would separate in one go, such as a whole opera.
enum ScoreLimits {
  /// Of a file on disk, and of what a .mxl file expands to.
  static let fileBytes = 256 << 20
  /// How many times as long as the archive a document of a .mxl file may be; MusicXML of nothing but rests
  /// is 60 to 70 times as long.
  static let unpackedRatio = 200
  /// How long it may be however short the archive is, in bytes.
  static let unpackedBytes = 16 << 20
  /// Of files in a .mxl file: a score, its pages as pictures, and a word about each.
  static let zipEntries = 10_000
  /// Of notes, and of other events, each; written or after repeats are played out.
  static let eventCount = 1_000_000
  /// Of measures, written or played.
  static let measureCount = 100_000
  /// Of parts in MusicXML.
  static let partCount = 1000
  /// How often a repeated passage may be played.
  static let repeatCount = 100
  /// Of a score's last sound, in seconds: a hundred hours.
  static let durationSeconds = 360_000.0
  /// Of nested XML elements; MusicXML nests about a dozen.
  static let xmlDepth = 100
  /// Of XML elements in a document: a note takes about ten.
  static let xmlElements = 10_000_000
  /// Of elements within one note, direction or the like.
  static let xmlElementsInOne = 100_000
  /// Of one tag, comment or declaration of XML, in bytes: expat begins each anew with every piece of the
  /// document, so that its cost grows with the square of its length.
  static let xmlTokenBytes = 256 << 10
  /// Of attributes in a tag; MusicXML's have about thirty at most.
  static let xmlAttributes = 100
  /// Of the text of one XML element, in bytes.
  static let xmlTextBytes = 64 << 10
  /// Of fields in a row of a table.
  static let fieldCount = 1000
  /// Of parts named after tracks or labels, each of which becomes an audio file.
  static let trackPartCount = 100
  /// Of one quantity in quarter notes: duration, backup, forward.
  static let quarterCount = 1e6

  /// The error for more pedal marks than ``eventCount``, those counted for each instrument that they are for.
  static func tooManyPedalMarks(_ fileName: String) -> ScoreError {
    ScoreError(in: fileName, expected: "at most \(eventCount) pedal marks", found: "more")
  }
}
