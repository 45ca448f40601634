import LV2Hosting
import Testing

/// The data, as lv2lint looks at it, and what other hosts need.
@Suite struct TurtleTests {
  private static let core = "http://lv2plug.in/ns/lv2core#"
  private static let doap = "http://usefulinc.com/ns/doap#"
  private static let groups = "http://lv2plug.in/ns/ext/port-groups#"
  private static let rdfs = "http://www.w3.org/2000/01/rdf-schema#"

  @Test func pluginsAreSix() throws {
    let found = try Bundle.world().pluginURIs.filter { $0.hasPrefix("urn:divisi:") }
    #expect(found == Bundle.all.sorted())
  }

  @Test(arguments: Bundle.all)
  func aPluginSaysWhatItIs(uri: String) throws {
    let world = try Bundle.world()
    let plugin = try world.plugin(uri)
    #expect(!plugin.name.isEmpty)
    #expect(plugin.pluginClass.hasPrefix(Self.core) && plugin.pluginClass != Self.core + "Plugin")
    let licence = plugin.values(Self.doap + "license")
    #expect(licence.count == 1 && licence[0].contains("gpl"))
    let maintainer =
      plugin.values(Self.doap + "maintainer") + plugin.values(Self.doap + "developer")
    #expect(!maintainer.isEmpty)
    #expect(plugin.values(Self.core + "minorVersion").first.flatMap { Int($0) } != nil)
    #expect(plugin.values(Self.core + "microVersion").first.flatMap { Int($0) } != nil)
    #expect(try plugin.libraryPath == Bundle.object)
    let comments = plugin.values(Self.rdfs + "comment")
    #expect(comments.contains { !$0.isEmpty })
    #expect(plugin.optionalFeatures.contains(Self.core + "hardRTCapable"))
    #expect(
      !plugin.requiredFeatures.union(plugin.optionalFeatures).contains(Self.core + "inPlaceBroken"))
    #expect(plugin.requiredFeatures.isSubset(of: ["http://lv2plug.in/ns/ext/urid#map"]))
    #expect(plugin.extensionData.contains("http://lv2plug.in/ns/ext/state#interface"))
  }

  @Test(arguments: Bundle.all)
  func portsAreInOrderAndNamed(uri: String) throws {
    let plugin = try Bundle.world().plugin(uri)
    #expect(plugin.ports.map(\.index) == Array(plugin.ports.indices))
    #expect(Set(plugin.ports.map(\.symbol)).count == plugin.ports.count)
    #expect(Set(plugin.ports.map(\.name)).count == plugin.ports.count)
    for port in plugin.ports {
      #expect(port.kind != .other, "\(port.symbol)")
      #expect(!port.name.isEmpty && port.name.count <= 40, "\(port.symbol)")
      let symbol = port.symbol.utf8
      #expect(
        symbol.allSatisfy {
          $0 == 0x5F || (0x30...0x39).contains($0) || $0 | 32 >= 97 && $0 | 32 <= 122
        })
      #expect(!(0x30...0x39).contains(symbol.first ?? 0x30), "\(port.symbol)")
    }
  }

  @Test(arguments: Bundle.all)
  func rangesMakeSense(uri: String) throws {
    for port in try Bundle.world().plugin(uri).ports(.control, isInput: true) {
      #expect(port.minimum < port.maximum, "\(port.symbol)")
      #expect((port.minimum...port.maximum).contains(port.default), "\(port.symbol)")
      for point in port.scalePoints {
        #expect((port.minimum...port.maximum).contains(point.value), "\(port.symbol)")
        #expect(!point.label.isEmpty)
      }
      if port.properties.contains(Self.core + "toggled") {
        #expect((port.minimum, port.maximum) == (0, 1), "\(port.symbol)")
      }
      if port.properties.contains(Self.core + "integer") {
        #expect(port.default == port.default.rounded(), "\(port.symbol)")
      }
      if port.properties.contains(Self.core + "enumeration") {
        #expect(port.scalePoints.contains { $0.value == port.default }, "\(port.symbol)")
      }
    }
  }

  /// Hosts show the controls of a part together.
  @Test(arguments: Bundle.full)
  func controlsAreGrouped(uri: String) throws {
    let world = try Bundle.world()
    let plugin = try world.plugin(uri)
    let controls = plugin.ports(.control, isInput: true).filter { $0.designation == nil }
    for port in controls {
      let group = try #require(port.group, "\(port.symbol)")
      #expect(!world.values(of: group, Self.core + "name").isEmpty)
      #expect(world.values(of: group, Self.core + "symbol").count == 1)
    }
    for part in Bundle.parts(of: uri) + ["residual"] {
      let strip = ["gain_", "mute_", "solo_", "pan_"].map { plugin.port($0 + part)?.group }
      #expect(strip.allSatisfy { $0 == "\(uri)#strip_\(part)" })
    }
    #expect(plugin.port("score_slot")?.group == plugin.port("score_source")?.group)
  }

  /// Numbers that are not counts, switches or choices say what they count.
  @Test(arguments: Bundle.plugins)
  func quantitiesHaveUnits(uri: String) throws {
    let plugin = try Bundle.world().plugin(uri)
    for port in plugin.ports where port.kind == .control {
      let gain = port.symbol.hasPrefix("gain_") || port.symbol.hasPrefix("level_")
      let time = ["lookahead", "history", "tolerance", "score_offset", "release"]
      if gain { #expect(port.unit?.hasSuffix("units#db") == true, "\(port.symbol)") }
      if time.contains(port.symbol) || port.symbol == "latency" {
        #expect(port.unit != nil, "\(port.symbol)")
      }
    }
  }

  @Test(arguments: Bundle.plugins)
  func rolesAreKnown(uri: String) throws {
    let plugin = try Bundle.world().plugin(uri)
    let latency = try #require(plugin.port(designation: Self.core + "latency", isInput: false))
    #expect(latency.symbol == "latency")
    #expect(latency.properties.contains(Self.core + "reportsLatency"))
    #expect(plugin.port(designation: Self.core + "enabled", isInput: true)?.symbol == "enabled")
    #expect(
      plugin.port(designation: Self.core + "freeWheeling", isInput: true)?.symbol == "freewheel")
    #expect(plugin.port("enabled")?.default == 1)
    #expect(plugin.port("freewheel")?.default == 0)
  }

  @Test(arguments: Bundle.plugins)
  func audioPortsAreAsPromised(uri: String) throws {
    let world = try Bundle.world()
    let plugin = try world.plugin(uri)
    let inputs = plugin.ports(.audio, isInput: true)
    let outputs = plugin.ports(.audio, isInput: false)
    #expect(inputs.count == 2)
    #expect(!inputs[0].isOptional && inputs[1].isOptional)
    let isStereo = Bundle.stereo.contains(uri)
    #expect(outputs.count == (isStereo ? 2 : 2 + 2 * Bundle.parts(of: uri).count + 2))
    #expect(plugin.ports.allSatisfy { $0.kind != .atom || $0.isOptional })
    // A group for each pair, with an element for each side, or Ardour puts both on one channel.
    for pair in 0..<outputs.count / 2 {
      let sides = outputs[2 * pair...2 * pair + 1]
      let group = try #require(sides.first?.group, "\(sides.map(\.symbol))")
      #expect(sides.allSatisfy { $0.group == group })
      #expect(sides.map(\.designation) == [Self.groups + "left", Self.groups + "right"])
      #expect(world.values(of: group, Self.groups + "element").count == 2)
      #expect(!world.values(of: group, Self.core + "name").isEmpty)
      #expect(!world.values(of: group, Self.core + "symbol").isEmpty)
    }
    let main = plugin.values(Self.groups + "mainOutput")
    #expect(main == outputs.first?.group.map { [$0] } ?? [])
  }

  @Test(arguments: Bundle.full)
  func workersAreOptional(uri: String) throws {
    let plugin = try Bundle.world().plugin(uri)
    #expect(plugin.extensionData.contains("http://lv2plug.in/ns/ext/worker#interface"))
    #expect(plugin.optionalFeatures.contains("http://lv2plug.in/ns/ext/worker#schedule"))
  }

  @Test(arguments: Bundle.plugins)
  func parametersHaveLabelsAndTypes(uri: String) throws {
    let world = try Bundle.world()
    let writable = try world.plugin(uri).values("http://lv2plug.in/ns/ext/patch#writable")
    #expect(Set(writable).isSuperset(of: ["urn:divisi:a_score", "urn:divisi:model_file"]))
    for parameter in writable {
      #expect(world.values(of: parameter, Self.rdfs + "label").count == 1)
      #expect(
        world.values(of: parameter, Self.rdfs + "range") == ["http://lv2plug.in/ns/ext/atom#Path"])
      let kinds = world.values(of: parameter, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
      #expect(kinds.contains(Self.core + "Parameter"))
    }
    // Ardour tells a port that takes MIDI nothing of its transport where no MIDI comes.
    let ports = try world.plugin(uri).ports(.atom, isInput: true)
    let control = [
      "http://lv2plug.in/ns/ext/time#Position", "http://lv2plug.in/ns/ext/patch#Message",
    ]
    #expect(ports.first?.symbol == "control" && ports.first?.supports == Set(control))
    let midi: Set = ["http://lv2plug.in/ns/ext/midi#MidiEvent"]
    #expect(ports.dropFirst().map(\.supports) == (Bundle.stereo.contains(uri) ? [] : [midi]))
  }

  @Test(arguments: Bundle.plugins)
  func everyPartHasItsRemix(uri: String) throws {
    let plugin = try Bundle.world().plugin(uri)
    for part in Bundle.parts(of: uri) + ["residual"] {
      for control in ["gain", "mute", "solo", "pan"] {
        #expect(plugin.port("\(control)_\(part)")?.isInput == true, "\(control)_\(part)")
      }
      #expect(plugin.port("gain_\(part)")?.minimum == -60)
      #expect(plugin.port("gain_\(part)")?.scalePoints.first?.value == -60)
    }
  }
}
