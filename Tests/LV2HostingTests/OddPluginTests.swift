import Foundation
import LV2Hosting
import LV2TestSupport
import Testing

/// The plugins of `Fixtures/Odd`, compiled once.
private enum OddPlugins {
  static let folder: String? = {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let fixtures = here.appendingPathComponent("Fixtures/Odd").path
    let folder = here.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("build/tests/lv2-odd").path
    let bundle = folder + "/odd.lv2"
    let command =
      "mkdir -p '\(bundle)' && cp '\(fixtures)'/*.ttl '\(bundle)' && "
      + "cc -shared -fPIC -O1 '\(fixtures)/odd.c' -o '\(bundle)/odd.so'"
    return shell(command) == 0 ? folder : nil
  }()

  static func plugin(_ name: String) throws -> Plugin {
    let path = try #require(folder, "the fixture needs cc and lv2-dev") + ":/usr/lib/lv2"
    return try World(path: path).plugin("urn:test:" + name)
  }

  /// A number in the plugins' own memory.
  static func variable(_ name: String) throws -> UnsafeMutablePointer<Int32> {
    let folder = try #require(folder)
    let library = try #require(dlopen(folder + "/odd.lv2/odd.so", RTLD_NOW))
    return try #require(dlsym(library, name)).assumingMemoryBound(to: Int32.self)
  }
}

