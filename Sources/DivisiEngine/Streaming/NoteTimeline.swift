// Thread: audio

import DivisiDSP
import DivisiRealtime

/// Which notes sound at a frame of the stream, for the audio thread: follows the score's position
/// and the MIDI that has come.
///
/// The score is a tape that runs beside the stream in segments; MIDI comes on the stream's own time:
///
///     score     0 s ├─── a ───┤ 2 s        1 s ├──── b ────┤ 3.5 s      7 s ┆ rests
///     stream    0 s ├─── a ───┤ 2 s ├──── b ────┤ 4.5 s ├─ rests ─▶
///                             ↑ locate          ↑ locate, not rolling
///
///     d = score seconds − stream seconds of a segment: 0 of a, −1 s of b
///     a note sounds from  max(onset − d, start of the segment)  to  end − d
///
/// A note is struck when the frame reached is at its onset − δ, δ the tolerance of the settings (30 ms
/// by default), so that a note that is played early is not missed. Frames come in order, and
/// so do notes: ``cursor`` is the first one not yet struck, and only a jump moves it back. Where a note has
/// an end depends on the source: a score knows it at the onset, MIDI says it later.
///
/// Frames are of the stream's grid: frame n is centred at n · hop samples, and `grid.nearestFrame` of a
/// time is where it falls.
struct NoteTimeline: ~Copyable {
  /// What a pitch plays at the frame that was reached last.
  struct Sounding: BitwiseCopyable {
    var note: StreamNote
    /// The note's onset and end on the stream, in frames.
    var onsetFrame: Int
    var endFrame: Int
    /// The note's place in the log, of notes that came by MIDI: their ends come later.
    var place = -1
  }

  /// A stroke of a drum, which sounds on when the drum is struck again.
  struct Stroke: BitwiseCopyable {
    var note: StreamNote
    /// The first frame that may belong to it.
    var onsetFrame: Int
    /// What it was found to be in the frame before, against a stroke of velocity 100; negative
    /// before the first.
    var gain: Float
  }

  /// 128 of them; a pitch is silent where `endFrame` has passed.
  let sounding: UnsafeMutablePointer<Sounding>
  /// The newest strokes, of streams of drums: stroke n is at n modulo ``strokeCapacity``.
  let strokes: UnsafeMutablePointer<Stroke>
  private(set) var strokeCount = 0

  /// What was said so far.
  private(set) var notes: NoteState
  let isPercussive: Bool

  private let grid: TimeGrid
  private let toleranceSeconds: Double
  /// The part of each pitch that may sound without notes, −1 for the others.
  private let freeParts: UnsafeMutablePointer<Int16>
  private let scores: SnapshotExchange<StreamScore>.User

  /// Strokes that can be felt at once: those of 0.5 s, in which a roll on every drum has fewer.
  static var strokeCapacity: Int {
    @_noLocks get { 64 }
  }
  /// Frames between the strokes that let a drum sound at any time; see ``NoteHistory/strokeSeconds``.
  private let freeInterval: Int

  private var score: StreamScore.View?
  /// Notes before this one have been struck.
  private var cursor = 0
  /// Which segment the cursor is valid for.
  private var cursorSegment = -1

  init(_ plan: StreamPlan, scores: SnapshotExchange<StreamScore>.User) {
    let layout = plan.layout
    grid = plan.grid
    toleranceSeconds = plan.separation.toleranceSeconds
    self.scores = scores
    notes = NoteState(layout: layout)
    sounding = .allocate(capacity: 128)
    sounding.initialize(
      repeating: Sounding(note: StreamNote(), onsetFrame: 0, endFrame: .min), count: 128)
    isPercussive = layout.isPercussive
    freeParts = .allocate(capacity: 128)
    freeParts.initialize(repeating: -1, count: 128)
    let table = layout.partTable()
    for pitch in layout.freePitches { freeParts[pitch] = table[pitch] }
    freeInterval = max(1, grid.frame(atSeconds: NoteHistory.strokeSeconds))
    strokes = .allocate(capacity: Self.strokeCapacity)
    strokes.initialize(
      repeating: Stroke(note: StreamNote(), onsetFrame: .min / 2, gain: -1),
      count: Self.strokeCapacity)
  }

  deinit {
    sounding.deallocate()
    freeParts.deallocate()
    strokes.deallocate()
  }

  @_noLocks
  mutating func apply(_ event: StreamEvent) {
    switch event.kind {
    case .locate:
      if notes.replacesSegment(at: event.sample) { cursorSegment = -1 }
    case .source:
      silence()
      cursorSegment = -1
      cursor = 0
    default: break
    }
    notes.apply(event, sampleRate: grid.sampleRate)
  }

