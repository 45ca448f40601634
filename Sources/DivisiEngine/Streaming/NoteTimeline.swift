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
/// so do notes: only a jump moves back to those that were struck. Where a note has
/// an end depends on the source: a score knows it at the onset, MIDI says it later.
///
/// Of the notes of a pitch of an instrument that are struck in one frame, the last three may sound (``SoundingVoices``), and
/// of strokes the last ``strokeCapacity``. Others are passed over unseen, so that a frame looks at O(log n) of n notes for
/// each pitch or each of these strokes, whatever the score is: the worker has made it ready (``NoteLanes``).
///
/// Frames are of the stream's grid: frame n is centred at n · hop samples, and `grid.nearestFrame` of a
/// time is where it falls.
struct NoteTimeline: ~Copyable {
  /// A stroke of a drum, which sounds on when the drum is struck again.
  struct Stroke: BitwiseCopyable {
    var note: StreamNote
    /// The first frame that may belong to it.
    var onsetFrame: Int
    /// What it was found to be in the frame before, against a stroke of velocity 100; negative
    /// before the first.
    var gain: Float
  }

  /// What the voices play; strokes of drums as well.
  let voices: SoundingVoices
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

  private var score: NoteLanes.View?
  /// The first note of each lane of the score that has not been struck.
  private let cursors: UnsafeMutablePointer<Int>
  /// Which segment the cursors are valid for.
  private var cursorSegment = -1
  /// The first note of the log that has not been struck.
  private var logCursor = 0
  /// Places of notes to be struck.
  private let found: UnsafeMutablePointer<Int>
  /// How often a note, or a node above notes, of a score was looked at since the start.
  private(set) var lookCount = 0

  init(_ plan: StreamPlan, scores: SnapshotExchange<StreamScore>.User) {
    let layout = plan.layout
    grid = plan.grid
    toleranceSeconds = plan.separation.toleranceSeconds
    self.scores = scores
    notes = NoteState(layout: layout)
    isPercussive = layout.isPercussive
    voices = SoundingVoices(count: layout.voiceCount, areShared: !isPercussive)
    cursors = .allocate(capacity: layout.voiceCount)
    cursors.initialize(repeating: 0, count: layout.voiceCount)
    found = .allocate(capacity: Self.strokeCapacity)
    found.initialize(repeating: 0, count: Self.strokeCapacity)
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
    freeParts.deallocate()
    strokes.deallocate()
    cursors.deallocate()
    found.deallocate()
  }

  @_noLocks
  mutating func apply(_ event: StreamEvent) {
    switch event.kind {
    case .locate:
      if notes.replacesSegment(at: event.sample) { cursorSegment = -1 }
    case .source:
      silence()
      cursorSegment = -1
      logCursor = 0
    default: break
    }
    notes.apply(event, sampleRate: grid.sampleRate)
  }

  /// Adopts the newest score if there is a new one.
  @_noLocks
  mutating func adoptScore() {
    guard scores.adopt(), let address = scores.current else { return }
    score = Unmanaged<StreamScore>.fromOpaque(address)._withUnsafeGuaranteedRef { $0.voices }
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
        let note = StreamNote(pitch: UInt8(pitch), part: freeParts[pitch])
        strike(
          note, onsetFrame: isPercussive ? frame : frame &- 1_000_000, endFrame: .max)
      }
      pitch &+= 1
    }
  }

  @_noLocks
  private mutating func advanceScore(_ frame: Int) {
    guard let score, notes.segmentCount > 0 else { return }
    let sample = frame &* grid.hopSize
    let index = notes.segmentIndex(atSample: sample)
    let segment = notes.segment(index)
    let startSeconds = Double(segment.sample) / grid.sampleRate
    // Score seconds at stream second 0, if the segment reached there.
    let shift = segment.seconds - startSeconds
    if index != cursorSegment {
      cursorSegment = index
      silence()
      UnsafeMutableRawPointer(cursors).copyMemory(
        from: UnsafeRawPointer(score.starts), byteCount: score.laneCount &* MemoryLayout<Int>.stride
      )
    }
    guard segment.isRolling else { return }
    let now = Double(sample) / grid.sampleRate + shift
    var lane = 0
    while lane < score.laneCount {
      let first = cursors[lane]
      let end = score.firstNote(
        after: now, from: first, to: score.starts[lane &+ 1], toleranceSeconds: toleranceSeconds,
        looks: &lookCount)
      if end > first {
        cursors[lane] = end
        var count = findNotes(of: score, from: first, to: end, since: segment.seconds)
        while count > 0 {
          count &-= 1
          let note = score.notes[found[count]]
          strike(
            note, onset: max(note.onsetSeconds - shift, startSeconds), end: note.endSeconds - shift)
        }
      }
      lane &+= 1
    }
  }

  /// Finds those notes of a lane, last first, of which a frame hears.
  ///
  /// - Parameter seconds: where a segment begins in the score; what has ended by then is left out.
  /// - Returns: how many there are in ``found``.
  @_noLocks
  private mutating func findNotes(
    of score: NoteLanes.View, from first: Int, to end: Int, since seconds: Double
  ) -> Int {
    var place = end
    var count = 0
    let most = isPercussive ? Self.strokeCapacity : 1 &+ SoundingVoices.partnerCount
    while count < most && place > first {
      lookCount &+= 1
      if score.notes[place &- 1].onsetSeconds >= seconds {
        place &-= 1
      } else {
        place = score.lastNote(
          before: place, from: first, endingAfter: seconds, looks: &lookCount)
        guard place >= 0 else { break }
      }
      found[count] = place
      count &+= 1
    }
    return count
  }

  @_noLocks
  private mutating func advanceMIDI(_ frame: Int) {
    let now = Double(frame &* grid.hopSize) / grid.sampleRate
    logCursor = max(logCursor, notes.log.firstIndex)
    while logCursor < notes.log.count
      && notes.log.note(logCursor).onsetSeconds - toleranceSeconds <= now
    {
      let note = notes.log.note(logCursor)
      strike(note, onset: note.onsetSeconds, end: note.endSeconds, place: logCursor)
      logCursor &+= 1
    }
    // Ends become known later than onsets.
    voices.setEnds(from: notes.log, grid: grid)
  }

  @_noLocks
  private mutating func strike(
    _ note: StreamNote, onset: Double, end: Double, place: Int = -1
  ) {
    // Strokes are counted from the first frame that may belong to them.
    let first = isPercussive ? onset - toleranceSeconds : onset
    strike(
      note, onsetFrame: grid.nearestFrame(atSeconds: first),
      endFrame: grid.nearestFrame(atSeconds: end), place: place)
  }

  @_noLocks
  private mutating func strike(
    _ note: StreamNote, onsetFrame: Int, endFrame: Int, place: Int = -1
  ) {
    voices.strike(
      SoundingVoices.Sounding(
        note: note, onsetFrame: onsetFrame, endFrame: endFrame, place: place))
    guard isPercussive else { return }
    strokes[strokeCount % Self.strokeCapacity] = Stroke(
      note: note, onsetFrame: onsetFrame, gain: -1)
    strokeCount &+= 1
  }

  @_noLocks
  private func silence() {
    voices.silence()
    var place = 0
    while place < Self.strokeCapacity {
      strokes[place].onsetFrame = .min / 2
      place &+= 1
    }
  }
}
