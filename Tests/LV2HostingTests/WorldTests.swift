import LV2Hosting
import Testing

@Suite struct WorldTests {
  @Test func pluginsAreFound() throws {
    let world = try EchoPlugin.world()
    #expect(world.pluginURIs.contains(EchoPlugin.uri))
    let error = #expect(throws: HostingError.self) { try world.plugin("urn:test:none") }
    #expect(error?.description == "urn:test:none: there is no such plugin")
    #expect(throws: HostingError.self) { try world.plugin("nouri:") }
  }

  @Test func aPluginIsDescribed() throws {
    let plugin = try EchoPlugin.world().plugin(EchoPlugin.uri)
    #expect(plugin.name == "Echo")
    #expect(plugin.pluginClass == "http://lv2plug.in/ns/lv2core#DelayPlugin")
    #expect(plugin.requiredFeatures == ["http://lv2plug.in/ns/ext/urid#map"])
    #expect(plugin.optionalFeatures.count == 2)
    #expect(plugin.extensionData.contains("http://lv2plug.in/ns/ext/state#interface"))
    #expect(plugin.libraryPath == plugin.bundlePath + "echo.so")
    #expect(plugin.values("http://www.w3.org/2000/01/rdf-schema#comment") == ["For tests."])
    #expect(plugin.ports.map(\.index) == Array(0..<10))
    #expect(plugin.ports(.audio, isInput: true).map(\.symbol) == ["in", "side"])
    let control = "http://lv2plug.in/ns/lv2core#control"
    #expect(plugin.port(designation: control, isInput: false)?.symbol == "notify")
  }

  @Test func portsAreDescribed() throws {
    let plugin = try EchoPlugin.world().plugin(EchoPlugin.uri)
    let gain = try #require(plugin.port("gain"))
    #expect(gain.kind == .control && gain.isInput && !gain.isOptional)
    #expect((gain.minimum, gain.default, gain.maximum) == (0, 1, 4))
    #expect(gain.unit == "http://lv2plug.in/ns/extensions/units#coef")
    #expect(gain.scalePoints.map(\.label) == ["same", "double"])
    #expect(gain.scalePoints.map(\.value) == [1, 2])
    let side = try #require(plugin.port("side"))
    #expect(side.kind == .audio && side.isOptional && side.default.isNaN)
    let events = try #require(plugin.port("control"))
    #expect(events.kind == .atom && events.minimumSize == 100_000)
    #expect(events.supports == ["http://lv2plug.in/ns/ext/midi#MidiEvent"])
    #expect(plugin.port("none") == nil)
  }
}
