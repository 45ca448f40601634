import DivisiDSP
import DivisiScore
import Testing

@testable import DivisiEngine

/// What a frame hears of a score, and how little of the score it looks at for that.
struct NoteTimelineTests {
  private static let grid = StreamRun(.quick(lookahead: 0), layout: .hands).stream.process.pointee
    .clock.grid
  /// A score's notes as a stream has them, in its order.
  private static func sorted(_ notes: [StreamNote]) -> [StreamNote] {
    notes.sorted { ($0.onsetSeconds, $0.pitch, $0.part) < ($1.onsetSeconds, $1.pitch, $1.part) }
  }

  private static func run(_ notes: [StreamNote], layout: StreamLayout) -> StreamRun {
    let run = StreamRun(.quick(lookahead: 0), layout: layout)
    let parts = layout.partNames.indices.map { part in
      Part(
        name: layout.partNames[part],
        notes: notes.filter { Int($0.part) == part }.map {
          Note(
            onsetSeconds: $0.onsetSeconds, releaseSeconds: $0.endSeconds, pitch: Int($0.pitch),
            velocity: Int($0.velocity))
        })
    }
    run.stream.worker.setScore(parts: parts, hasPedal: true)
    run.stream.process.pointee.timeline.adoptScore()
    return run
  }

  private static func locate(_ run: StreamRun, frame: Int, seconds: Double) {
    run.stream.process.pointee.timeline.apply(
      StreamEvent(
        kind: .locate, sample: frame * grid.hopSize, seconds: seconds, isRolling: true))
  }

  /// No frame looks at notes and nodes of a tree above them more often than this: on the way to where
  /// notes are due, and to those that still sound, for each pitch or each of 64 strokes.
  private static func limit(noteCount: Int, layout: StreamLayout) -> Int {
    let depth = Int.bitWidth - noteCount.leadingZeroBitCount
    return layout.isPercussive ? 65 * (2 * depth + 2) : 2 * 128 * (2 * depth + 2)
  }

  /// Scores that cost the most if one walks through them.
  enum Shape: CaseIterable {
    case oneOnset, oneOnsetOfOnePitch, dense, nested, oneThatLasts

    func notes(count: Int) -> [StreamNote] {
      (0..<count).map { number in
        let pitch = UInt8([36, 38, 42, 46, 49, 51][number % 6])
        let time = Double(number)
        return switch self {
        case .oneOnset:
          StreamNote(onsetSeconds: 1, endSeconds: 2, pitch: pitch, part: 0)
        case .oneOnsetOfOnePitch:
          StreamNote(onsetSeconds: 1, endSeconds: 1 + 1e-5 * time, pitch: 36, part: 0)
        case .dense:
          StreamNote(onsetSeconds: 1e-6 * time, endSeconds: 1e-6 * time, pitch: pitch, part: 0)
        case .nested:
          StreamNote(onsetSeconds: 1e-5 * time, endSeconds: 100 - 1e-5 * time, pitch: 36, part: 0)
        case .oneThatLasts:
          StreamNote(
            onsetSeconds: 0.01 * time, endSeconds: number == 0 ? 1e5 : 0.01 * time + 0.005,
            pitch: pitch, part: 0)
        }
      }
    }
  }

  @Test(arguments: Shape.allCases, [StreamLayout.hands, .drums])
  func aFrameLooksAtFewNotesOfAnyScore(shape: Shape, layout: StreamLayout) {
    let count = 100_000
    let run = Self.run(shape.notes(count: count), layout: layout)
    let process = run.stream.process
    let limit = Self.limit(noteCount: count, layout: layout)
    #expect(limit < count / 10)
    var most = 0
    var before = process.pointee.timeline.lookCount
    for frame in 0..<400 {
      // Jumps to all places, also backwards.
      if frame % 20 == 0 {
        Self.locate(run, frame: frame, seconds: Double(frame * 7919 % 1000))
      }
      if frame % 40 == 0 { Self.locate(run, frame: frame, seconds: 0.9) }
      process.pointee.timeline.advance(toFrame: frame)
      let now = process.pointee.timeline.lookCount
      most = max(most, now - before)
      before = now
    }
    #expect(most > 0)
    #expect(most <= limit)
  }

