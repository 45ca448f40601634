import Testing

@testable import DivisiEngine

/// For whom a key sounds that several parts strike.
struct SoundingVoicesTests {
  /// Parts that strike one key, and for whom it sounds then, the last one first.
  struct Case: Sendable {
    var parts: [Int16]
    var milliseconds: [Int]
    var heard: [Int16]
  }

  private static let cases = [
    Case(parts: [0, 1, 2], milliseconds: [500, 510, 520], heard: [2, 1, 0]),
    Case(parts: [0, 1, 2, 3], milliseconds: [500, 510, 520, 530], heard: [3, 2, 1]),
    // Each within 50 ms of the one before, but the first not of the last.
    Case(parts: [0, 1, 2], milliseconds: [500, 540, 580], heard: [2, 1]),
    Case(parts: [0, 1], milliseconds: [500, 600], heard: [1]),
    // A part that strikes again has one note.
    Case(parts: [0, 0], milliseconds: [500, 520], heard: [0]),
    Case(parts: [0, 1, 0], milliseconds: [500, 510, 520], heard: [0, 1]),
    Case(parts: [0, 1, 0, 1], milliseconds: [500, 510, 520, 530], heard: [1, 0]),
    Case(parts: [0, 1, 0, 2], milliseconds: [500, 510, 520, 530], heard: [2, 0, 1]),
  ]

  @Test(arguments: cases) func theLastThreeShare(strikes: Case) {
    for areShared in [true, false] {
      let voices = SoundingVoices(count: 128, areShared: areShared)
      for (number, strike) in zip(strikes.parts, strikes.milliseconds).enumerated() {
        voices.strike(
          SoundingVoices.Sounding(
            note: StreamNote(
              onsetSeconds: Double(strike.1) / 1000, pitch: 60, part: strike.0),
            onsetFrame: number, endFrame: 100, place: -1))
      }
      let found = (0...SoundingVoices.partnerCount).map { voices.sounding($0, ofVoice: 60) }
        .filter { $0.endFrame != .min }.map(\.note.part)
      #expect(found == (areShared ? strikes.heard : [strikes.heard[0]]))
    }
  }

  /// Hands on their channels: what one lets go first sounds on for the other, until that one lets go.
  @Test func eachLetsGoByMIDI() {
    let run = StreamRun(.quick(lookahead: 0), layout: .hands)
    let process = run.stream.process
    let grid = process.pointee.clock.grid
    var source = StreamEvent(kind: .source, sample: 0)
    source.pitch = UInt8(NoteSource.midi.rawValue)
    process.pointee.timeline.apply(source)
    func send(_ kind: StreamEvent.Kind, channel: UInt8, sample: Int) {
      var event = StreamEvent(kind: kind, sample: sample)
      (event.pitch, event.velocity, event.channel) = (60, 80, channel)
      process.pointee.timeline.apply(event)
      process.pointee.timeline.advance(toFrame: grid.nearestFrame(atSeconds: Double(sample) / 8000))
    }
    func ends() -> [Int16: Int] {
      (0...SoundingVoices.partnerCount).map {
        process.pointee.timeline.voices.sounding($0, ofVoice: 60)
      }.filter { $0.endFrame != .min }.reduce(into: [:]) { $0[$1.note.part] = $1.endFrame }
    }
    func frame(_ sample: Int) -> Int { grid.nearestFrame(atSeconds: Double(sample) / 8000) }
    send(.noteOn, channel: 1, sample: 8000)
    send(.noteOn, channel: 2, sample: 8080)
    let held = ends()
    #expect(held.count == 2 && held.values.allSatisfy { $0 > frame(1_000_000) })
    send(.noteOff, channel: 1, sample: 12_000)
    #expect(ends()[0] == frame(12_000) && ends()[1] == held[1])
    send(.noteOff, channel: 2, sample: 16_000)
    #expect(ends() == [0: frame(12_000), 1: frame(16_000)])
    // Whatever sounded, another source silences.
    process.pointee.timeline.apply(source)
    #expect(ends().isEmpty)
  }
}
