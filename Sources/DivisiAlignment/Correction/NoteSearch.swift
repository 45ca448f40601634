import DivisiDSP
import DivisiScore
internal import Glibc

/// One search for what a score lacks, with what it has.
struct NoteSearch {
  private let spectrum: BandSpectrum
  private let notes: [Note]
  private let misfits: [Range<Double>]
  private let caution: Caution
  private let templates: LearntTemplates
  private let free: FreeActivations
  /// Of each note how strongly it begins, beside the median of the notes of about its pitch; nil where no key plays it.
  private let strengths: [Float?]
  private var scored: ScoredPitches
  /// What begins that no note explains, strongest first.
  private let candidates: [Candidate]

  /// An onset of a pitch that the score does not have there.
  private struct Candidate: Sendable {
    var row: Int
    var frame: Int
    var strength: Float
  }

  private var frameRate: Double { spectrum.grid.frameRate }

  /// From how long before a note's place until how long after it a rise may be the note's, in seconds.
  private static let (early, late) = (0.04, 0.2)
  /// Onsets of a pitch from so long before a note of it to so long after are the note's own, in seconds.
  private static let (ownBefore, ownAfter) = (0.2, 0.25)
  /// How long before a score begins notes of it may be missing, in seconds.
  private static let beforeScore = 1.0
  /// Rises are the largest within so many frames, 0.14 s.
  private static let apart = 7
  /// What is weaker than this is not looked at.
  private static let weakest: Float = 0.25
  /// A pitch that is heard clearly is a fifth of what sounds.
  private static let clearShare: Float = 0.2

  /// - Parameters:
  ///   - spectrum: in semitones, with a maximum of 1.
  ///   - notes: by onset, in seconds of the recording, at the pitches that sound there.
  init(
    _ spectrum: BandSpectrum, notes: [Note], misfits: [Range<Double>], caution: Caution,
    parallel: Parallel
  ) {
    self.spectrum = spectrum
    self.notes = notes
    self.misfits = misfits
    self.caution = caution
    let rate = spectrum.grid.frameRate
    let scored = ScoredPitches(notes, frameRate: rate, frameCount: spectrum.frameCount)
    var counts = [Float](repeating: 0, count: ScoredPitches.pitches.count)
    var onsets = [[Double]](repeating: [], count: counts.count)
    for note in notes {
      guard let row = ScoredPitches.row(ofPitch: note.pitch) else { continue }
      counts[row] += 1
      onsets[row].append(note.onsetSeconds)
    }
    let templates = LearntTemplates(
      spectrum, scored: scored, noteCounts: counts, parallel: parallel)
    let free = FreeActivations(
      spectrum, templates: templates, scored: scored, parallel: parallel)
    let rises = counts.indices.map { free.rises(ofRow: $0) }
    let heard = notes.map { note -> (row: Int, rise: Float)? in
      guard let row = ScoredPitches.row(ofPitch: note.pitch) else { return nil }
      let last = Double(spectrum.frameCount)
      let first = Int(min(max(0, (note.onsetSeconds - Self.early) * rate), last))
      let end = Int(min(max(0, (note.onsetSeconds + Self.late) * rate), last))
      // Outside the recording nothing can be heard.
      return first < end ? (row, max(0, rises[row][first..<end].max()!)) : nil
    }
    let usual = Self.usual(heard.compactMap { $0 })
    strengths = heard.map { $0.map { $0.rise / usual[$0.row] } }
    let begin = (notes.first?.onsetSeconds ?? 0) - Self.beforeScore
    let end = notes.map(\.releaseSeconds).max() ?? 0
    var candidates: [Candidate] = []
    for row in rises.indices {
      // What sounds from the start on has begun who knows when.
      for frame in rises[row].indices.dropFirst(FreeActivations.reach)
      where rises[row][frame] > Self.weakest * usual[row] {
        let nearby = max(0, frame - Self.apart)...min(rises[row].count - 1, frame + Self.apart)
        let seconds = Double(frame) / rate
        guard rises[row][frame] >= rises[row][nearby].max()!, seconds >= begin, seconds <= end,
          !misfits.contains(where: { $0.contains(seconds) }),
          !onsets[row].contains(where: {
            $0 > seconds - Self.ownAfter && $0 < seconds + Self.ownBefore
          })
        else { continue }
        let strength = min(
          rises[row][frame] / usual[row],
          free.share(ofRow: row, after: frame) / Self.clearShare)
        if strength > Self.weakest {
          candidates.append(Candidate(row: row, frame: frame, strength: strength))
        }
      }
    }
    self.candidates = candidates.sorted {
      ($1.strength, $0.frame, $0.row) < ($0.strength, $1.frame, $1.row)
    }
    self.templates = templates
    self.free = free
    self.scored = scored
  }