  /// The rule, note by note: what sounds of a pitch, and which strokes were last.
  private struct Rule {
    let notes: [StreamNote]
    let tolerance: Double
    var next = 0
    var start = (frame: 0, seconds: 0.0)
    var sounding: [UInt8: (StreamNote, onset: Double)] = [:]
    var strokes: [(StreamNote, onset: Double)] = []

    mutating func jump(frame: Int, seconds: Double) {
      (next, start, sounding, strokes) = (0, (frame, seconds), [:], [])
    }

    mutating func advance(toFrame frame: Int) {
      let startSeconds = Double(start.frame * grid.hopSize) / grid.sampleRate
      let shift = start.seconds - startSeconds
      let now = Double(frame * grid.hopSize) / grid.sampleRate + shift
      while next < notes.count, notes[next].onsetSeconds - tolerance <= now {
        let note = notes[next]
        next += 1
        guard note.endSeconds > start.seconds || note.onsetSeconds >= start.seconds else {
          continue
        }
        let onset = max(note.onsetSeconds - shift, startSeconds)
        sounding[note.pitch] = (note, onset)
        strokes.append((note, onset))
      }
    }
  }

  @Test(arguments: [0, 1, 2], [StreamLayout.hands, .drums])
  func whatSoundsIsWhatTheScoreSays(seed: UInt64, layout: StreamLayout) {
    var random = SeededGenerator(seed: seed)
    // Many at the same onsets, some long, some at once with the other part.
    let notes = Self.sorted(
      (0..<600).map { _ in
        let onset = Double(Int.random(in: 0..<80, using: &random)) / 8
        let length = [0, 0.1, 0.5, 5].randomElement(using: &random)!
        return StreamNote(
          onsetSeconds: onset, endSeconds: onset + length,
          pitch: UInt8([36, 38, 42, 46, 49, 51].randomElement(using: &random)!),
          velocity: .random(in: 1...127, using: &random), part: 0)
      })
    let run = Self.run(notes, layout: layout)
    let process = run.stream.process
    let voices = run.stream.process.pointee.timeline.isPercussive
    #expect(voices == layout.isPercussive)
    var rule = Rule(
      notes: notes, tolerance: SeparationSettings.quick(.nae).toleranceSeconds)
    let strokeCount = NoteTimeline.strokeCapacity
    for frame in 0..<1500 {
      if frame == 0 || Int.random(in: 0..<60, using: &random) == 0 {
        let seconds = Double.random(in: -1...11, using: &random)
        Self.locate(run, frame: frame, seconds: seconds)
        rule.jump(frame: frame, seconds: seconds)
      }
      process.pointee.timeline.advance(toFrame: frame)
      rule.advance(toFrame: frame)
      var found: [String] = []
      var expected: [String] = []
      if layout.isPercussive {
        let total = process.pointee.timeline.strokeCount
        for number in max(0, total - strokeCount)..<total {
          let stroke = process.pointee.timeline.strokes[number % strokeCount]
          guard stroke.onsetFrame > .min / 2 else { continue }
          found.append("\(stroke.note.velocity) \(stroke.onsetFrame)")
        }
        expected = rule.strokes.suffix(strokeCount).map { note, onset in
          "\(note.velocity) \(Self.grid.nearestFrame(atSeconds: onset - rule.tolerance))"
        }
      } else {
        for pitch in 0..<128 {
          let sounding = process.pointee.timeline.voices.sounding(0, ofVoice: pitch)
          guard sounding.endFrame != .min else { continue }
          found.append("\(sounding.note.pitch) \(sounding.note.velocity) \(sounding.onsetFrame)")
        }
        expected = rule.sounding.sorted { $0.key < $1.key }.map { pitch, entry in
          "\(pitch) \(entry.0.velocity) \(Self.grid.nearestFrame(atSeconds: entry.onset))"
        }
      }
      #expect(found == expected, "frame \(frame)")
      if found != expected { break }
    }
  }

