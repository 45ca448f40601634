import DivisiScore
import DivisiTestSupport
import Testing

@testable import DivisiEngine

/// What finds no room in the ring from the audio thread to the worker is not lost.
struct StreamRecoveryTests {
  private static let notes = [
    [note(40, 0.25, 1), note(43, 1, 2), note(45, 2, 3)],
    [note(64, 0.25, 0.5), note(67, 0.5, 1), note(71, 1, 1.5), note(64, 1.5, 2.5)],
  ]
  private static let mix = signal(
    of: notes.joined().map {
      harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
    }, sampleCount: 28_000, sampleRate: 8000)

  /// More than the ring takes, of which each says nothing new.
  private static let flood = 10_000

  /// Plays the notes by MIDI, with another position, and another key let go, somewhere within.
  ///
  /// - Parameters:
  ///   - floodsAt: samples at which the audio thread sends more than there is room for.
  ///   - mayUpdate: whether the worker comes when an update is due at a sample.
  ///   - between: called in the middle of a flood.
  private func play(
    lookahead: Double, floodsAt: [Int], mayUpdate: (Int) -> Bool = { _ in true },
    between: (StreamRun) -> Void = { _ in }
  ) -> StreamRun {
    let run = StreamRun(.quick(lookahead: lookahead), layout: .hands)
    run.stream.process.pointee.setSource(.midi)
    var events: [(sample: Int, status: UInt8, pitch: UInt8)] = []
    for note in Self.notes.joined() {
      events.append((Int(note.onsetSeconds * 8000), 0x90, UInt8(note.pitch)))
      events.append((Int(note.releaseSeconds * 8000), 0x80, UInt8(note.pitch)))
    }
    events.sort { ($0.sample, $0.status) < ($1.sample, $1.status) }
    var position = 0
    var floods = Set(floodsAt)
    for event in events {
      run.feed(Array(Self.mix[position..<event.sample])) { worker in
        if mayUpdate(run.stream.process.pointee.position) { worker.update() }
      }
      position = event.sample
      let isFlooded = floods.remove(event.sample) != nil
      for number in 0..<(isFlooded ? Self.flood : 0) {
        if number == Self.flood / 2 { between(run) }
        run.stream.process.pointee.receive(status: 0xB9, first: 123, second: 0)
      }
      run.stream.process.pointee.receive(status: event.status, first: event.pitch, second: 80)
      run.stream.process.pointee.locate(seconds: Double(event.sample), isRolling: true)
    }
    run.feed(Array(Self.mix[position...]) + [Float](repeating: 0, count: run.stream.latency))
    return run
  }

  /// What both ends think of the notes.
  private func states(of run: StreamRun) -> (audio: [String], worker: [String]) {
    (
      describe(run.stream.process.pointee.timeline.notes), describe(run.stream.worker.notes.state)
    )
  }

  private func describe(_ state: borrowing NoteState) -> [String] {
    ["\(state.eventCount) \(state.source) \(state.log.pedals) \(state.log.hasPedal)"]
      + (state.firstSegment..<state.segmentCount).map { "\(state.segment($0))" }
      + (state.log.firstIndex..<state.log.count).map { "\(state.log.note($0))" }
  }

  /// The flood comes between two updates, and the next one knows all: no sample is another.
  @Test(arguments: [0, 0.3])
  func aFloodBetweenUpdatesChangesNoSample(lookahead: Double) {
    // Onsets at 1 s and at 2 s are among what is lost, and the ends of what sounds until then.
    let floods = [8000, 16_000]
    let flooded = play(lookahead: lookahead, floodsAt: floods)
    // The same events, but the worker makes room.
    let calm = play(lookahead: lookahead, floodsAt: floods, between: { $0.stream.worker.update() })
    #expect(calm.stream.recoveredEventCount == 0)
    #expect(flooded.stream.recoveredEventCount > 2 * (Self.flood - 8192))
    #expect(flooded.lateUpdateCount == 0, "no update was late")
    let areEqual = flooded.output == calm.output
    #expect(areEqual)
    let (audio, worker) = states(of: flooded)
    #expect(audio == worker)
    #expect(audio == states(of: calm).audio)
  }

  /// The worker stays away for a second, in which the ring overflows; then it comes again.
  @Test(arguments: [0, 0.3])
  func aWorkerThatWasAwayIsBroughtUp(lookahead: Double) {
    func isThere(_ sample: Int) -> Bool { !(6000..<14_000).contains(sample) }
    let flooded = play(lookahead: lookahead, floodsAt: [8000], mayUpdate: isThere)
    let calm = play(lookahead: lookahead, floodsAt: [], mayUpdate: isThere)
    #expect(flooded.stream.recoveredEventCount > 0)
    let late = flooded.lateUpdateCount
    #expect(late > 0)
    #expect(late == calm.lateUpdateCount, "events are counted apart")
    let (audio, worker) = states(of: flooded)
    #expect(audio == worker)
    let areEqual = flooded.output == calm.output
    #expect(areEqual)
  }

  /// A second flood, when the copy for the first has not been taken, waits for its turn.
  @Test func floodsWhileNobodyComes() {
    let run = play(lookahead: 0.3, floodsAt: [4000, 8000, 12_000, 16_000]) {
      !(3000..<18_000).contains($0)
    }
    let (audio, worker) = states(of: run)
    #expect(audio == worker)
    let isInStep = run.stream.process.pointee.isInStep
    #expect(isInStep)
  }

  /// A ring that another thread empties meanwhile: copies and events come in any order, and add up.
  @Test func copiesAndEventsOfTwoThreadsAddUp() async {
    let run = StreamRun(.quick(lookahead: 0.3), layout: .hands)
    let stream = run.stream
    let worker = Task.detached {
      for _ in 0..<2000 {
        stream.worker.update()
        await Task.yield()
      }
    }
    for round in 0..<40 {
      for number in 0..<1500 {
        stream.process.pointee.receive(
          status: number % 2 == 0 ? 0x90 : 0x80, first: UInt8(40 + round % 20), second: 80)
      }
      run.feed([Float](repeating: 0, count: 300)) { _ in }
    }
    await worker.value
    for _ in 0..<2 { run.feed([Float](repeating: 0, count: 8000)) }
    let (audio, other) = states(of: run)
    #expect(audio == other)
  }
}
