/// The ties of a part whose second notes have not been played yet.
///
/// A tie leads to the next note of its pitch that begins where the tied note ends. That note need not say
/// that a tie ends there, if it is of the same voice, and in the same measure or the one that is played next;
/// that may be the second ending. Of the same voice, it may begin later, too, if the voice has only rests in between,
/// or nothing, as in measures that are not filled. A tie that leads nowhere, as over a jump back, leaves the
/// next note struck anew.
struct OpenTies {
  /// Positions in quarter notes that differ by less are the same: a 480th, finer than print.
  static let tolerance = 1.0 / 480

  private struct Tie {
    /// Of the first note in the result.
    var first: Int
    /// Of the last note so far.
    var onset: Double
    var end: Double
    var voice: Int?
    /// How many measures had been entered.
    var measure: Int
  }

  /// The onset of the last notes of a voice, and of those before them.
  private struct Onsets {
    var last = -Double.infinity
    var previous = -Double.infinity
  }

  private var open: [Int: [Tie]] = [:]
  private var onsets: [Int?: Onsets] = [:]
  private var measureCount = 0
  private var measure = -1
  /// Whether the measure follows the one before in print, though others may lie between them.
  private var goesOn = true

  mutating func enterMeasure(_ index: Int) {
    measureCount += 1
    goesOn = index > measure
    measure = index
  }

  /// The first note of the tie that leads to a note; nil if the note is struck.
  ///
  /// - Parameters:
  ///   - note: at its place in the performance. Those of a voice come in order.
  ///   - index: that it will have in the result if it is struck.
  mutating func reached(by note: WrittenNote, at index: Int) -> Int? {
    var voice = onsets[note.voice] ?? Onsets()
    if note.position > voice.last + Self.tolerance {
      voice = Onsets(last: note.position, previous: voice.last)
      onsets[note.voice] = voice
    }
    let ties = open[note.pitch] ?? []
    var tie = Tie(
      first: index, onset: note.position, end: note.position + note.duration, voice: note.voice,
      measure: measureCount)
    guard let match = ties.firstIndex(where: { leads($0, to: note, voice) }) else {
      if note.startsTie {
        let reachable = ties.filter { $0.end > note.position - Self.tolerance }
        open[note.pitch] = reachable.suffix(8) + [tie]
      }
      return nil
    }
    tie.first = ties[match].first
    if note.startsTie {
      open[note.pitch]?[match] = tie
    } else {
      open[note.pitch]?.remove(at: match)
    }
    return tie.first
  }

  private func leads(_ tie: Tie, to note: WrittenNote, _ voice: Onsets) -> Bool {
    let isNear = tie.measure == measureCount || tie.measure == measureCount - 1 && goesOn
    let goesOnInVoice = tie.voice == note.voice && isNear
    if abs(tie.end - note.position) < Self.tolerance { return note.endsTie || goesOnInVoice }
    return goesOnInVoice && note.position > tie.end
      && abs(tie.onset - voice.previous) < Self.tolerance
  }
}
