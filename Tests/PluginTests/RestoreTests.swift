import Foundation
import LV2Hosting
import Synchronization
import Testing

/// States, presets and scores that come while the plugin plays: what is in the outputs goes on, sample by
/// sample, until the new takes over.
@Suite struct RestoreTests {
  /// For how long the plugin has controls rest.
  private static let settling = 4410
  private static let block = 512
  private static let length = 10 * 22_050 / block * block

  /// The duet over and over.
  private static let input = Duet.signal().map { channel in
    (0..<length).map { channel[$0 % channel.count] }
  }

  /// Thousands of notes, half an hour of them, all of the right hand.
  private static let longScore =
    "start;duration;pitch;velocity;label\n"
    + (0..<4_000).map { "\(Double($0) * 0.4 + 0.05);0.3;\(60 + $0 % 25);80;right" }
    .joined(separator: "\n")

  private static func render(_ gate: Gate? = nil) -> Render {
    var render = Render()
    render.controls["freewheel"] = 0
    render.features.log = gate?.log
    return render
  }

  /// Expects that two outputs are the same up to the end of the new stream's first latency, and differ soon
  /// after; and that all along nothing is missing.
  private static func expectTakeover(
    _ output: [[Float]], _ reference: [[Float]], after position: Int, latency: Int,
    oldLatency: Int, location: SourceLocation = #_sourceLocation
  ) {
    // A block for the request, and one in which the stream is built.
    let earliest = position + settling - block + latency
    expectSame(
      output.map { Array($0.prefix(earliest)) }, reference.map { Array($0.prefix(earliest)) },
      "before the new stream has output", location: location)
    let first = (earliest..<length).first { index in
      output.indices.contains { output[$0][index] != reference[$0][index] }
    }
    #expect(
      first.map { $0 < earliest + 8 * block } == true, "\(String(describing: first))",
      sourceLocation: location)
    let sum = SumTests.sum(output)
    let end = min(earliest, length)
    expectNear(
      sum.map { Array($0.prefix(end)) },
      delayed(input, by: oldLatency).map { Array($0.prefix(end)) }, within: 4e-6,
      location: location)
    let late = earliest + 8 * block + 441
    expectNear(
      sum.map { Array($0.dropFirst(late)) },
      delayed(input, by: latency).map { Array($0[late..<length]) }, within: 4e-6,
      location: location)
  }

  /// The score's file is gone, so that the state's own notes are read: that is said, and held there.
  @Test func theOldStreamPlaysWhileALongScoreIsRead() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.longScore, to: "long.csv")
    try folder.write(presetText(for: "urn:divisi:hands", score: path), to: "long.ttl")
    var silent = Self.render()
    silent.score = nil
    let other = try silent.instance(in: world)
    try State(path: folder.file("long.ttl"), in: world).restore(to: other)
    let text = try State(of: other).text(uri: "urn:test:long")
    try FileManager.default.removeItem(atPath: path)
    let reference = try Self.render()(Self.input, blocks: [Self.block])

    let gate = Gate(at: "expected a readable file")
    let render = Self.render(gate)
    let instance = try render.instance(in: world)
    nonisolated(unsafe) let state = try State(text: text, in: world)
    let end = DispatchSemaphore(value: 0)
    let (start, release) = (20 * Self.block, 150 * Self.block)
    instance.activate()
    let output = render(instance, Self.input, blocks: [Self.block]) { instance, position in
      if position == start {
        Thread.detachNewThread {
          state.restore(to: instance)
          end.signal()
        }
        while !gate.holds { usleep(1000) }
      }
      if position == release {
        gate.open()
        end.wait()
      }
    }
    #expect(instance["late"] == 0)
    let latency = Int(instance["latency"])
    Self.expectTakeover(
      output, reference, after: release, latency: latency, oldLatency: latency)
    // There is no left hand in the new score.
    let left = output[2].dropFirst(release + 2 * latency + 20_000)
    #expect(left.allSatisfy { $0 == 0 })
    expectHeard(Array(output[4].suffix(40_000)))
  }

  /// Controls, placement, score and model of a preset take over in the same cross-fade.
  @Test(arguments: [WorkerMode.asynchronous, .synchronous])
  func aPresetIsAdoptedAsOne(mode: WorkerMode) throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.longScore, to: "long.csv")
    let controls: [String: Float] = [
      "iterations": 2, "overlap": 8, "score_offset": 0.25, "lookahead": 0.5, "score_source": 0,
    ]
    try folder.write(
      presetText(for: "urn:divisi:hands", controls: controls, score: path), to: "preset.ttl")
    var render = Self.render()
    render.features.worker = mode
    let reference = try render(Self.input, blocks: [Self.block])
    let oldLatency = try render.latency()
    let instance = try render.instance(in: world)
    let state = try State(path: folder.file("preset.ttl"), in: world)
    let position = 20 * Self.block
    var latencies: [Float] = []
    instance.activate()
    let output = render(instance, Self.input, blocks: [Self.block]) { instance, now in
      if now > 0, latencies.last != instance["latency"] { latencies.append(instance["latency"]) }
      if now == position { state.restore(to: instance) }
    }
    #expect(instance["late"] == 0)
    #expect(latencies.count == 2, "one stream after another, \(latencies)")
    let latency = Int(instance["latency"])
    #expect(latency > oldLatency)
    Self.expectTakeover(
      output, reference, after: position, latency: latency, oldLatency: oldLatency)
    #expect(output[2].suffix(40_000).allSatisfy { $0 == 0 })
  }

  /// A note that arrives in the block in which the cross-fade ends, after its end, belongs to the new
  /// stream, which a preset has taken to MIDI.
  @Test func noNoteIsLostWhereTheNewStreamTakesOver() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    try folder.write(
      presetText(
        for: "urn:divisi:hands", controls: Render.fast.merging(["score_source": 1]) { $1 },
        score: folder.write(Self.longScore, to: "long.csv")), to: "preset.ttl")
    let state = try State(path: folder.file("preset.ttl"), in: world)
    var render = Self.render()
    render.controls["lookahead"] = 0.5
    /// Plays, with a note that is struck at the end of a block and held.
    func play(noteInBlockAt start: Int?) throws -> (output: [[Float]], takeover: Int?) {
      let instance = try render.instance(in: world)
      let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
      let events = try #require(instance.events(control.index))
      var takeover: Int?
      instance.activate()
      instance.run(0)
      let latency = instance["latency"]
      let output = render(instance, Self.input, blocks: [Self.block]) { instance, position in
        if takeover == nil, instance["latency"] != latency { takeover = position - Self.block }
        if position == 20 * Self.block {
          state.restore(to: instance)
          instance["freewheel"] = 0
        }
        if position == start {
          #expect(events.append(at: Self.block - 1, .midi([0x90, 72, 80], world.urids)))
        }
      }
      return (output, takeover)
    }
    let silent = try play(noteInBlockAt: nil)
    let takeover = try #require(silent.takeover)
    #expect(silent.output[4].suffix(40_000).allSatisfy { $0 == 0 })
    expectHeard(Array(try play(noteInBlockAt: takeover).output[4].suffix(40_000)))
  }

  /// What is saved while a state is being read is that state, not the one before.
  @Test func aSaveWaitsForWhatIsBeingRead() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.longScore, to: "long.csv")
    try folder.write(presetText(for: "urn:divisi:hands", score: path), to: "long.ttl")
    let other = try Self.render().instance(in: world)
    try State(path: folder.file("long.ttl"), in: world).restore(to: other)
    nonisolated(unsafe) let state = try State(
      text: State(of: other).text(uri: "urn:test:long"), in: world)
    // Its notes are read in its place, and that is said.
    try FileManager.default.removeItem(atPath: path)
    let gate = Gate(at: "expected a readable file")
    let instance = try Self.render(gate).instance(in: world)
    let (restored, saved) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    Thread.detachNewThread {
      state.restore(to: instance)
      restored.signal()
    }
    while !gate.holds { usleep(1000) }
    let text = Mutex("")
    Thread.detachNewThread {
      let state = try? State(of: instance).text(uri: "urn:test:saved")
      text.withLock { $0 = state ?? "" }
      saved.signal()
    }
    // A save that does not wait is done by then.
    let hasWaited = saved.wait(timeout: .now() + 0.3) == .timedOut
    gate.open()
    restored.wait()
    if hasWaited { saved.wait() }
    #expect(hasWaited)
    #expect(text.withLock { $0.contains(path) })
  }

  /// What is there already is not made again, which would forget what the model has learnt.
  @Test func theSameStateChangesNothing() throws {
    let world = try Bundle.world()
    let render = Self.render()
    let reference = try render(Self.input, blocks: [Self.block])
    let instance = try render.instance(in: world)
    let state = try State(text: State(of: instance).text(uri: "urn:test:same"), in: world)
    instance.activate()
    let output = render(instance, Self.input, blocks: [Self.block]) { instance, position in
      if position % (10 * Self.block) == 0 { state.restore(to: instance) }
    }
    expectSame(output, reference)
  }

  /// A worker that reads a file for ever still does what is due.
  @Test(arguments: [WorkerMode.asynchronous, .absent])
  func aMessageDelaysNoUpdate(mode: WorkerMode) throws {
    let world = try Bundle.world()
    let input = Self.input.map { Array($0.prefix(88_200)) }
    let reference = try Self.render()(input, blocks: [Self.block])
    let output = try Pace.inTime { wait in
      let gate = Gate(at: "no/such/score")
      var render = Self.render(gate)
      render.features.worker = mode
      render.joins = false
      let instance = try render.instance(in: world)
      let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
      let events = try #require(instance.events(control.index))
      instance.activate()
      let output = render(instance, input, blocks: [Self.block]) { instance, position in
        wait()
        if position == 20 * Self.block {
          events.append(
            at: 0, .set("urn:divisi:a_score", path: "/no/such/score", world.urids))
        }
        if position == 30 * Self.block { while !gate.holds { usleep(1000) } }
      }
      let late = instance["late"]
      // Before the instance ends, which waits for its worker.
      gate.open()
      return (late, output)
    }
    expectSame(output, reference)
  }

  /// Far more than the queues between the threads hold: the newest path arrives, the host hears of all
  /// that was wrong with the first ones, and the log says how many had to wait.
  @Test func fullQueuesRecover() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    let path = try folder.write(Duet.score, to: "good.csv")
    let gate = Gate(at: "no-such-score-0-")
    let render = Self.render(gate)
    let instance = try render.instance(in: world)
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let notify = try #require(instance.plugin.ports(.atom, isInput: false).first)
    let events = try #require(instance.events(control.index))
    let answers = try #require(instance.events(notify.index))
    instance.activate()
    instance.run(64)
    for round in 0..<20 {
      for index in 0..<10 {
        let name = "/no-such-score-\(10 * round + index)-" + String(repeating: "x", count: 3900)
        #expect(events.append(at: 0, .set("urn:divisi:a_score", path: name, world.urids)))
      }
      instance.run(64)
      if round == 0 { while !gate.holds { usleep(1000) } }
    }
    events.append(at: 0, .set("urn:divisi:a_score", path: path, world.urids))
    instance.run(64)
    gate.open()
    var values: [String] = []
    for _ in 0..<200 {
      instance.joinWorker()
      instance.run(64)
      values += answers.messages.compactMap {
        $0.message.object(world.urids)?.properties["http://lv2plug.in/ns/ext/patch#value"]?.text
      }
    }
    #expect(values.last { $0.hasSuffix(".csv") } == path)
    #expect(values.contains { $0.contains("good.csv: notes") })
    #expect(values.contains { $0.contains("no-such-score-0-") })
    let text = try State(of: instance).text(uri: "urn:test:after")
    #expect(text.contains("good.csv"))
    #expect(gate.text.contains("found no room"), "\(gate.text.suffix(300))")
    #expect(instance["late"] == 0, "late is about updates")
  }
}