  /// Over how many semitones notes are alike, and how much all others count.
  private static let (alike, others): (Float, Float) = (12, 0.02)

  /// How strongly notes of each pitch usually begin: a median in which notes of about the pitch count most.
  private static func usual(_ heard: [(row: Int, rise: Float)]) -> [Float] {
    let sorted = heard.sorted { $0.rise < $1.rise }
    return (0..<ScoredPitches.pitches.count).map { row in
      let weights = sorted.map { note -> Float in
        let distance = Float(note.row - row) / alike
        return expf(-0.5 * distance * distance) + others
      }
      var rest = 0.5 * weights.reduce(0, +)
      let place = weights.firstIndex { weight in
        rest -= weight
        return rest <= 0
      }
      return max(.leastNormalMagnitude, place.map { sorted[$0].rise } ?? 0)
    }
  }

  // MARK: Changes

  /// A note that begins less strongly than this, or than this share of what is heard instead, is not heard.
  private static let (unheard, outdone): (Float, Float) = (0.12, 0.25)
  /// How far a note may be from what was played instead, in seconds and semitones.
  private static let (reachSeconds, reachPitches) = (0.12, 12)
  /// Mistakes that leave overtones in the wrong note's place.
  private static let nextPitches: Set = [1, 2, 12]
  /// How far apart notes of one pitch are kept, and how long a new one is at least and at most, in seconds.
  private static let (gap, shortest, longest) = (0.01, 0.08, 4.0)
  /// How much later than its attack a rise is largest, in seconds.
  private static let delay = 0.02

  /// Adds and moves notes.
  ///
  /// - Parameter result: the notes of the search.
  /// - Returns: what was changed, strongest first.
  mutating func changes(to result: inout [Note]) -> [NoteChange] {
    var changes: [NoteChange] = []
    var isFree = [Bool](repeating: true, count: notes.count)
    // The likeliest mistakes first, so that nothing else takes their notes.
    let likely = candidates.map { candidate in
      wrongNote(at: candidate, isFree: isFree).map {
        Self.nextPitches.contains(abs(notes[$0].pitch - pitch(of: candidate)))
      } ?? false
    }
    let order = candidates.indices.filter { likely[$0] } + candidates.indices.filter { !likely[$0] }
    for candidate in order.map({ candidates[$0] }) {
      let instead = wrongNote(at: candidate, isFree: isFree)
      guard isClear(candidate, isInstead: instead != nil, in: result) else { continue }
      let pitch = pitch(of: candidate)
      let seconds = Double(candidate.frame) / frameRate
      let next = result.lazy.filter { $0.pitch == pitch && $0.onsetSeconds > seconds + 0.1 }
        .map(\.onsetSeconds).min()
      func end(_ seconds: Double) -> Double {
        next.map { min($0 - Self.gap, seconds) } ?? seconds
      }
      var note: Note
      if let instead {
        note = notes[instead]
        changes.append(
          NoteChange(kind: .moved(from: note.pitch), seconds: note.onsetSeconds, pitch: pitch))
        note.releaseSeconds = max(note.onsetSeconds + Self.shortest / 2, end(note.releaseSeconds))
        note.dampedSeconds = max(note.releaseSeconds, end(note.dampedSeconds))
        note.pitch = pitch
        isFree[instead] = false
        result[instead] = note
      } else {
        note = neighbour(of: pitch, at: seconds)
        let died = free.end(
          ofRow: candidate.row, from: candidate.frame, most: Int(Self.longest * frameRate))
        note.onsetSeconds = max(0, seconds - Self.delay)
        note.releaseSeconds = max(
          note.onsetSeconds + Self.shortest, end(Double(died) / frameRate))
        note.dampedSeconds = note.releaseSeconds
        note.printedOnsetSeconds = nil
        note.isGrace = false
        note.pitch = pitch
        changes.append(NoteChange(kind: .added, seconds: note.onsetSeconds, pitch: pitch))
        result.append(note)
      }
      scored.open(note)
    }
    return changes
  }

  private func pitch(of candidate: Candidate) -> Int {
    ScoredPitches.pitches.lowerBound + candidate.row
  }

