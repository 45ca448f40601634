internal import Glibc

/// A key that goes down, among those around it, whichever hand plays them; see ``HandCosts``.
struct KeyStroke {
  /// That of its chord: notes that begin within 30 ms, as people strike chords, begin together.
  var onset: Double
  var release: Double
  var pitch: Double
  /// Nil where all notes are of one voice.
  var voice: Int?
  /// The logarithm of how long the key is held.
  let length: Double

  /// Keys of its chord.
  var chordCount = 1
  var chordLow: Double
  var chordHigh: Double
  /// The widest gap between neighbours in its chord, in semitones.
  var chordGap = 0.0

  /// Halfway between the lowest and the highest key that sound within half a second.
  var soundingMiddle = 0.0
  /// Where hands would part if what is struck within half a second, two, and twenty were two groups.
  var (partingHalfSecond, partingTwoSeconds, partingTwentySeconds) = (0.0, 0.0, 0.0)
  /// Halfway between middle C and the median within twenty seconds.
  var usualMiddle = 0.0

  /// How long people take to strike a chord, in seconds.
  static let chordSeconds = 0.03

  private init(_ note: Note, onset: Double, voice: Int?) {
    self.onset = onset
    release = note.releaseSeconds
    pitch = Double(note.pitch)
    self.voice = voice
    length = log(note.releaseSeconds - onset + 0.03)
    (chordLow, chordHigh) = (pitch, pitch)
  }

  /// The strokes of notes, each chord from its lowest key up, and the note that each of them is.
  ///
  /// Linear in the number of notes.
  ///
  /// - Parameter notes: of one part, sorted by onset.
  static func strokes(of notes: [Note]) -> (strokes: [KeyStroke], notes: [Int]) {
    let hasVoices = Set(notes.map(\.voice)).count > 1
    var strokes: [KeyStroke] = []
    var order: [Int] = []
    var start = 0
    while start < notes.count {
      let onset = notes[start].onsetSeconds
      let end = notes[start...].firstIndex { $0.onsetSeconds - onset >= chordSeconds }
      let chord = (start..<(end ?? notes.count)).sorted {
        (notes[$0].pitch, $0) < (notes[$1].pitch, $1)
      }
      var struck = chord.map {
        KeyStroke(notes[$0], onset: onset, voice: hasVoices ? notes[$0].voice : nil)
      }
      let gap = zip(struck, struck.dropFirst()).map { $1.pitch - $0.pitch }.max() ?? 0
      let (low, high) = (struck[0].pitch, struck[struck.count - 1].pitch)
      for index in struck.indices {
        struck[index].chordCount = struck.count
        (struck[index].chordLow, struck[index].chordHigh) = (low, high)
        struck[index].chordGap = gap
      }
      strokes += struck
      order += chord
      start += chord.count
    }
    lookAround(&strokes)
    return (strokes, order)
  }

  private static func lookAround(_ strokes: inout [KeyStroke]) {
    var (half, two, twenty) = (PitchWindow(0.5), PitchWindow(2), PitchWindow(20))
    for index in strokes.indices {
      half.move(to: index, of: strokes)
      two.move(to: index, of: strokes)
      twenty.move(to: index, of: strokes)
      strokes[index].partingHalfSecond = half.parting
      strokes[index].partingTwoSeconds = two.parting
      strokes[index].partingTwentySeconds = twenty.parting
      strokes[index].usualMiddle = (twenty.median + 60) / 2
      strokes[index].soundingMiddle = soundingMiddle(at: index, strokes)
    }
  }

  private static func soundingMiddle(at index: Int, _ strokes: [KeyStroke]) -> Double {
    let stroke = strokes[index]
    var (low, high) = (stroke.pitch, stroke.pitch)
    let range = max(0, index - HandCosts.reach)..<min(strokes.count, index + HandCosts.reach)
    for place in range
    where strokes[place].onset < stroke.onset + 0.5 && strokes[place].release > stroke.onset - 0.5 {
      low = min(low, strokes[place].pitch)
      high = max(high, strokes[place].pitch)
    }
    return (low + high) / 2
  }
}

/// How often each key is struck within some time of a stroke.
private struct PitchWindow {
  private let seconds: Double
  private var counts = [Int](repeating: 0, count: 128)
  private var start = 0
  private var end = 0

  init(_ seconds: Double) { self.seconds = seconds }

  /// - Parameter index: not less than before.
  mutating func move(to index: Int, of strokes: [KeyStroke]) {
    let onset = strokes[index].onset
    while end < strokes.count && strokes[end].onset < onset + seconds {
      counts[Int(strokes[end].pitch)] += 1
      end += 1
    }
    while strokes[start].onset < onset - seconds {
      counts[Int(strokes[start].pitch)] -= 1
      start += 1
    }
  }

  var median: Double {
    (Double(key(atRank: (end - start - 1) / 2)) + Double(key(atRank: (end - start) / 2))) / 2
  }

  private func key(atRank rank: Int) -> Int {
    var below = 0
    return counts.firstIndex {
      below += $0
      return below > rank
    } ?? 0
  }

  /// Halfway between the means of two groups, each of the keys that are nearer to its mean (Lloyd's algorithm).
  var parting: Double {
    var low = Double(counts.firstIndex { $0 > 0 } ?? 0)
    var high = Double(counts.lastIndex { $0 > 0 } ?? 0)
    for _ in 0..<6 {
      let middle = (low + high) / 2
      var (lowSum, lowCount, highSum, highCount) = (0, 0, 0, 0)
      for (key, count) in counts.enumerated() where count > 0 {
        if Double(key) < middle {
          lowSum += key * count
          lowCount += count
        } else {
          highSum += key * count
          highCount += count
        }
      }
      if lowCount == 0 || highCount == 0 { break }
      low = Double(lowSum) / Double(lowCount)
      high = Double(highSum) / Double(highCount)
    }
    return (low + high) / 2
  }
}
