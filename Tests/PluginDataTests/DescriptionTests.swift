import DivisiControls
import DivisiEngine
import FoundationEssentials
import Glibc
import PluginTurtle
import Testing

@testable import LV2Presets

@Suite struct DescriptionTests {
  @Test func theManifestNamesAllPlugins() throws {
    let manifest = try TurtleFile.read(path: pluginBundle + "/manifest.ttl")
    let plugins = manifest.instances(of: Word.lv2 + "Plugin")
    #expect(plugins == PluginKind.allCases.map { .uri($0.uri) })
    for plugin in plugins {
      let binary = manifest.objects(plugin, Word.lv2 + "binary")
      #expect(binary == [.uri(try #require(TurtleFile.uri(ofPath: pluginBundle)) + "/divisi.so")])
      for file in manifest.objects(plugin, RDF.seeAlso) {
        guard case .uri(let uri) = file, let path = TurtleFile.path(ofURI: uri) else {
          Issue.record("\(file) is no file")
          continue
        }
        #expect(access(path, R_OK) == 0, "\(path)")
      }
    }
  }

  @Test(arguments: PluginKind.allCases)
  func pluginsSayWhatHostsShow(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    func numbers(_ word: String) -> Double? { described.graph.number(described.subject, word) }
    #expect(described.graph.text(described.subject, Word.name)?.hasPrefix("Divisi ") == true)
    #expect((numbers(Word.lv2 + "minorVersion") ?? 0) > 0)
    #expect(numbers(Word.lv2 + "microVersion") != nil)
    let required = described.graph.objects(described.subject, Word.lv2 + "requiredFeature")
    #expect(required.isEmpty == !kind.needsMap)
    // Hosts need not stop the plugin to restore a state.
    let optional = described.graph.objects(described.subject, Word.lv2 + "optionalFeature")
    #expect(optional.contains(.uri(Word.state + "threadSafeRestore")))
  }

  @Test(arguments: PluginKind.allCases)
  func groupsSayWhichSideIsWhich(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    for port in described.ports where described.isA(port, Word.lv2 + "AudioPort") {
      let symbol = described.symbol(port)
      let group = try #require(described.graph.objects(port, Word.group + "group").first)
      let side: RDFGraph.Node = .uri(Word.group + (symbol.hasSuffix("_l") ? "left" : "right"))
      #expect(described.graph.objects(port, Word.lv2 + "designation") == [side], "\(symbol)")
      let elements = described.graph.objects(group, Word.group + "element")
      #expect(
        elements.map { described.graph.objects($0, Word.lv2 + "designation") }
          == [[.uri(Word.group + "left")], [.uri(Word.group + "right")]])
      #expect(elements.map { described.graph.number($0, Word.lv2 + "index") } == [0, 1])
    }
  }

  @Test(arguments: PluginKind.allCases)
  func oneOutputReportsTheLatency(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    let reporting = described.ports.filter { described.has($0, property: "reportsLatency") }
    #expect(reporting.map(described.symbol) == ["latency"])
    func designation(_ symbol: String) throws -> [RDFGraph.Node] {
      described.graph.objects(try #require(described.port(symbol)), Word.lv2 + "designation")
    }
    #expect(try designation("latency") == [.uri(Word.lv2 + "latency")])
    #expect(try designation("enabled") == [.uri(Word.lv2 + "enabled")])
    #expect(try designation("freewheel") == [.uri(Word.lv2 + "freeWheeling")])
  }

  /// A plugin that starts as its preset needs none; those with two outputs start live.
  @Test(arguments: [
    (PluginKind.hands, "hands"), (.handsMix, "hands"), (.drums, "drums"), (.drumsMix, "drums"),
    (.parts, "parts"),
  ])
  func controlsStartAsThePresetSays(kind: PluginKind, preset: String) throws {
    let values = try PresetLibrary(bundle: presetBundle).preset(named: preset).values
    #expect(values.keys.sorted() == kind.settings.map(\.rawValue).sorted())
    for (symbol, value) in values {
      let port = try #require(kind.ports.first { $0.symbol == symbol }, "\(symbol)")
      let isLive = symbol == "lookahead" && !kind.hasPartOutputs
      #expect(port.values?.defaultValue == (isLive ? 0 : Float(value)), "\(symbol)")
    }
  }

  /// GStreamer takes whatever is in a group for a channel.
  @Test(arguments: [PluginKind.handsMix, .drumsMix])
  func stereoPluginsGroupNothingButSound(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    for port in described.ports where !described.graph.objects(port, Word.group + "group").isEmpty {
      #expect(described.isA(port, Word.lv2 + "AudioPort"))
    }
  }

  @Test func presetsLieInTheRangeOfTheirPlugins() throws {
    let kinds = Dictionary(uniqueKeysWithValues: PluginKind.allCases.map { ($0.uri, $0) })
    for preset in try PresetLibrary(bundle: presetBundle).presets {
      let kind = try #require(kinds[preset.appliesTo])
      _ = try StreamSettings(ports: preset.values)
      for (symbol, value) in preset.values {
        let port = try #require(kind.ports.first { $0.symbol == symbol }, "\(symbol)")
        let values = try #require(port.values)
        #expect(
          Float(value) >= values.minimum && Float(value) <= values.maximum,
          "\(preset.name) \(symbol)"
        )
      }
    }
  }

  /// What the audio thread lets through has to be something that the engine takes.
  @Test(arguments: PluginKind.separating)
  func theEndsOfAllRangesAreSettings(kind: PluginKind) throws {
    func settings(_ value: (DivisiControls.Port.Values) -> Float) throws -> StreamSettings {
      var ports: [String: Double] = [:]
      for setting in kind.settings {
        let port = try #require(kind.ports.first { $0.symbol == setting.rawValue })
        let number = Double(value(try #require(port.values)))
        ports[setting.rawValue] = (number * 10_000).rounded() / 10_000
      }
      return try StreamSettings(ports: ports)
    }
    #expect(try settings(\.minimum).separation.windowLength == 2048)
    #expect(try settings(\.maximum).separation.windowLength == 8192)
  }

  @Test(.enabled(if: access("/usr/bin/lv2_validate", X_OK) == 0))
  func validatorHasNoComplaints() {
    let files = "'\(pluginBundle)'/*.ttl '\(presetBundle)'/*.ttl"
    #expect(system("/usr/bin/lv2_validate \(files) >/dev/null 2>&1") == 0)
  }

  /// `make turtle` writes it.
  @Test(arguments: PluginKind.allCases)
  func theTurtleIsWhatTheTableSays(kind: PluginKind) throws {
    let path = "\(pluginBundle)/\(kind.fileName).ttl"
    let written = try String(contentsOfFile: path, encoding: .utf8)
    #expect(written == Turtle.text(of: kind), "\(path) is older than the table: make turtle")
  }
}