  /// What one instrument strikes neither ends nor takes what another one holds.
  @Test func instrumentsInUnisonBothSound() {
    let parts = [[(0.5, 3.0)], [(1.0, 1.5)]].enumerated().map { index, spans in
      Part(
        name: "part_\(index + 1)",
        notes: spans.map { Note(onsetSeconds: $0.0, releaseSeconds: $0.1, pitch: 72) },
        instrument: index)
    }
    let silent = (3...8).map { Part(name: "part_\($0)", notes: [], instrument: $0 - 1) }
    let run = StreamRun(.quick(lookahead: 0), layout: .parts, parts: parts + silent)
    let process = run.stream.process
    process.pointee.timeline.adoptScore()
    Self.locate(run, frame: 0, seconds: 0)
    let grid = Self.grid
    for frame in 0...grid.nearestFrame(atSeconds: 2) {
      process.pointee.timeline.advance(toFrame: frame)
    }
    let (violin, flute) = (
      process.pointee.timeline.voices.sounding(0, ofVoice: 72),
      process.pointee.timeline.voices.sounding(0, ofVoice: 128 + 72)
    )
    #expect(violin.note.part == 0)
    #expect(violin.endFrame == grid.nearestFrame(atSeconds: 3))
    #expect(flute.note.part == 1)
    #expect(flute.endFrame == grid.nearestFrame(atSeconds: 1.5))
  }

  /// What other parts strike within 50 ms sounds for them as well, each to its own end; a later stroke is of one part.
  @Test func aKeySoundsForAllWhoStruckItAtOnce() {
    func note(_ part: Int16, _ onset: Double, _ end: Double) -> StreamNote {
      StreamNote(onsetSeconds: onset, endSeconds: end, pitch: 60, part: part)
    }
    let run = Self.run(
      [note(0, 0.5, 2), note(1, 0.52, 1), note(1, 1.5, 1.8), note(0, 1.6, 1.7)], layout: .hands)
    let process = run.stream.process
    Self.locate(run, frame: 0, seconds: 0)
    var found: [[Int16]] = []
    for seconds in [0.8, 1.55, 1.65] {
      process.pointee.timeline.advance(toFrame: Self.grid.nearestFrame(atSeconds: seconds))
      let voices = (0...SoundingVoices.partnerCount).map {
        process.pointee.timeline.voices.sounding($0, ofVoice: 60)
      }
      found.append(voices.filter { $0.endFrame != .min }.map(\.note.part))
      if seconds == 0.8 {
        #expect(voices[1].endFrame == Self.grid.nearestFrame(atSeconds: 2))
      }
    }
    #expect(found == [[1, 0], [1], [0]])
    // A jump to where nobody plays, from a key that two hold.
    Self.locate(run, frame: 1000, seconds: 0.7)
    for (seconds, count) in [(0.7, 2), (5, 0)] {
      Self.locate(run, frame: 1001, seconds: seconds)
      process.pointee.timeline.advance(toFrame: 1001)
      let voices = (0...SoundingVoices.partnerCount).map {
        process.pointee.timeline.voices.sounding($0, ofVoice: 60)
      }
      #expect(voices.count { $0.endFrame != .min } == count)
    }
  }

  /// A stretch has every note that sounds in it, in order, whatever lasts how long.
  @Test(arguments: [0, 1, 2])
  func aStretchHasItsNotes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let notes = Self.sorted(
      (0..<500).map { number in
        let onset = Double.random(in: 0..<100, using: &random)
        return StreamNote(
          onsetSeconds: onset,
          endSeconds: onset + (number % 50 == 0 ? 60 : .random(in: 0..<1, using: &random)),
          pitch: .random(in: 30..<90, using: &random), part: 0)
      })
    let score = StreamScore(
      parts: [notes], instruments: [0], hasPedal: true, layout: .hands)
    for _ in 0..<50 {
      let start = Double.random(in: -5..<105, using: &random)
      let end = start + .random(in: 0..<5, using: &random)
      let expected = notes.filter { $0.endSeconds > start && $0.onsetSeconds < end }
      let found = score.notes(from: start, to: end)
        .filter { $0.endSeconds > start && $0.onsetSeconds < end }
      #expect(found.map(\.onsetSeconds) == expected.map(\.onsetSeconds))
    }
  }
}
