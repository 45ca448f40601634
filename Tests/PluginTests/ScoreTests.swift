import Glibc
import LV2Hosting
import Testing

/// Scores that arrive while the plugin runs.
@Suite struct ScoreTests {
  private static let patch = "http://lv2plug.in/ns/ext/patch#"
  private static let property = "urn:divisi:a_score"

  /// Sends messages with the first block and collects what comes back.
  private static func run(
    _ render: Render, _ instance: Instance, sending messages: [AtomMessage]
  ) throws -> (output: [[Float]], answers: [AtomMessage]) {
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let notify = try #require(instance.plugin.ports(.atom, isInput: false).first)
    let events = try #require(instance.events(control.index))
    let answers = try #require(instance.events(notify.index))
    var collected: [AtomMessage] = []
    let output = render(instance, Duet.signal(), blocks: [512]) { _, position in
      if position == 0 { messages.forEach { events.append(at: 0, $0) } }
      collected += answers.messages.map(\.message)
    }
    collected += answers.messages.map(\.message)
    return (output, collected)
  }

  @Test(arguments: [WorkerMode.immediate, .synchronous, .asynchronous])
  func aScoreMayComeAsAMessage(mode: WorkerMode) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Duet.score, to: "a score.csv")
    let world = try Bundle.world()
    let log = HostLog()
    var render = Render(score: nil)
    render.controls["freewheel"] = 0
    render.features.worker = mode
    render.features.log = log
    let instance = try render.instance(in: world)
    instance.activate()
    let set = AtomMessage.set(Self.property, path: path, world.urids)
    let (output, _) = try Self.run(render, instance, sending: [set])
    for output in output[2..<6] { expectHeard(output) }
    #expect(!log.messages.contains { $0.text.contains("no score") })
    // And it is what the plugin says when it is asked.
    let get = AtomMessage.get(Self.property, world.urids)
    let answers = try Self.run(render, instance, sending: [get]).answers
    let found = answers.compactMap { $0.object(world.urids) }.contains {
      $0.type == Self.patch + "Set" && $0.properties[Self.patch + "value"]?.text == path
    }
    #expect(found, "\(answers)")
  }

  /// Nobody has to guess why there is nothing in the parts.
  @Test(arguments: ["hands", "drums-mix"])
  func thatThereIsNoScoreIsSaid(plugin: String) throws {
    let world = try Bundle.world()
    let noise = [[Float]](repeating: [Float](repeating: 0.1, count: 44_100), count: 2)
    for (source, isSaid) in [(Float(0), true), (2, false)] {
      for freewheels in [Float(0), 1] {
        let log = HostLog()
        var render = Render(plugin: "urn:divisi:\(plugin)", score: nil)
        render.controls["score_source"] = source
        render.controls["freewheel"] = freewheels
        render.features.log = log
        render.features.worker = .synchronous
        let instance = try render.instance(in: world)
        instance.activate()
        func count() -> Int { log.messages.count { $0.text.contains("no score: ") } }
        // Not before a host has had time to choose one.
        _ = render(instance, noise.map { Array($0[..<22_050]) }, blocks: [512])
        #expect(count() == 0)
        #expect(instance["score_state"] == (isSaid ? 0 : 6))
        for _ in 0..<2 { _ = render(instance, noise, blocks: [512]) }
        #expect(count() == (isSaid ? 1 : 0))
      }
    }
  }

  /// Before the first note, among them, after the last one; and when the score is moved.
  @Test func whereTheSoundIsAgainstTheScoreIsSaid() throws {
    let world = try Bundle.world()
    let score = "start;duration;pitch;velocity;label\n3;0.5;40;80;left\n4;0.5;70;80;right\n"
    let render = Render(controls: Render.fast.merging(["sync": 1]) { $1 }, score: score)
    let instance = try render.instance(in: world)
    instance.activate()
    var states: [Float] = []
    let signal = [[Float]](repeating: [Float](repeating: 0.01, count: 44_100 * 8), count: 2)
    _ = render(instance, signal, blocks: [4410]) { _, _ in states.append(instance["score_state"]) }
    let changes = states.dropFirst().reduce(into: [Float]()) { if $0.last != $1 { $0.append($1) } }
    #expect(changes == [1, 2, 3])
    let beginning = states.firstIndex(of: 2) ?? 0
    // A second before the first note.
    #expect(abs(beginning - 20) <= 2, "\(beginning)")
  }

  @Test func aBadScoreLeavesTheLastOneAndSaysSo() throws {
    let folder = try TemporaryFolder()
    let bad = try folder.write("start;duration\n1;2", to: "bad.csv")
    let world = try Bundle.world()
    let log = HostLog()
    var render = Render()
    render.features.log = log
    render.features.worker = .synchronous
    let expected = try render(Duet.signal(), blocks: [512])
    let instance = try render.instance(in: world)
    instance.activate()
    let set = AtomMessage.set(Self.property, path: bad, world.urids)
    let (output, answers) = try Self.run(render, instance, sending: [set])
    expectSame(output, expected)
    let said = answers.compactMap { $0.object(world.urids) }.contains {
      $0.type == Self.patch + "Set"
        && $0.properties[Self.patch + "value"]?.text.contains("bad.csv") == true
    }
    #expect(said)
    #expect(log.messages.contains { $0.text.contains("bad.csv") })
  }

  @Test func midiMayBeTheScore() throws {
    let world = try Bundle.world()
    var render = Render(score: nil)
    let source = try #require(try world.plugin(render.plugin).port("score_source"))
    let midi = try #require(source.scalePoints.first { $0.label.lowercased().contains("midi") })
    render.controls["score_source"] = midi.value
    let instance = try render.instance(in: world)
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let events = try #require(instance.events(control.index))
    instance.activate()
    let notes: [(Double, UInt8, UInt8)] = [
      (0.1, 0x90, 48), (0.2, 0x90, 72), (0.6, 0x80, 48), (0.8, 0x80, 72), (0.8, 0x90, 50),
      (0.9, 0x90, 74), (1.3, 0x80, 50), (1.3, 0x80, 74),
    ]
    let output = render(instance, Duet.signal(), blocks: [512]) { _, position in
      for (seconds, status, key) in notes {
        let frame = Int(seconds * 44_100) - position
        if (0..<512).contains(frame) {
          events.append(at: frame, .midi([status, key, 80], world.urids))
        }
      }
    }
    for output in output[2..<6] { expectHeard(output) }
  }

  @Test func nonsenseEventsAreHarmless() throws {
    let world = try Bundle.world()
    let render = Render()
    let instance = try render.instance(in: world)
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let events = try #require(instance.events(control.index))
    instance.activate()
    var noise = Noise(seed: 5)
    let set = AtomMessage.set(Self.property, path: "/no/such/score.mid", world.urids)
    let output = render(instance, Duet.signal(), blocks: [300]) { _, _ in
      for frame in [0, 10, 299] {
        var body = set.body
        for _ in 0..<noise.next(in: 0...4) {
          body[noise.next(in: 0...body.count - 1)] = UInt8(noise.bits() & 0xFF)
        }
        let type = noise.next(in: 0...2) == 0 ? UInt32(noise.next(in: 0...60)) : set.type
        events.append(
          at: frame,
          AtomMessage(type: type, body: Array(body.prefix(noise.next(in: 0...body.count)))))
        events.append(
          at: frame,
          .midi((0..<noise.next(in: 0...5)).map { _ in UInt8(noise.bits() & 0xFF) }, world.urids))
      }
    }
    expectFinite(output)
  }

  /// What is no file is refused, and the log gets its name without control characters.
  @Test func pipesAndDevicesAreNoScores() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pi\u{1B}[31mpe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let world = try Bundle.world()
    let log = HostLog()
    var render = Render()
    render.features.log = log
    render.features.worker = .synchronous
    let instance = try render.instance(in: world)
    instance.activate()
    let sets = [pipe, "/dev/zero"].map { AtomMessage.set(Self.property, path: $0, world.urids) }
    _ = try Self.run(render, instance, sending: sets)
    let text = log.messages.map(\.text).joined(separator: "\n")
    #expect(text.contains("pi?[31mpe: expected a score, found a pipe"), "\(text)")
    #expect(text.contains("/dev/zero: expected a score, found a device"), "\(text)")
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(try State(of: instance).text(uri: "urn:test:state").contains("score.csv"))
  }
}
