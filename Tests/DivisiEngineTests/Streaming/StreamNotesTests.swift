import DivisiDSP
import DivisiScore
import DivisiTestSupport
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
