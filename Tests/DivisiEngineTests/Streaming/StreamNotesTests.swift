import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Foundation
import Testing

@testable import DivisiEngine

/// Notes reach a stream by a score that moves, or by MIDI.
struct StreamNotesTests {
  private static let notes = [
    [note(40, 0.25, 1), note(43, 1, 2), note(45, 2, 3)],
    [note(64, 0.25, 0.5), note(67, 0.5, 1), note(71, 1, 1.5), note(64, 1.5, 2.5)],
  ]

  private static func parts(shiftedBy seconds: Double = 0) -> [Part] {
    zip(["left", "right"], notes).map { name, notes in
      Part(
        name: name,
        notes: notes.map {
          note($0.pitch, $0.onsetSeconds + seconds, $0.releaseSeconds + seconds)
        })
    }
  }

  private static let mix = signal(
    of: notes.joined().map {
      harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
    }, sampleCount: 28_000, sampleRate: 8000)

  private func output(_ lookahead: Double, prepare: (StreamRun) -> Void) -> StreamOutput {
    let run = StreamRun(.quick(lookahead: lookahead), layout: .hands)
    prepare(run)
    run.feed(Self.mix)
    return run.output
  }

  private func fromTheStart(_ lookahead: Double) -> StreamOutput {
    output(lookahead) {
      $0.stream.worker.setScore(parts: Self.parts(), hasPedal: true)
      $0.stream.process.pointee.locate(seconds: 0, isRolling: true)
    }
  }

  @Test(arguments: [0, 0.3])
  func aPositionMovesTheScore(lookahead: Double) {
    let moved = output(lookahead) {
      $0.stream.worker.setScore(parts: Self.parts(shiftedBy: 64), hasPedal: true)
      $0.stream.process.pointee.locate(seconds: 64, isRolling: true)
    }
    #expect(moved == fromTheStart(lookahead))
  }

  @Test(arguments: [0, 0.3])
  func aScoreThatRestsPlaysNothing(lookahead: Double) {
    let resting = output(lookahead) {
      $0.stream.worker.setScore(parts: Self.parts(), hasPedal: true)
      $0.stream.process.pointee.locate(seconds: 0.5, isRolling: false)
    }
    #expect(resting.parts.allSatisfy { $0.allSatisfy { $0 == 0 } })
    #expect(resting.residual.contains { $0 != 0 })
  }

  @Test(arguments: [0, 0.3])
  func aJumpTakesTheScoreAlong(lookahead: Double) {
    let expected = StreamRun(.quick(lookahead: lookahead), layout: .hands)
    expected.stream.worker.setScore(parts: Self.parts(), hasPedal: true)
    expected.stream.process.pointee.locate(seconds: 0, isRolling: true)
    expected.feed(Self.mix + Self.mix)

    let run = StreamRun(.quick(lookahead: lookahead), layout: .hands)
    run.stream.worker.setScore(parts: Self.parts(), hasPedal: true)
    run.stream.process.pointee.locate(seconds: 0, isRolling: true)
    run.feed(Self.mix)
    run.stream.process.pointee.locate(seconds: 0, isRolling: true)
    run.feed(Self.mix)
    // Without the jump the second round has no notes.
    let start = Self.mix.count + run.stream.latency
    #expect(expected.output.parts[0].dropFirst(start + 8000).allSatisfy { abs($0) < 1e-3 })
    let energy = run.output.parts[1].dropFirst(start).reduce(0) { $0 + $1 * $1 }
    let first = run.output.parts[1].prefix(Self.mix.count).reduce(0) { $0 + $1 * $1 }
    #expect(energy > 0.4 * first)
  }

