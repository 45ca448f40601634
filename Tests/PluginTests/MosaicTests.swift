import AudioFiles
import Foundation
import LV2Hosting
import Synchronization
import Testing

/// The plugin that plays what comes in with the sounds of another recording.
@Suite struct MosaicTests {
  private static let uri = "urn:divisi:mosaic"
  private static let property = "urn:divisi:source_file"
  /// A window at 44.1 kHz.
  private static let latency = 2048

  /// A melody of saw teeth, a new tone every 150 ms; a seed is a melody.
  static func melody(seconds: Double = 4, seed: UInt64 = 1) -> [Float] {
    var noise = Noise(seed: seed)
    var (phase, hertz) = (0.0, 200.0)
    return (0..<Int(seconds * 44_100)).map { index in
      let place = index % 6615
      if place == 0 { hertz = 400 + 250 * Double(noise.next()) }
      phase += hertz / 44_100
      let wave = Float(phase - phase.rounded(.down)) - 0.5
      return 0.4 * (1 - 0.8 * Float(place) / 6615) * wave + 0.005 * noise.next()
    }
  }

  private static func write(_ channels: [[Float]], to name: String, in folder: TemporaryFolder)
    throws -> String
  {
    let path = folder.file(name)
    _ = try AudioFile.write(
      AudioBuffer(sampleRate: 44_100, channels: channels), to: path, as: .wavFloat)
    return path
  }

  private static func render(_ controls: [String: Float] = [:]) -> Render {
    Render(plugin: uri, controls: controls, score: nil)
  }

  /// An instance with a source, not yet active.
  private static func instance(
    _ render: Render, source: String, in world: World? = nil
  ) throws -> Instance {
    let world = try world ?? Bundle.world()
    let instance = try render.instance(in: world)
    try State(text: presetText(uri: "urn:test:state", for: uri, source: source), in: world)
      .restore(to: instance)
    return instance
  }

  private static func play(
    _ render: Render, _ input: [[Float]], source: String, blocks: [Int] = [1024]
  ) throws -> [[Float]] {
    let instance = try instance(render, source: source)
    instance.activate()
    return render(instance, input, blocks: blocks)
  }

  @Test func aTargetIsItsOwnBestSource() throws {
    let folder = try TemporaryFolder()
    let melody = Self.melody()
    let source = try Self.write([melody], to: "source.wav", in: folder)
    let output = try Self.play(Self.render(), [melody, melody], source: source)
    let played = Array(output[0].dropFirst(Self.latency))
    // 39 dB as measured.
    #expect(signalToNoise(played, melody) > 25)
    #expect(output[0] == output[1])
    let other = try Self.write([Self.melody(seed: 2)], to: "other.wav", in: folder)
    let foreign = try Self.play(Self.render(), [melody, melody], source: other)[0]
    expectHeard(foreign)
    #expect(signalToNoise(Array(foreign.dropFirst(Self.latency)), melody) < 6)
  }

  /// Dry, or without a source, or switched off, what came in comes out: one window later, to the sample.
  @Test func theLatencyIsOneWindow() throws {
    let folder = try TemporaryFolder()
    let source = try Self.write([Self.melody(seconds: 1)], to: "source.wav", in: folder)
    let input = Duet.signal()
    let expected = delayed(input, by: Self.latency).map { Array($0.prefix(input[0].count)) }
    for controls: [String: Float] in [["mix": 0], ["enabled": 0]] {
      let output = try Self.play(Self.render(controls), input, source: source)
      expectSame(output, expected, "\(controls)")
    }
    let instance = try Self.render().instance()
    instance.activate()
    expectSame(Self.render()(instance, input), expected, "no source")
    #expect(instance["latency"] == Float(Self.latency))
    #expect(instance["source_state"] == 0)
  }

  @Test func everyLengthOfBlocksGivesTheSameBits() throws {
    let folder = try TemporaryFolder()
    let source = try Self.write(
      [Self.melody(seconds: 2, seed: 3), Self.melody(seconds: 2, seed: 4)], to: "source.wav",
      in: folder)
    let render = Self.render(["transpose": 0])
    let input = Duet.signal()
    let instance = try Self.instance(render, source: source)
    func played(_ blocks: [Int]) -> [[Float]] {
      instance.activate()
      defer { instance.deactivate() }
      return render(instance, input, blocks: blocks)
    }
    let whole = played([input[0].count])
    expectHeard(whole[0])
    #expect(whole[0] != whole[1])
    for blocks in [[1], [31], [32], [64], [255, 256, 257], [1000], [8192], Array(1...300)] {
      expectSame(played(blocks), whole, "\(blocks.prefix(3))")
    }
  }