/// What hosts meet that do not choose their plugins.
@Suite(.serialized) struct OddPluginTests {
  @Test(arguments: [
    ("refusing", "it refuses to run at 48000 Hz here"),
    ("absent", "odd.so does not have it"),
    ("lost", "its shared object cannot be loaded"),
    ("old-port", "its port events is none that carries audio, CV, a control or atoms"),
    (
      "fixed",
      "it needs http://lv2plug.in/ns/ext/buf-size#fixedBlockLength, urn:test:feature, which is not offered"
    ),
  ])
  func whatCannotRunIsRefusedInWords(name: String, words: String) throws {
    let plugin = try OddPlugins.plugin(name)
    let error = #expect(throws: HostingError.self) {
      try Instance(plugin, sampleRate: 48_000)
    }
    #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
    #expect(error?.subject == "urn:test:" + name)
    #expect(error?.description.contains("\n") == false)
  }

  /// An instance with audio, and a folder for its files.
  private struct Fixture {
    let odd: Instance
    let scratch = TemporaryBundle([:])
    let audio = Block([1, 2])
    let side = Block([0, 0])

    init(_ change: (inout HostFeatures) -> Void = { _ in }) throws {
      var features = HostFeatures()
      features.scratchFolder = scratch.path
      change(&features)
      odd = try Instance(OddPlugins.plugin("odd"), sampleRate: 48_000, features: features)
      odd.connect(0, to: audio.samples)
      odd.connect(1, to: audio.samples)
      odd.connect(9, to: side.samples)
    }
  }

  @Test func numbersAreReadAsTheyAreMeant() throws {
    let fixture = try Fixture()
    let odd = fixture.odd
    let plugin = odd.plugin
    #expect(plugin.name == "Odd / \"quoted\" ünïcode")
    // The first of two ports of one symbol, and both have their own values.
    #expect(odd["same"] == 1)
    #expect(odd.control(4) == 2)
    #expect(odd["low"] == 5)
    let rate = try #require(plugin.port("rate"))
    #expect(abs(rate.range(sampleRate: 48_000).minimum - 48) < 1e-4)
    #expect(rate.range(sampleRate: 48_000).maximum == 24_000)
    #expect(odd["rate"] == 440)
    #expect(rate.unit == "rpm")
    #expect(plugin.mainInputs.map(\.symbol) == ["in"])
    try State(preset: "urn:test:wild", in: plugin.world).restore(to: odd)
    #expect(odd["strict"] == 4)
    #expect(odd["low"] == 99)
  }

  @Test func propertiesAreDescribed() throws {
    let parameters = try OddPlugins.plugin("odd").parameters
    #expect(parameters.map(\.label) == ["count", "Name"])
    #expect(parameters.map(\.isWritable) == [false, true])
    #expect(parameters[1].type == "http://lv2plug.in/ns/ext/atom#String")
  }

  @Test func statesHoldFilesThatThePluginMakes() throws {
    let fixture = try Fixture { $0.worker = .synchronous }
    let odd = fixture.odd
    let world = odd.plugin.world
    try State(preset: odd.plugin.uri, in: world).restore(to: odd)
    odd.activate()
    odd.run(1)
    #expect(odd["kept"] == 7)
    let folder = NSTemporaryDirectory() + "divisi-test-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try State(of: odd, folder: folder).save(to: folder)
    // It can be moved, with all that is in it.
    let moved = folder + "-moved"
    try FileManager.default.moveItem(atPath: folder, toPath: moved)
    defer { try? FileManager.default.removeItem(atPath: moved) }
    let other = try Fixture { $0.worker = .synchronous }
    try State(path: moved + "/state.ttl", in: other.odd.plugin.world).restore(to: other.odd)
    other.odd.activate()
    other.odd.run(1)
    #expect(other.odd["kept"] == 8)
  }

  /// lilv keeps it to itself, and would write a state without what the plugin keeps.
  @Test func aPluginThatFailsIsHeard() throws {
    let status = try OddPlugins.variable("odd_save_status")
    let fixture = try Fixture { $0.worker = .synchronous }
    let folder = TemporaryBundle([:])
    try State(of: fixture.odd, folder: folder.path).save(to: folder.path)
    let old = try String(contentsOfFile: folder.file("state.ttl"), encoding: .utf8)
    #expect(old.contains("<number.txt>"))
    status.pointee = 6
    defer { status.pointee = 0 }
    let error = #expect(throws: HostingError.self) {
      try State(of: fixture.odd, folder: folder.path).save(to: folder.path)
    }
    #expect(error?.description == "urn:test:odd: it cannot save its state: there is no space")
    #expect(try String(contentsOfFile: folder.file("state.ttl"), encoding: .utf8) == old)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["manifest.ttl", "number.txt", "state.ttl"])
  }

  /// A state counts as a whole or not at all.
  @Test func aStateThatIsRefusedSetsNoControl() throws {
    let status = try OddPlugins.variable("odd_restore_status")
    let odd = try Fixture { $0.worker = .synchronous }.odd
    let world = odd.plugin.world
    odd["low"] = 7
    let state = try State(text: State(of: odd).text(uri: "urn:test:state"), in: world)
    odd["low"] = 8
    status.pointee = 1
    defer { status.pointee = 0 }
    #expect(
      state.restore(to: odd)?.description
        == "urn:test:odd: it cannot restore its state: status 1")
    #expect(odd["low"] == 8)
    // A preset of controls alone asks nothing else of the plugin.
    let preset = try State(preset: "urn:test:wild", in: world)
    #expect(preset.restore(to: odd) == nil && odd["low"] == 99)
    status.pointee = 0
    #expect(state.restore(to: odd) == nil && odd["low"] == 7)
  }

  /// Sound goes on while the worker works, and its answer counts when it comes.
  @Test func slowWorkHoldsNothingUp() throws {
    let holds = try OddPlugins.variable("odd_holds_work")
    holds.pointee = 1
    defer { holds.pointee = 0 }
    let fixture = try Fixture()
    let odd = fixture.odd
    odd.activate()
    for round in 0..<1000 {
      fixture.audio.samples[0] = Float(round)
      odd.run(1)
      #expect(fixture.audio.samples[0] == Float(round))
    }
    var asked = 0
    odd.joinWorker {
      asked += 1
      return asked > 3
    }
    #expect(asked == 4)
    #expect(odd["answered"] == 0)
    holds.pointee = 0
    odd.joinWorker()
    odd.deliverResponses()
    odd.run(1)
    #expect(odd["answered"] == 1)
  }

  /// Work that never ends keeps its instance, and not the host.
  @Test func workWithoutEndIsLeftAlone() throws {
    let holds = try OddPlugins.variable("odd_holds_work")
    let cleaned = try OddPlugins.variable("odd_cleaned_up")
    holds.pointee = 1
    defer { holds.pointee = 0 }
    let works = try OddPlugins.variable("odd_works")
    let before = cleaned.pointee
    do {
      let fixture = try Fixture { $0.workerTimeout = 20 }
      fixture.odd.activate()
      fixture.odd.run(1)
      fixture.odd.joinWorker { works.pointee == 1 }
    }
    #expect(cleaned.pointee == before)
    holds.pointee = 0
    do {
      let fixture = try Fixture()
      fixture.odd.activate()
      fixture.odd.run(1)
    }
    #expect(cleaned.pointee == before + 1)
  }
}
