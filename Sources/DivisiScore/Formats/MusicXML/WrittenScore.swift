/// A MusicXML score as printed, before repeats are played out. Positions are in quarter notes.
struct WrittenScore {
  var parts: [WrittenPart] = []
  /// What holds for all parts, measure by measure.
  var frames: [MeasureFrame] = []
}

/// One part as printed.
struct WrittenPart {
  var name: String
  /// Whether its MIDI program, if it has one, is a piano.
  var isPiano: Bool
  var measures: [WrittenMeasure] = []
}

/// What one part has in one measure.
struct WrittenMeasure {
  var notes: [WrittenNote] = []
  var pedals: [(position: Double, isDown: Bool)] = []
}

/// A note as printed; tied notes are still apart.
struct WrittenNote {
  /// From the start of the measure.
  var position: Double
  var duration: Double
  var pitch: Int
  /// Nil until the dynamics of the measure are known.
  var velocity: Int?
  var channel: Int?
  var staff: Int?
  var voice: Int?
  var startsTie = false
  var endsTie = false
}

/// What a measure has that concerns all parts: its length, tempo, and the way the music goes on.
struct MeasureFrame {
  var length = 0.0
  /// The number in print, if it is one.
  var number: Int?
  /// What a beat is from here on, as of a time signature: 4 for a quarter note.
  var beatUnit: Int?
  var tempos: [(position: Double, secondsPerQuarter: Double)] = []
  var beginsRepeat = false
  /// How often the passage that ends here is played; nil if no repeat ends here.
  var repeatPasses: Int?
  /// Whether that repeat is also taken after a jump.
  var repeatsAfterJump = false
  /// The passes on which this measure is played, if it is under an ending bracket.
  var endings: Set<Int> = []
  /// Whether a new ending bracket begins here.
  var beginsEnding = false
  var segno: String?
  var coda: String?
  var toCoda: String?
  var dalSegno: String?
  var isDaCapo = false
  var isFine = false
}
