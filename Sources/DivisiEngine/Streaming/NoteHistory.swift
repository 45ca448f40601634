// Thread: worker

import DivisiScore

/// The notes of a stream's recent past, from what the audio thread has told.
final class NoteHistory {
  /// The score, if there is one.
  var score: StreamScore?

  /// Distance of the strokes that let a drum sound at any time.
  static let strokeSeconds = 0.1

  /// A note may sound this much before its onset, the largest tolerance, and this long after its end.
  private static let earlySeconds = 1.0
  private static let longestSeconds = 10.0

  private let layout: StreamLayout
  private let sampleRate: Double
  private let reachSeconds: Double
  private let log: NoteLog
  private var segments: [ScoreSegment] = []
  private var source = NoteSource.score

  /// - Parameter reachSeconds: no window begins further back.
  init(layout: StreamLayout, sampleRate: Double, reachSeconds: Double) {
    self.layout = layout
    self.sampleRate = sampleRate
    self.reachSeconds = reachSeconds
    log = NoteLog(layout: layout)
  }

  deinit { log.deallocate() }

  /// Whether a sustain pedal says how long notes sound.
  var hasPedal: Bool {
    source == .midi ? log.hasPedal : score?.hasPedal ?? false
  }

  /// Pitches that may be struck.
  var pitches: Set<Int> {
    switch source {
    case .score: Set((score?.parts.joined()).map { $0.map { Int($0.pitch) } } ?? [])
    case .midi: layout.playablePitches
    case .none: Set(layout.freePitches)
    }
  }

  func apply(_ event: StreamEvent) {
    switch event.kind {
    case .locate:
      if segments.last?.sample == event.sample { segments.removeLast() }
      segments.append(
        ScoreSegment(
          sample: event.sample, seconds: event.seconds, isRolling: event.isRolling))
      let oldest = event.sample - Int(reachSeconds * sampleRate)
      while segments.count > 1 && segments[1].sample < oldest { segments.removeFirst() }
    case .source: source = NoteSource(rawValue: Int(event.pitch)) ?? .score
    default: log.apply(event, sampleRate: sampleRate)
    }
  }

  /// Pitches that are struck within a second, as far as is known.
  func upcomingPitches(after seconds: Double) -> Set<Int> {
    let notes = parts(fromSeconds: seconds, toSeconds: seconds).flatMap(\.notes)
    return Set(notes.filter { $0.onsetSeconds >= seconds }.map(\.pitch))
  }

  /// The notes that may sound in a stretch of a score, in seconds, in the order of their onsets; those
  /// a little outside as well.
  ///
  /// - Complexity: O(log n) and what is found, since loops may ask for hundreds of stretches.
  private func notes(
    of score: StreamScore, from start: Double, to end: Double
  ) -> some Sequence<StreamNote> {
    let margin = 1.0
    let all = UnsafeBufferPointer(start: score.view.notes, count: score.view.count)
    let first = score.view.firstNote(from: start - score.view.longestSeconds - margin)
    return all[first...].prefix { $0.onsetSeconds < end + margin }
  }

  /// The notes that sound in a stretch of the stream, part by part.
  ///
  /// - Returns: notes in seconds of the stream; those that still sound end beyond the stretch.
  func parts(fromSeconds start: Double, toSeconds end: Double) -> [Part] {
    var parts = layout.partNames.map { Part(name: $0, notes: []) }
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
      for index in log.firstIndex..<log.count {
        let note = log.note(index)
        add(note, onset: note.onsetSeconds, end: min(note.endSeconds, end + 10))
      }
    case .score:
      guard let score else { break }
      for (index, segment) in segments.enumerated() where segment.isRolling {
        let startSeconds = Double(segment.sample) / sampleRate
        let next =
          index + 1 < segments.count
          ? Double(segments[index + 1].sample) / sampleRate : Double.infinity
        guard next > start - Self.longestSeconds, startSeconds < end + Self.earlySeconds
        else { continue }
        let shift = segment.seconds - startSeconds
        for note in notes(
          of: score, from: max(segment.seconds, start - Self.longestSeconds + shift),
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
