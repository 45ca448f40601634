// Thread: worker

import DivisiScore

/// The notes of a stream's recent past, from what the audio thread has said.
///
///     stream   ── reach ──┬─ 10 s ─┬───────── window ─────────┬ 1 s ┬──▶
///                          kept ▒▒▒ ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ ▒▒▒▒▒
///     score        ├── a ──┤├──── b ────┤├── c ─────▶            segments; see ``NoteTimeline``
///
/// Asked for the notes of a window, it plays the score again segment by segment, each cut where the
/// transport jumped, and gives notes in seconds of the stream: those of the window, those that ended up
/// to 10 s before it (``longestSeconds``, more than the longest release of 4 s), and those up to 1 s
/// after it (``earlySeconds``, the largest tolerance). Without notes, every key that may sound is held
/// throughout, and every drum is struck each 0.1 s (``strokeSeconds``, in which a stroke's envelope
/// falls to 1/e).
final class NoteHistory {
  /// The score, if there is one.
  var score: StreamScore?

  /// Distance of the strokes that let a drum sound at any time.
  static let strokeSeconds = 0.1

  private static let earlySeconds = 1.0
  private static let longestSeconds = 10.0

  private(set) var state: NoteState
  private let layout: StreamLayout
  private let sampleRate: Double
  private let reachSeconds: Double

  /// - Parameter reachSeconds: no window begins further back.
  init(layout: StreamLayout, sampleRate: Double, reachSeconds: Double) {
    self.layout = layout
    self.sampleRate = sampleRate
    self.reachSeconds = reachSeconds
    state = NoteState(layout: layout)
  }

  private var source: NoteSource { NoteSource(rawValue: Int(state.source)) ?? .score }

  /// Whether a sustain pedal says how long notes sound.
  var hasPedal: Bool {
    source == .midi ? state.log.hasPedal : score?.hasPedal ?? false
  }

  /// Voices that may be struck; by MIDI, any key of the first instrument, and what others have struck.
  var voices: Set<Int> {
    switch source {
    case .score: score?.voicesPlayed ?? []
    case .midi:
      layout.playablePitches.union(
        (state.log.firstIndex..<state.log.count).map { state.log.note($0).voice }
          .filter { $0 >= 128 })
    case .none: Set(layout.freePitches)
    }
  }

  /// Takes all that the audio thread has sent, and the copy that stands for what found no room.
  func takeEvents(from shared: borrowing StreamShared) {
    while let event = shared.events.view.read() {
      if event.number > state.eventCount + 1 { shared.recovery.take(into: &state) }
      // Any other is part of a copy, taken or still to be taken.
      if event.number == state.eventCount + 1 { apply(event) }
    }
    shared.recovery.take(into: &state)
  }

  func apply(_ event: StreamEvent) { state.apply(event, sampleRate: sampleRate) }

  /// Segments of the score that have not ended before the reach, in order.
  private var segments: [ScoreSegment] {
    guard state.segmentCount > 0 else { return [] }
    let last = state.segment(state.segmentCount - 1)
    let oldest = last.sample - Int(reachSeconds * sampleRate)
    var first = state.segmentCount - 1
    while first > state.firstSegment && state.segment(first).sample >= oldest { first -= 1 }
    return (first..<state.segmentCount).map { state.segment($0) }
  }

  /// Voices that are struck within a second, as far as is known.
  func upcomingVoices(after seconds: Double) -> Set<Int> {
    parts(fromSeconds: seconds, toSeconds: seconds).reduce(into: []) { voices, part in
      for note in part.notes where note.onsetSeconds >= seconds {
        voices.insert(128 * part.instrument + note.pitch)
      }
    }
  }

  /// The notes that sound in a stretch of the stream, part by part.
  ///
  /// - Returns: notes in seconds of the stream; those that still sound end beyond the stretch.
  func parts(fromSeconds start: Double, toSeconds end: Double) -> [Part] {
    let said = source == .score ? score?.instruments : nil
    var parts = layout.partNames.enumerated().map { index, name in
      Part(
        name: name, notes: [],
        instrument: layout.instrument(ofPart: index, saying: said?[index]))
    }
    func add(_ note: StreamNote, onset: Double, end noteEnd: Double) {
      guard onset < end + Self.earlySeconds, noteEnd > start - Self.longestSeconds, note.part >= 0
      else { return }
      parts[Int(note.part)].notes.append(
        Note(
          onsetSeconds: onset, releaseSeconds: noteEnd, pitch: Int(note.pitch),
          velocity: Int(note.velocity)))
    }
    switch source {
    case .midi:
      for index in state.log.firstIndex..<state.log.count {
        let note = state.log.note(index)
        add(note, onset: note.onsetSeconds, end: min(note.endSeconds, end + 10))
      }
    case .score:
      guard let score else { break }
      let segments = segments
      for (index, segment) in segments.enumerated() where segment.isRolling {
        let startSeconds = Double(segment.sample) / sampleRate
        let next =
          index + 1 < segments.count
          ? Double(segments[index + 1].sample) / sampleRate : Double.infinity
        guard next > start - Self.longestSeconds, startSeconds < end + Self.earlySeconds
        else { continue }
        let shift = segment.seconds - startSeconds
        for note in score.notes(
          from: max(segment.seconds, start - Self.longestSeconds + shift),
          to: min(next, end + Self.earlySeconds) + shift)
        {
          guard note.onsetSeconds < next + shift,
            note.onsetSeconds >= segment.seconds || note.endSeconds > segment.seconds
          else { continue }
          add(
            note, onset: max(note.onsetSeconds - shift, startSeconds),
            end: min(note.endSeconds - shift, next))
        }
      }
    case .none:
      let table = layout.partTable()
      for pitch in layout.freePitches {
        let note = StreamNote(
          onsetSeconds: 0, endSeconds: 0, pitch: UInt8(pitch), velocity: 100, part: table[pitch])
        // A key that has been held for long; strokes one upon the other.
        if layout.isPercussive {
          let first = Int((start / Self.strokeSeconds).rounded(.down))
          let last = Int((end / Self.strokeSeconds).rounded(.up))
          for number in first...last {
            let onset = Double(number) * Self.strokeSeconds
            add(note, onset: onset, end: onset)
          }
        } else {
          add(note, onset: start - 5, end: end + 5)
        }
      }
    }
    for index in parts.indices { parts[index].notes.sort { $0.onsetSeconds < $1.onsetSeconds } }
    return parts
  }
}
