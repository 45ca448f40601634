import Foundation
import LV2Hosting
import LV2TestSupport
import Testing

@Suite struct StateTests {
  /// An instance with audio, so that it can run, and a world that outlives it.
  private struct Fixture {
    let echo: Instance
    private let audio = Block([0])

    init(_ change: (inout HostFeatures) -> Void = { _ in }) throws {
      echo = try EchoPlugin.instance(change)
      echo.connect(0, to: audio.samples)
      echo.connect(1, to: audio.samples)
      echo.activate()
    }
  }

  @Test func presetsAreFoundAndLoaded() throws {
    let echo = try Fixture().echo
    let world = echo.plugin.world
    #expect(world.presets(of: echo.plugin) == ["urn:test:loud"])
    let preset = try State(preset: "urn:test:loud", in: world)
    #expect(preset.label == "Loud")
    #expect(preset.pluginURI == EchoPlugin.uri)
    #expect(preset.controls == ["gain": 4])
    #expect(preset.propertyCount == 1)
    preset.restore(to: echo)
    #expect(echo["gain"] == 4)
    echo.run(0)
    #expect(echo["answered"] == 40)
    #expect(throws: HostingError.self) { try State(preset: "urn:test:quiet", in: world) }
  }

  @Test func textAndFilesKeepAll() throws {
    let fixture = try Fixture { $0.worker = .synchronous }
    let echo = fixture.echo
    let world = echo.plugin.world
    echo["gain"] = 3
    for _ in 0..<5 { echo.run(1) }
    let state = try State(of: echo)
    let folder = TemporaryBundle([:])
    try state.save(to: folder.path)
    for copy in [
      try State(text: state.text(uri: "urn:test:copy"), in: world),
      try State(path: folder.file("state.ttl"), in: world),
    ] {
      echo["gain"] = 1
      copy.restore(to: echo)
      echo.run(0)
      #expect(echo["gain"] == 3)
      #expect(echo["answered"] == 5)
      #expect(copy.controls == ["gain": 3])
    }
    #expect(throws: HostingError.self) { try State(path: folder.file("none.ttl"), in: world) }
  }

  @Test func filesComeAlong() throws {
    let scratch = TemporaryBundle([:])
    let bundle = TemporaryBundle([:])
    let fixture = try Fixture { $0.scratchFolder = scratch.path }
    let made = scratch.file("file.txt")
    try "note".write(toFile: made, atomically: true, encoding: .utf8)
    let state = try State(of: fixture.echo, folder: bundle.path)
    try state.save(to: bundle.path)
    #expect(state.propertyCount == 2)
    let copied = FileManager.default.enumerator(atPath: bundle.path)?.compactMap { $0 as? String }
    #expect(copied?.contains { $0.hasPrefix("file") } == true)
  }
}