  @Test(arguments: [8000, 22_050, 48_000, 96_000, 192_000])
  func allRatesWork(rate: Double) throws {
    var render = Self.render(["mix": 0])
    render.sampleRate = rate
    let instance = try render.instance()
    instance.activate()
    instance.run(0)
    let latency = Int(instance["latency"])
    #expect(abs(Double(latency) / rate - 2048 / 44_100) < 0.0035)
    let input = Duet.signal(sampleRate: rate)
    let expected = delayed(input, by: latency).map { Array($0.prefix(input[0].count)) }
    expectSame(render(instance, input, blocks: [333]), expected)
  }

  /// Another source takes the place of the one that plays; what cannot be read leaves it there, and is said.
  @Test func theSourceMayChangeWhileItPlays() throws {
    let folder = try TemporaryFolder()
    // Whole hops, so that frames stay where those of the source are.
    let melodies = [1, 5].map { Array(Self.melody(seconds: 2, seed: $0).prefix(86 * 1024)) }
    let paths = try melodies.enumerated().map {
      try Self.write([$1], to: "source \($0).wav", in: folder)
    }
    let broken = try folder.write("no sound", to: "broken.wav")
    let silent = try Self.write([[Float](repeating: 0, count: 4410)], to: "silent.wav", in: folder)
    let world = try Bundle.world()
    let render = Self.render(["freewheel": 1])
    let instance = try Self.instance(render, source: paths[0], in: world)
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let notify = try #require(instance.plugin.ports(.atom, isInput: false).first)
    let events = try #require(instance.events(control.index))
    let answers = try #require(instance.events(notify.index))
    var said: [String] = []
    func play(_ input: [Float], choosing path: String?) -> [Float] {
      let output = render(instance, [input, input], blocks: [1024]) { _, position in
        if position == 0, let path {
          events.append(at: 0, .set(Self.property, path: path, world.urids))
        }
        said += answers.messages.compactMap {
          $0.message.object(world.urids)?.properties["http://lv2plug.in/ns/ext/patch#value"]?.text
        }
      }
      return output[0]
    }
    instance.activate()
    func quality(_ output: [Float], _ melody: [Float]) -> Double {
      signalToNoise(Array(output.dropFirst(Self.latency)), melody)
    }
    #expect(quality(play(melodies[0], choosing: nil), melodies[0]) > 8)
    #expect(instance["source_state"] == 2)
    for path in [broken, silent, "/no/such.wav"] {
      #expect(quality(play(melodies[0], choosing: path), melodies[0]) > 8)
      _ = play([Float](repeating: 0, count: 1024), choosing: nil)
      let found = said.contains { $0.hasPrefix(path + ": ") && $0.contains("expected") }
      #expect(found, "\(path): \(said)")
      #expect(said.contains(paths[0]) && instance["source_state"] == 2)
    }
    #expect(quality(play(melodies[1], choosing: nil), melodies[1]) < 5)
    #expect(quality(play(melodies[1], choosing: paths[1]), melodies[1]) > 6)
    // An empty path takes it away.
    _ = play([Float](repeating: 0, count: 4096), choosing: "")
    #expect(instance["source_state"] == 0)
    let rest = play(melodies[0], choosing: nil)
    expectSame(
      [Array(rest.dropFirst(Self.latency))], [melodies[0].dropLast(Self.latency).map { $0 }])
  }

