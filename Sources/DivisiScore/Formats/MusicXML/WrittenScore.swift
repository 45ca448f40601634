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
  /// What was not understood, or put right.
  var remarks = ReadingNotes()
  /// The wavy lines that stop somewhere.
  var endedTrillLines: Set<Int> = []
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
  /// Where it stands in print, if it is not played there: grace notes with the note that they delay.
  var printedPosition: Double?
  var isGrace = false
  var duration: Double
  var pitch: Int
  /// Nil until the dynamics of the measure are known.
  var velocity: Int?
  var channel: Int?
  var staff: Int?
  var voice: Int?
  var startsTie = false
  var endsTie = false
  /// How it is played, where that is more than one note.
  var ornament: Ornament?
  /// The wavy line over it, and how it is played if that line stops somewhere.
  var lineTrill: (line: Int, ornament: Ornament)?
  /// A tremolo with the next or the previous note of the voice, for as long as they are apart.
  var sharedTremolo: (strokes: Int, isFirst: Bool)?
  /// The length of a note of that type, in quarter notes.
  var typeLength = 1.0
  /// Whether its chord is spread, and which way.
  var arpeggio: ChordSpread?
  /// Whether it is not printed.
  var isHidden = false
  /// The passage without backups that it belongs to.
  var run = 0
}

/// What a measure has that concerns all parts: its length, tempo, and the way the music goes on.
struct MeasureFrame {
  var length = 0.0
  /// The number in print, if it is one.
  var number: Int?
  /// What a time signature says of the length from here on, in quarter notes.
  var nominalLength: Double?
  var swings: [Swing] = []
  /// What a beat is from here on, as of a time signature: 4 for a quarter note.
  var beatUnit: Int?
  var tempos: [(position: Double, secondsPerQuarter: Double)] = []
  /// The first rehearsal mark over it.
  var mark = ""
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
  var hasCodaSign = false
  /// Whether that sign stands at the start of the measure.
  var isCodaSignAtStart = false
  /// How far a jump from here goes; nil where nothing says so.
  var jumpAim: Jump.Aim?
  var isDaCapo = false
  var isFine = false
}

/// Which way the notes of a chord follow one another.
enum ChordSpread {
  case upward, downward
}

extension MeasureFrame {
  /// A coda sign; which of several is meant by what is seen when all are known.
  mutating func readCodaSign(isAtStart: Bool) {
    if !hasCodaSign { isCodaSignAtStart = isAtStart }
    hasCodaSign = true
  }
}

extension WrittenMeasure {
  /// From note to note of a spread chord, in quarter notes: a fifteenth of a second at 120 a minute.
  private static let spreadStep = 0.1333

  /// Lets the notes of spread chords follow one another, within the first part of their length.
  mutating func spreadChords() {
    guard notes.contains(where: { $0.arpeggio != nil && !$0.endsTie }) else { return }
    let chords = Dictionary(grouping: notes.indices.filter { notes[$0].arpeggio != nil }) {
      notes[$0].position
    }
    for indices in chords.values where !indices.contains(where: { notes[$0].endsTie }) {
      let order = indices.sorted { notes[$0].pitch < notes[$1].pitch }
      let isUpward = notes[order[0]].arpeggio == .upward
      let shortest = indices.map { notes[$0].duration }.min() ?? 0
      var step = Self.spreadStep
      while step * Double(order.count) > shortest, step > 1e-3 { step *= 2 / 3 }
      if step <= 1e-3 { continue }
      for (rank, index) in (isUpward ? order : order.reversed()).enumerated() {
        if notes[index].printedPosition == nil {
          notes[index].printedPosition = notes[index].position
        }
        notes[index].position += Double(rank) * step
        notes[index].duration -= Double(rank) * step
        notes[index].arpeggio = nil
      }
    }
  }

  /// More notes in a measure are nobody's music, and take long.
  static let longest = 2000

  /// Leaves out hidden notes that spell out a printed one, such as a trill or a tremolo, while it sounds.
  ///
  /// Some programs write them for playback by others; both together would be played twice.
  ///
  /// - Returns: how many notes were left out.
  mutating func leaveOutSpelling() -> Int {
    guard notes.count <= Self.longest, notes.contains(where: \.isHidden) else { return 0 }
    let printed = notes.filter { !$0.isHidden }
    let count = notes.count
    notes.removeAll { note in
      note.isHidden
        && printed.contains {
          $0.voice != note.voice && $0.staff == note.staff && abs($0.pitch - note.pitch) <= 3
            && $0.position < note.position + 1e-6
            && $0.position + $0.duration > note.position + note.duration - 1e-6
        }
    }
    return count - notes.count
  }

  /// Gives the tremolo of one note of a chord to the others: it is written once for them all.
  mutating func shareTremolos() {
    let isMarked = { (note: WrittenNote) in
      note.ornament?.isOfChord == true || note.sharedTremolo != nil
    }
    guard notes.contains(where: isMarked) else { return }
    let chords = Dictionary(grouping: notes.indices) {
      ChordKey(position: notes[$0].position, duration: notes[$0].duration, voice: notes[$0].voice)
    }
    for indices in chords.values where indices.count > 1 {
      guard let mark = indices.first(where: { isMarked(notes[$0]) }) else { continue }
      for index in indices where notes[index].ornament == nil && !isMarked(notes[index]) {
        notes[index].ornament = notes[mark].ornament
        notes[index].sharedTremolo = notes[mark].sharedTremolo
        notes[index].typeLength = notes[mark].typeLength
      }
    }
  }

  private struct ChordKey: Hashable {
    var position: Double
    var duration: Double
    var voice: Int?
  }

  /// Lets two chords with a tremolo between them alternate as long as both last.
  mutating func joinTremolos() {
    guard notes.contains(where: { $0.sharedTremolo != nil }) else { return }
    let shared = notes.indices.filter { notes[$0].sharedTremolo != nil }
    let byVoice = Dictionary(grouping: shared) { notes[$0].voice }
    for indices in byVoice.values {
      let chords = Dictionary(grouping: indices) { notes[$0].position }.sorted { $0.key < $1.key }
      for (first, second) in zip(chords, chords.dropFirst()) {
        guard let mark = notes[first.value[0]].sharedTremolo, mark.isFirst,
          notes[second.value[0]].sharedTremolo?.isFirst == false
        else { continue }
        let end = second.key + notes[second.value[0]].duration
        let step = min(1, notes[first.value[0]].typeLength) / Double(1 << mark.strokes)
        for (chord, delay) in [(first, 0.0), (second, step)] {
          for index in chord.value {
            notes[index].position = first.key + delay
            notes[index].duration = max(0, end - first.key - delay)
            notes[index].ornament = .strokes(every: 2 * step, length: step)
          }
        }
      }
    }
    for index in notes.indices { notes[index].sharedTremolo = nil }
  }
}
