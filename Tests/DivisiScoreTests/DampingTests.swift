import Testing

@testable import DivisiScore

/// Times that are meant to be equal but were added up in another order.
@Suite struct DampingTests {
  @Test func toleratesRoundingAtAPedalChange() {
    let change = 0.3
    let release = 0.1 + 0.2
    #expect(release > change)
    var notes = [Note(onsetSeconds: 0, releaseSeconds: release, pitch: 60)]
    let events = [(0, true), (change, false), (change, true), (2, false)].map {
      Damping.PedalEvent(seconds: $0, isDown: $1)
    }
    Damping(pedals: [0: events], endSeconds: 3).apply(to: &notes, instruments: [0])
    #expect(notes[0].dampedSeconds == release)
  }

  @Test func toleratesRoundingInUnisons() {
    var notes = [0.3, 0.1 + 0.2].map { Note(onsetSeconds: $0, releaseSeconds: 1, pitch: 60) }
    Damping(pedals: [:], endSeconds: 1).apply(to: &notes, instruments: [0, 0])
    #expect(notes.map(\.releaseSeconds) == [1, 1])
  }

  @Test func keepsInstrumentsApart() {
    var notes = [0.0, 0.5].map { Note(onsetSeconds: $0, releaseSeconds: 1, pitch: 60) }
    let down = [Damping.PedalEvent(seconds: 0, isDown: true)]
    let damping = Damping(pedals: [2: down], endSeconds: 3)
    damping.apply(to: &notes, instruments: [1, 2])
    #expect(notes.map(\.releaseSeconds) == [1, 1])
    #expect(notes.map(\.dampedSeconds) == [1, 3])
    #expect(damping.hasPedal)
  }
}

@Suite struct TempoMapTests {
  @Test func changesAtTheirPositionsInAnyOrder() {
    let changes = [(4.0, 2.0), (2.0, 0.25), (2.0, 1.0)].map {
      TempoMap.Change(position: $0, secondsPerBeat: $1)
    }
    let map = TempoMap(changes: changes)
    #expect([0, 1, 2, 3, 4, 5].map { map.seconds(at: $0) } == [0, 0.5, 1, 2, 3, 5])
  }

  @Test func replacesTheTempoAtTheStart() {
    let map = TempoMap(changes: [TempoMap.Change(position: 0, secondsPerBeat: 3)])
    #expect(map.seconds(at: 2) == 6)
  }
}
