import LV2Hosting
import Testing

/// The presets that ship, as hosts load them.
@Suite struct PresetsInPluginTests {
  private static func presets(of plugin: Plugin) -> [String] {
    plugin.world.presets(of: plugin).filter { $0.hasPrefix("urn:divisi:preset:") }
  }

  @Test(arguments: Bundle.all)
  func valuesFitThePorts(uri: String) throws {
    let world = try Bundle.world()
    let plugin = try world.plugin(uri)
    let presets = Self.presets(of: plugin)
    #expect(!presets.isEmpty)
    for name in presets {
      let controls = try State(preset: name, in: world).controls
      #expect(!controls.isEmpty, "\(name)")
      for (symbol, value) in controls {
        let port = try #require(plugin.port(symbol), "\(name) sets \(symbol)")
        #expect(port.kind == .control && port.isInput, "\(name) sets \(symbol)")
        #expect((port.minimum...port.maximum).contains(value), "\(name) sets \(symbol) to \(value)")
        if port.properties.contains("http://lv2plug.in/ns/lv2core#enumeration") {
          #expect(port.scalePoints.contains { $0.value == value }, "\(name): \(symbol)")
        }
      }
    }
  }

  @Test(arguments: Bundle.all)
  func allLoadAndRun(uri: String) throws {
    let world = try Bundle.world()
    let plugin = try world.plugin(uri)
    let input = Duet.signal()
    for name in Self.presets(of: plugin) {
      let log = HostLog()
      var render = Render(plugin: uri, controls: ["freewheel": 1])
      render.features.log = log
      let instance = try render.instance(in: world)
      try State(preset: name, in: world).restore(to: instance)
      instance.activate()
      instance.run(0)
      #expect(instance["latency"] >= 256, "\(name)")
      let output = render(instance, input.map { Array($0.prefix(8192)) })
      expectFinite(output, "\(name)")
      #expect(!log.messages.contains { $0.kind.hasSuffix("log#Error") }, "\(log.messages)")
    }
  }

  @Test func whatIssueThreeNamesIsThere() throws {
    let world = try Bundle.world()
    var names: Set<String> = []
    for uri in Bundle.plugins {
      names.formUnion(try Self.presets(of: world.plugin(uri)).map { String($0.dropFirst(18)) })
    }
    let wanted: Set = ["hands", "hands-pedal", "hands-fast", "hands-live", "drums", "drums-live"]
    #expect(wanted.subtracting(names).isEmpty)
  }
}