  /// A source may be as soft or as loud as it likes.
  @Test func theLevelOfTheSourceDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    let melody = Self.melody(seconds: 1)
    // Powers of two, so that nothing is rounded otherwise.
    let outputs = try [Float(1), 0x1p-60, 0x1p60].map { gain in
      let source = try Self.write(
        [Self.melody(seconds: 1, seed: 4).map { gain * $0 }], to: "source \(gain).wav", in: folder)
      return try Self.play(Self.render(), [melody, melody], source: source)
    }
    expectHeard(outputs[0][0])
    expectSame(outputs[1], outputs[0], "soft")
    expectSame(outputs[2], outputs[0], "loud")
  }

  @Test func statesAreSavedAndRestored() throws {
    let folder = try TemporaryFolder()
    let source = try Self.write([Self.melody(seconds: 1, seed: 6)], to: "source.wav", in: folder)
    let world = try Bundle.world()
    let render = Self.render(["polyphony": 3, "continuity": 0.75])
    let instance = try Self.instance(render, source: source, in: world)
    let input = Duet.signal()
    instance.activate()
    let expected = render(instance, input)
    let text = try State(of: instance).text(uri: "urn:test:state")
    #expect(text.contains("source.wav"))
    let bare = Self.render()
    let copy = try bare.instance(in: world)
    try State(text: text, in: world).restore(to: copy)
    #expect(copy["polyphony"] == 3 && copy["continuity"] == 0.75)
    copy.activate()
    expectSame(bare(copy, input), expected)
    copy.deactivate()
    #expect(try State(of: copy).text(uri: "urn:test:state") == text)

    // A file that is missing is not forgotten.
    try FileManager.default.removeItem(atPath: source)
    try State(text: text, in: world).restore(to: copy)
    #expect(try State(of: copy).text(uri: "urn:test:state") == text)
    copy.activate()
    copy.run(64)
    #expect(copy["source_state"] == 0)
  }

  /// A session is saved while a source is in hand, and what is chosen when the plugin is deactivated is not lost.
  @Test func savingWaitsForNoSource() throws {
    let folder = try TemporaryFolder()
    let paths = try ["first.wav", "second.wav"].map {
      try Self.write([Self.melody(seconds: 1)], to: $0, in: folder)
    }
    let gate = Gate(at: "/no/such.wav")
    let world = try Bundle.world()
    var render = Self.render(["freewheel": 0])
    render.features.worker = .absent
    render.features.log = gate.log
    let instance = try Self.instance(render, source: paths[0], in: world)
    let control = try #require(instance.plugin.ports(.atom, isInput: true).first)
    let events = try #require(instance.events(control.index))
    instance.activate()
    for path in ["/no/such.wav", paths[1]] {
      events.append(at: 0, .set(Self.property, path: path, world.urids))
    }
    instance.run(64)
    while !gate.holds { usleep(1000) }
    // Whoever reads is held until the state has been saved; the wait is long only where that fails.
    let saved = DispatchSemaphore(value: 0)
    let text = Mutex("")
    Thread.detachNewThread {
      let state = (try? State(of: instance).text(uri: "urn:test:saved")) ?? ""
      text.withLock { $0 = state }
      saved.signal()
    }
    #expect(saved.wait(timeout: .now() + 30) == .success)
    #expect(text.withLock { $0.contains("first.wav") })
    gate.open()
    instance.deactivate()
    #expect(try State(of: instance).text(uri: "urn:test:saved").contains("second.wav"))
  }

  /// What is transposed by an octave answers a tone that is an octave higher, whole.
  @Test(arguments: [(Float(12), 880.0), (-12, 220)])
  func sourcesAreTransposed(semitones: Float, hertz: Double) throws {
    let folder = try TemporaryFolder()
    func tone(_ hertz: Double) -> [Float] {
      (0..<44_100).map { Float(0.3 * sin(2 * .pi * hertz * Double($0) / 44_100)) }
    }
    func crossings(_ signal: [Float]) -> Int {
      let middle = signal[20_000..<30_000]
      return zip(middle, middle.dropFirst()).count { $0 < 0 && $1 >= 0 }
    }
    let source = try Self.write([tone(440)], to: "source.wav", in: folder)
    let target = tone(hertz)
    let played = try Self.play(Self.render(["transpose": semitones]), [target], source: source)[0]
    #expect(abs(crossings(played) - crossings(target)) <= 4)
    let plain = try Self.play(Self.render(), [target], source: source)[0]
    #expect(abs(crossings(plain) - crossings(target)) > 20)
  }

  /// The audio thread does nothing that may wait, with a source that it was given before.
  @Test(arguments: ["sanitized", "realtime"], [true, false])
  func runNeverWaits(program: String, hasWorker: Bool) throws {
    let folder = try TemporaryFolder()
    let ports = try RawHost.ports(of: Self.uri, controls: [:], in: folder)
    let source = try Self.write([Self.melody(seconds: 2)], to: "source.wav", in: folder)
    let counter = try RawHost.file(hasWorker ? "counter.so" : "counter-post.so")
    let child = try Child(
      RawHost.file(program),
      [Bundle.object, Self.uri, ports, source, "64", "2"] + (hasWorker ? [] : ["alone"]),
      environment: program == "realtime" ? ["LD_PRELOAD": counter] : [:])
    #expect(child.wait() == 0 && child.text.contains("violations 0"), "\(child.text.suffix(6000))")
  }
}
