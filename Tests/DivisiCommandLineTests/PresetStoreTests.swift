import DivisiEngine
import DivisiScore
import Foundation
import Testing

@testable import DivisiCommandLine
@testable import DivisiSeparation

@Suite struct PresetStoreTests {
  /// An error like any other.
  struct Sample: Error, CustomStringConvertible { let description = "a sample" }

  /// Runs a body with the path of a preset that is gone afterwards.
  private func withPreset(
    for plugin: String, port: (symbol: String, value: String), _ body: (String) throws -> Void
  ) throws {
    let path = NSTemporaryDirectory() + "divisi-test-\(UUID().uuidString).ttl"
    try """
    @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
    @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
    <urn:x> a pset:Preset ; lv2:appliesTo <\(plugin)> ;
      lv2:port [ lv2:symbol "\(port.symbol)" ; pset:value \(port.value) ] .
    """.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("urn:divisi:hands", PartSelection.hands), ("urn:divisi:drums", .drums),
    ("urn:divisi:parts", .tracks),
  ])
  func aPresetSaysWhichPartsItMeans(plugin: String, selection: PartSelection) throws {
    try withPreset(for: plugin, port: ("iterations", "7")) { path in
      let choice = try PresetStore.choose(path)
      #expect(choice.selection == selection)
      #expect(choice.settings.separation.iterations == 7)
      #expect(
        choice.preset.name == URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
      switch try choice.material() {
      case .pitched: #expect(selection != .drums)
      case .drums(let kit): #expect(selection == .drums && kit.patches.isEmpty)
      }
      #expect(try choice.banks(ModelFiles([])).usual == nil)
    }
  }

  @Test func presetsOfOtherPluginsAreRefused() throws {
    try withPreset(for: "urn:other", port: ("iterations", "7")) { path in
      let text = message { _ = try PresetStore.choose(path) }
      #expect(text.contains("urn:divisi:hands") && text.hasSuffix("found <urn:other>"), "\(text)")
    }
    try withPreset(for: "urn:divisi:hands", port: ("iterations", "-3")) { path in
      let text = message { _ = try PresetStore.choose(path) }
      #expect(text == "\(path): iterations: expected 0 to 10000, found -3", "\(text)")
    }
  }

  /// The bundle of the source tree lies above the tests, too.
  @Test func whatShipsIsFoundByName() throws {
    #expect(try PresetStore.bundle().hasSuffix("/Presets/divisi-presets.lv2"))
    #expect(try PresetStore.choose("drums").selection == .drums)
    #expect(message { _ = try PresetStore.choose("no-such") }.contains("no-such"))
    let kit = try #require(PresetStore.model("generic-kit"))
    #expect(kit.hasSuffix("/generic-kit.safetensors") && kit.hasPrefix("/"))
    #expect(PresetStore.model("no-such") == "no-such")
    #expect(PresetStore.model("./generic-kit") == "./generic-kit")
    #expect(PresetStore.model(nil) == nil)
  }

  @Test func modelsThatCannotBeReadAreNamed() throws {
    let drums = try PresetStore.choose("drums")
    #expect(message { _ = try drums.material(modelFile: "/no/kit") }.hasPrefix("/no/kit: expected"))
    #expect(try drums.banks(ModelFiles(["/no/kit"])).usual == nil)
    #expect(
      message { _ = try drums.banks(ModelFiles(["kick=x"])) }.hasPrefix("--model-file kick=x"))
    let hands = try PresetStore.choose("hands")
    #expect(
      message { _ = try hands.banks(ModelFiles(["/no/bank"])) }.hasPrefix("/no/bank: expected"))
    #expect(try hands.banks(ModelFiles(["generic-piano"])).usual != nil)
  }

  /// A part's file is its instrument's.
  @Test func partsHaveModelsOfTheirOwn() throws {
    let parts = try PresetStore.choose("parts")
    let banks = try parts.banks(ModelFiles(["Piano=generic-piano"]))
    #expect(banks.usual == nil)
    let players = [Part(name: "violin", notes: []), Part(name: "piano", notes: [], instrument: 1)]
    #expect(try banks.banks(of: players, score: "x.mid").own.keys.sorted() == [1])
    #expect(
      message { _ = try banks.banks(of: [players[0]], score: "x.mid") }
        == "--model-file: expected parts of x.mid: violin; found 'Piano'")
    let both = try parts.banks(ModelFiles(["left=generic-piano", "right=generic-piano"]))
    let hands = ["left", "right"].map { Part(name: $0, notes: []) }
    #expect(
      message { _ = try both.banks(of: hands, score: "x.mid") }.hasPrefix(
        "--model-file: expected one file for each instrument; 'right'"))
    #expect(message { _ = try ModelFiles(["a", "b"]) }.contains("expected one file"))
    #expect(message { _ = try ModelFiles(["a=x", "A=y"]) }.contains("expected each part once"))
    #expect(try ModelFiles(["./no=file"]).usual == "./no=file")
  }
}