  /// Adopts the newest score if there is a new one.
  @_noLocks
  mutating func adoptScore() {
    guard scores.adopt(), let address = scores.current else { return }
    score = Unmanaged<StreamScore>.fromOpaque(address)._withUnsafeGuaranteedRef { $0.view }
    cursorSegment = -1
  }

  /// Brings ``sounding`` to a frame; frames come in order.
  @_noLocks
  mutating func advance(toFrame frame: Int) {
    switch notes.source {
    case 0: advanceScore(frame)
    case 1: advanceMIDI(frame)
    default: openFreely(frame)
    }
  }

  /// Without notes everything may sound: keys that have been held for long, drums just struck.
  @_noLocks
  private mutating func openFreely(_ frame: Int) {
    guard !isPercussive || frame % freeInterval == 0 else { return }
    var pitch = 0
    while pitch < 128 {
      if freeParts[pitch] >= 0 {
        let note = StreamNote(part: freeParts[pitch])
        strike(
          note, pitch: pitch, onsetFrame: isPercussive ? frame : frame &- 1_000_000, endFrame: .max)
      }
      pitch &+= 1
    }
  }

  @_noLocks
  private mutating func advanceScore(_ frame: Int) {
    guard let score, notes.segmentCount > 0 else { return }
    let sample = frame &* grid.hopSize
    var index = notes.segmentCount &- 1
    let oldest = notes.firstSegment
    while index > oldest && notes.segment(index).sample > sample { index &-= 1 }
    let segment = notes.segment(index)
    let startSeconds = Double(segment.sample) / grid.sampleRate
    // Score seconds at stream second 0, if the segment reached there.
    let shift = segment.seconds - startSeconds
    if index != cursorSegment {
      cursorSegment = index
      silence()
      cursor = score.firstNote(from: segment.seconds - score.longestSeconds)
    }
    guard segment.isRolling else { return }
    let now = Double(sample) / grid.sampleRate + shift
    while cursor < score.count && score.notes[cursor].onsetSeconds - toleranceSeconds <= now {
      let note = score.notes[cursor]
      cursor &+= 1
      guard note.endSeconds > segment.seconds || note.onsetSeconds >= segment.seconds else {
        continue
      }
      strike(
        note, onset: max(note.onsetSeconds - shift, startSeconds), end: note.endSeconds - shift)
    }
  }

  @_noLocks
  private mutating func advanceMIDI(_ frame: Int) {
    let now = Double(frame &* grid.hopSize) / grid.sampleRate
    cursor = max(cursor, notes.log.firstIndex)
    while cursor < notes.log.count && notes.log.note(cursor).onsetSeconds - toleranceSeconds <= now
    {
      let note = notes.log.note(cursor)
      strike(note, onset: note.onsetSeconds, end: note.endSeconds)
      sounding[Int(note.pitch & 127)].place = cursor
      cursor &+= 1
    }
    // Ends become known later than onsets.
    var pitch = 0
    while pitch < 128 {
      let place = sounding[pitch].place
      if place >= notes.log.firstIndex {
        sounding[pitch].endFrame = grid.nearestFrame(atSeconds: notes.log.note(place).endSeconds)
      } else if place >= 0 {
        // So old that the log has forgotten it.
        sounding[pitch].endFrame = .min
      }
      pitch &+= 1
    }
  }

  @_noLocks
  private mutating func strike(_ note: StreamNote, onset: Double, end: Double) {
    // Strokes are counted from the first frame that may belong to them.
    let first = isPercussive ? onset - toleranceSeconds : onset
    strike(
      note, pitch: Int(note.pitch & 127), onsetFrame: grid.nearestFrame(atSeconds: first),
      endFrame: grid.nearestFrame(atSeconds: end))
  }

  @_noLocks
  private mutating func strike(_ note: StreamNote, pitch: Int, onsetFrame: Int, endFrame: Int) {
    sounding[pitch] = Sounding(note: note, onsetFrame: onsetFrame, endFrame: endFrame)
    guard isPercussive else { return }
    let place = strokeCount % Self.strokeCapacity
    strokes[place] = Stroke(note: note, onsetFrame: onsetFrame, gain: -1)
    strokes[place].note.pitch = UInt8(pitch & 127)
    strokeCount &+= 1
  }

  @_noLocks
  private func silence() {
    var pitch = 0
    while pitch < 128 {
      sounding[pitch].endFrame = .min
      sounding[pitch].place = -1
      pitch &+= 1
    }
    var place = 0
    while place < Self.strokeCapacity {
      strokes[place].onsetFrame = .min / 2
      place &+= 1
    }
  }
}