  /// The nearest note that is not heard, in the place of which a pitch may be played.
  private func wrongNote(at candidate: Candidate, isFree: [Bool]) -> Int? {
    let seconds = Double(candidate.frame) / frameRate
    let pitch = pitch(of: candidate)
    func distance(_ index: Int) -> Double {
      Double(abs(notes[index].pitch - pitch)) + 10 * abs(notes[index].onsetSeconds - seconds)
    }
    let first = firstNote(after: seconds - Self.reachSeconds)
    let nearby = notes[first...].prefix { $0.onsetSeconds < seconds + Self.reachSeconds }
    return nearby.indices.filter { index in
      guard isFree[index], let strength = strengths[index] else { return false }
      let apart = abs(notes[index].pitch - pitch)
      guard apart > 0, apart <= Self.reachPitches else { return false }
      return strength < Self.unheard
        || Self.nextPitches.contains(apart) && strength < Self.outdone * candidate.strength
    }.min { distance($0) < distance($1) }
  }

  private func firstNote(after seconds: Double) -> Int {
    var (lower, upper) = (0, notes.count)
    while lower < upper {
      let middle = (lower + upper) / 2
      if notes[middle].onsetSeconds > seconds { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }

  /// The note whose part a new one belongs to: near in pitch, and struck at about the same time.
  private func neighbour(of pitch: Int, at seconds: Double) -> Note {
    func distance(_ note: Note) -> Double {
      let apart = max(0, abs(note.onsetSeconds - seconds) - 0.05)
      return Double(abs(note.pitch - pitch)) + 4 * min(3, apart)
    }
    return notes.min { distance($0) < distance($1) }!
  }

  // MARK: Gain

  private static let (gainFrames, openFrames, steps) = (17, 8, 20)
  private static let start: Float = 0.1

  /// Whether a pitch is heard so clearly that the score has to be changed.
  ///
  /// - Parameters:
  ///   - isInstead: whether a note that is not heard makes way for it.
  ///   - result: the notes so far.
  private func isClear(_ candidate: Candidate, isInstead: Bool, in result: [Note]) -> Bool {
    let isRinging = scored.isOpen(
      row: candidate.row, in: candidate.frame..<candidate.frame + Self.openFrames)
    let least =
      isRinging
      ? (isInstead ? caution.movedRinging : caution.addedRinging)
      : (isInstead ? caution.moved : caution.added)
    guard candidate.strength > least.strength else { return false }
    let seconds = Double(candidate.frame) / frameRate
    let pitch = pitch(of: candidate)
    let isHeld = result.contains {
      $0.pitch == pitch && $0.onsetSeconds - Self.heldMargin < seconds
        && seconds < $0.releaseSeconds - Self.heldMargin
    }
    return !isHeld && gain(of: candidate) > least.gain
  }

  /// A key that is held is not struck, except for so many seconds before its release.
  private static let heldMargin = 0.05

  /// By how much a pitch brings the other pitches of the score nearer to the recording, as a share of how far away they are
  /// without it.
  private func gain(of candidate: Candidate) -> Float {
    let frames = candidate.frame..<min(candidate.frame + Self.gainFrames, spectrum.frameCount)
    let quotient = Matrix(rowCount: spectrum.values.rowCount, columnCount: 1)
    let H = Matrix(rowCount: ScoredPitches.pitches.count, columnCount: 1)
    var (without, with): (Float, Float) = (0, 0)
    for frame in frames {
      let V = spectrum.values.column(frame)
      let sum = Factorisation.sum(V, stride: spectrum.values.columnStride)
      let rows = scored.rows(at: frame).filter { $0 != candidate.row }
      func distance(_ active: [Int]) -> Float {
        for row in active { H[row, 0] = Self.start * sum }
        Factorisation.activate(
          V, templates: templates.values, active: active, steps: Self.steps,
          quotient: quotient.column(0), into: H.column(0))
        Factorisation.divide(
          V, templates: templates.values, active: active, H.column(0), into: quotient.column(0))
        return (0..<spectrum.values.rowCount).reduce(Float(0)) { total, band in
          guard V[band] > 0 else { return total }
          let ratio = quotient[band, 0]
          return total + V[band] * (logf(ratio) - 1 + 1 / ratio)
        }
      }
      without += distance(rows)
      with += distance(rows + [candidate.row])
    }
    return without > 0 ? (without - with) / without : 0
  }
}