  /// Magnitudes as velocities, as in whole files; when one hand lets go, the other has all.
  @Test(arguments: [0, 0.3])
  func aKeyOfBothHandsIsShared(lookahead: Double) {
    let settings = StreamSettings.quick(lookahead: lookahead)
    let run = StreamRun(
      settings, layout: .hands,
      parts: [
        Part(name: "left", notes: [note(60, 0.25, 3, velocity: 30)]),
        Part(name: "right", notes: [note(60, 0.27, 1.3, velocity: 90)]),
      ])
    run.stream.process.pointee.locate(seconds: 0, isRolling: true)
    let mix = signal(
      of: [harmonicTone(pitch: 60, from: 0.25, to: 3)], sampleCount: 24_000, sampleRate: 8000)
    run.feed(mix)
    func level(_ samples: [Float], from first: Int) -> Float {
      samples[first..<first + 2000].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    func levels(from first: Int) -> [Float] {
      run.output.parts.map { level($0, from: first + run.stream.latency) }
    }
    let together = levels(from: 8000)
    let expected = pow(30 / 90, Float(settings.separation.wienerExponent))
    #expect(abs(together[0] / together[1] - expected) < 0.05 * expected)
    let alone = levels(from: 14_000)
    #expect(alone[1] == 0 && alone[0] > 0.8 * level(mix, from: 14_000), "\(alone)")
  }

  /// A loop of a tenth of a second, and a long look-ahead: a frame waits while the transport jumps often.
  @Test func shortLoopsAreFollowedFarBack() {
    let run = StreamRun(
      .quick(lookahead: 4), layout: .hands,
      parts: [
        Part(name: "left", notes: [note(40, 5, 5.05)]),
        Part(name: "right", notes: [note(64, 5.05, 5.1)]),
      ])
    let process = run.stream.process
    process.pointee.timeline.adoptScore()
    for loop in 0..<80 {
      var event = StreamEvent(kind: .locate, sample: loop * 800, seconds: 5, isRolling: true)
      event.channel = 0
      process.pointee.timeline.apply(event)
    }
    let grid = run.stream.process.pointee.clock.grid
    for loop in 1..<80 {
      process.pointee.timeline.advance(
        toFrame: grid.nearestFrame(atSeconds: Double(loop) / 10 + 0.07))
      for (pitch, onset) in [(40, 0.0), (64, 0.05)] {
        let onsetFrame = process.pointee.timeline.voices.sounding(0, ofVoice: pitch).onsetFrame
        #expect(
          onsetFrame
            == grid.nearestFrame(atSeconds: Double(loop) / 10 + onset), "\(pitch) in loop \(loop)")
      }
    }
  }

