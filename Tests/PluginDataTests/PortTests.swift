import DivisiControls
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Testing

@testable import LV2Presets

@Suite struct PortTests {
  /// The symbols of each plugin's ports by index, as they were released.
  private let fixtures = packageRoot + "/Tests/PluginDataTests/ReleasedPorts"

  @Test(arguments: PluginKind.allCases)
  func swiftAndTurtleHaveTheSamePorts(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    let ports = kind.ports
    #expect(described.ports.map(described.symbol) == ports.map(\.symbol))
    for (index, (port, node)) in zip(ports, described.ports).enumerated() {
      #expect(described.graph.number(node, Word.lv2 + "index") == Double(index))
      let (role, values) = try #require(described.role(node), "\(port.symbol)")
      #expect(role == port.role && values == port.values, "\(port.symbol)")
    }
  }

  /// Saved sessions refer to ports by symbol, and some hosts by index.
  @Test(arguments: PluginKind.allCases)
  func releasedPortsKeepTheirPlaces(kind: PluginKind) throws {
    let list = try String(contentsOfFile: "\(fixtures)/\(kind.fileName).txt", encoding: .utf8)
    let released = list.split(separator: "\n").map(String.init)
    #expect(released.count > 15)
    #expect(kind.ports.prefix(released.count).map(\.symbol) == released)
  }

  @Test(arguments: PluginKind.allCases)
  func valuesStartWithinTheirRange(kind: PluginKind) {
    for port in kind.ports {
      guard let values = port.values else { continue }
      #expect(values.minimum < values.maximum, "\(port.symbol)")
      #expect(values.minimum <= values.defaultValue && values.defaultValue <= values.maximum)
    }
  }

  @Test(arguments: PluginKind.allCases)
  func symbolsAreUniqueAndReadable(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    let symbols = kind.ports.map(\.symbol)
    #expect(Set(symbols).count == symbols.count)
    let names = described.ports.map { described.graph.text($0, Word.lv2 + "name") ?? "" }
    #expect(Set(names).count == names.count)
    #expect(!names.contains(""))
  }

  /// The audio thread reads them by counting on from the first.
  @Test(arguments: PluginKind.separating)
  func portsOfOneKindFollowEachOther(kind: PluginKind) throws {
    let stems = kind.stems.map(\.name)
    func expectRun(_ symbols: [String]) throws {
      let first = try #require(kind.index(of: symbols[0]), "\(symbols[0])")
      #expect(symbols.map { kind.index(of: $0) } == (first..<first + symbols.count).map { $0 })
    }
    try expectRun(["in_l", "in_r"])
    try expectRun(["mix_l", "mix_r"])
    if kind.hasPartOutputs { try expectRun(stems.flatMap { ["\($0)_l", "\($0)_r"] }) }
    try expectRun(stems.flatMap { ["gain_\($0)", "mute_\($0)", "solo_\($0)", "pan_\($0)"] })
    try expectRun(stems.map { "level_\($0)" })
  }

  @Test(arguments: PluginKind.separating)
  func partsAreThoseOfTheEngine(kind: PluginKind) {
    let layout: StreamLayout =
      switch kind {
      case .hands, .handsMix: .hands
      case .drums, .drumsMix: .drums
      case .parts, .mosaic: .parts
      }
    #expect(kind.parts.map(\.name) == layout.partNames)
  }

  @Test(arguments: PluginKind.separating)
  func scalePointsNameWhatTheEngineHas(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    func labels(_ symbol: String) throws -> [Double: String] {
      described.scalePoints(try #require(described.port(symbol))).mapValues { $0.lowercased() }
    }
    func expected(_ names: [String]) -> [Double: String] {
      Dictionary(uniqueKeysWithValues: names.enumerated().map { (Double($0), $1) })
    }
    #expect(try labels("model") == expected(ModelKind.allCases.map(\.rawValue)))
    #expect(try labels("comb") == expected(CombShape.allCases.map(\.rawValue)))
    #expect(try labels("resolution") == [2048: "2048", 4096: "4096", 8192: "8192"])
    if kind.isPercussive {
      #expect(try labels("drum_map").count == DrumTable.all.count + 1)
      for (place, table) in DrumTable.all.enumerated() {
        let words = try #require(try labels("drum_map")[Double(place + 1)]).split(separator: " ")
        #expect(words.first.map { table.name.contains($0) } == true, "\(table.name)")
      }
    }
    let sources = try labels("score_source")
    #expect(sources.keys.sorted() == (kind.hasPartOutputs ? [0, 1, 2] : [0, 2]))
  }

  /// GStreamer offers nothing but a port's scale points where it has some.
  @Test(arguments: PluginKind.separating)
  func onlyEnumerationsHaveScalePoints(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    for port in described.ports where !described.has(port, property: "enumeration") {
      #expect(described.graph.objects(port, Word.lv2 + "scalePoint").isEmpty)
    }
    let gain = try #require(described.port("gain_\(kind.parts[0].name)"))
    #expect(described.scalePoints(gain) == [-60: "off"])
  }

  @Test(arguments: PluginKind.allCases)
  func enumerationsHaveALabelForWhatTheyStartWith(kind: PluginKind) throws {
    let described = try DescribedPlugin(kind)
    for port in described.ports where described.has(port, property: "enumeration") {
      let points = described.scalePoints(port)
      let standard = try #require(described.graph.number(port, Word.lv2 + "default"))
      #expect(points.count > 1 && points[standard] != nil, "\(described.symbol(port))")
    }
  }
}