  /// What a window sees of a loop is its notes over and over, cut where the transport jumps.
  @Test func aWindowSeesEveryRoundOfALoop() {
    let history = NoteHistory(layout: .hands, sampleRate: 8000, reachSeconds: 10)
    let notes = (0..<1000).map { (number: Int) -> StreamNote in
      let onset = Double(number) / 10
      return StreamNote(
        onsetSeconds: onset, endSeconds: onset + 0.5, pitch: UInt8(21 + number % 80),
        part: Int16(number % 2))
    }
    history.score = StreamScore(
      parts: [notes.filter { $0.part == 0 }, notes.filter { $0.part == 1 }], instruments: [0, 0],
      hasPedal: true, layout: .hands)
    for round in 0..<200 {
      history.apply(
        StreamEvent(kind: .locate, sample: round * 1600, seconds: 50.05, isRolling: true))
    }
    let parts = history.parts(fromSeconds: 35, toSeconds: 40)
    let rounds = Dictionary(grouping: parts.flatMap(\.notes)) {
      Int(($0.onsetSeconds * 5 + 1e-6).rounded(.down))
    }
    for round in 175..<199 {
      // Five that sound at 50.05 s, and those of 50.1 s and 50.2 s.
      #expect(rounds[round]?.count == 7)
      #expect(
        rounds[round]?.allSatisfy { $0.releaseSeconds < Double(round + 1) / 5 + 1e-6 } == true)
    }
  }

  @Test(arguments: [(0, 6.0), (0.3, 9.0)])
  func notesByMIDIAreAScore(lookahead: Double, decibels: Double) {
    let run = StreamRun(.quick(lookahead: lookahead), layout: .hands)
    run.stream.process.pointee.setSource(.midi)
    var events: [(sample: Int, status: UInt8, pitch: UInt8, velocity: UInt8)] = []
    for note in Self.notes.joined() {
      let pitch = UInt8(note.pitch)
      events.append((Int(note.onsetSeconds * 8000), 0x90, pitch, 80))
      events.append((Int(note.releaseSeconds * 8000), 0x80, pitch, 0))
    }
    events.sort { ($0.sample, $0.status) < ($1.sample, $1.status) }
    var position = 0
    for event in events {
      run.feed(Array(Self.mix[position..<event.sample]))
      position = event.sample
      run.stream.process.pointee.receive(
        status: event.status, first: event.pitch, second: event.velocity)
    }
    run.feed(Array(Self.mix[position...]) + [Float](repeating: 0, count: run.stream.latency))
    for (index, notes) in Self.notes.enumerated() {
      let truth = signal(
        of: notes.map {
          harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
        }, sampleCount: Self.mix.count, sampleRate: 8000)
      let part = Array(run.output.parts[index].dropFirst(run.stream.latency))
      #expect(scaleInvariantSDR(estimate: part, truth: truth) > decibels)
    }
  }

  /// A key that is held while hundreds of others are struck ends when it is let go, or forgotten.
  @Test func longNotesByMIDIEnd() {
    let run = StreamRun(.quick(lookahead: 0), layout: .hands)
    let process = run.stream.process
    var source = StreamEvent(kind: .source, sample: 0)
    source.pitch = UInt8(NoteSource.midi.rawValue)
    process.pointee.timeline.apply(source)
    func send(_ kind: StreamEvent.Kind, _ pitch: UInt8, _ sample: Int) {
      var event = StreamEvent(kind: kind, sample: sample)
      event.pitch = pitch
      event.velocity = 80
      process.pointee.timeline.apply(event)
    }
    let grid = run.stream.process.pointee.clock.grid
    func frame(_ sample: Int) -> Int { grid.nearestFrame(atSeconds: Double(sample) / 8000) }
    for count in [300, 5000] {
      let start = count * 1000
      send(.noteOn, 40, start)
      process.pointee.timeline.advance(toFrame: frame(start))
      let endWhileHeld = process.pointee.timeline.voices.sounding(0, ofVoice: 40).endFrame
      #expect(endWhileHeld > frame(start + 1_000_000))
      for number in 0..<count {
        send(.noteOn, 64, start + 100 * number)
        send(.noteOff, 64, start + 100 * number + 50)
      }
      let end = start + 100 * count
      process.pointee.timeline.advance(toFrame: frame(end))
      send(.noteOff, 40, end)
      process.pointee.timeline.advance(toFrame: frame(end) + 1)
      let endAfterwards = process.pointee.timeline.voices.sounding(0, ofVoice: 40).endFrame
      #expect(endAfterwards == (count < 4096 ? frame(end) : .min))
    }
  }

  @Test(arguments: [0, 0.3])
  func withoutNotesAnythingMaySound(lookahead: Double) {
    let free = output(lookahead) { $0.stream.process.pointee.setSource(.none) }
    let energies = free.parts.map { $0.reduce(0) { $0 + $1 * $1 } }
    #expect(energies.allSatisfy { $0 > 1 }, "both hands, cut at middle C: \(energies)")
  }

  /// Four seconds of the score in which nobody plays, then a jump to its start.
  @Test(arguments: [0, 0.3])
  func theNoiseOfTheRoomIsForgotten(lookahead: Double) {
    var settings = StreamSettings.quick(lookahead: lookahead)
    settings.separation.iterations = 100
    func decibels(noiseFirst: Bool) -> [Double] {
      let run = StreamRun(settings, layout: .hands, parts: Self.parts())
      run.stream.process.pointee.locate(seconds: 0, isRolling: true)
      if noiseFirst {
        run.feed(noise(count: Self.mix.count, level: 1e-4, seed: 1))
        run.stream.process.pointee.locate(seconds: 0, isRolling: true)
      }
      run.feed(Self.mix + [Float](repeating: 0, count: run.stream.latency))
      return zip(run.output.parts, Self.notes).map { part, notes in
        let truth = signal(
          of: notes.map {
            harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
          }, sampleCount: Self.mix.count, sampleRate: 8000)
        return scaleInvariantSDR(estimate: Array(part.suffix(Self.mix.count)), truth: truth)
      }
    }
    for (found, clean) in zip(decibels(noiseFirst: true), decibels(noiseFirst: false)) {
      #expect(found > clean - 2, "\(found) after noise, \(clean) without")
    }
  }
}
