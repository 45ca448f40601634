import Foundation
import LV2Presets
import Testing

/// The presets that ship with Divisi, where the package's sources are.
private let shippedBundle =
  #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
  + "/Presets/divisi-presets.lv2"

@Suite struct ShippedPresetsTests {
  @Test func allAreThere() throws {
    let library = try PresetLibrary(bundle: shippedBundle)
    #expect(
      library.presets.map(\.name) == [
        "drums", "drums-fast", "drums-live", "drums-song", "hands", "hands-acoustic", "hands-fast",
        "hands-live",
        "hands-pedal",
        "literature", "parts", "players",
      ])
    #expect(library.bundle == shippedBundle)
  }

  @Test func everyOneSaysWhatItIsFor() throws {
    for preset in try PresetLibrary(bundle: shippedBundle).presets {
      #expect(!preset.comment.isEmpty && !preset.comment.contains("\n"), "\(preset.name)")
      #expect(preset.label != preset.name)
      #expect(
        ["urn:divisi:hands", "urn:divisi:drums", "urn:divisi:parts"].contains(preset.appliesTo))
      #expect(preset.uri == "urn:divisi:preset:\(preset.name)")
    }
  }

  /// A preset that leaves a control alone would inherit it from whatever was chosen before.
  @Test func allOfAPluginSetTheSameControls() throws {
    let presets = try PresetLibrary(bundle: shippedBundle).presets
    for (plugin, own) in Dictionary(grouping: presets, by: \.appliesTo) {
      let symbols = own[0].values.keys.sorted()
      for preset in own {
        #expect(preset.values.keys.sorted() == symbols, "\(plugin) \(preset.name)")
      }
    }
  }

  /// Players bend their tones, and slide into them; the strings of a piano do neither.
  @Test func partsHaveShiftedCombs() throws {
    let library = try PresetLibrary(bundle: shippedBundle)
    let combs = Dictionary(
      uniqueKeysWithValues: library.presets.map { ($0.name, $0.values["comb"]) })
    #expect(combs.filter { $0.value == 2 }.keys.sorted() == ["parts"])
    #expect(combs.filter { $0.value == 3 }.keys.sorted() == ["players"])
  }

  @Test func drumsNameTheirKit() throws {
    let preset = try PresetLibrary(bundle: shippedBundle).preset(named: "drums")
    #expect(
      preset.paths == ["urn:divisi:model_file": shippedBundle + "/generic-kit.safetensors"])
  }

  @Test func drumsOfSongsHaveARest() throws {
    let library = try PresetLibrary(bundle: shippedBundle)
    for preset in library.presets {
      #expect((preset.values["rest"] == 1) == (preset.name == "drums-song"))
    }
  }

  /// Hosts offer what the manifest says of a plugin.
  @Test(arguments: ["hands-acoustic", "players"])
  func whatOnlyRecordingsHaveIsOfNoPlugin(name: String)
    throws
  {
    let manifest = try String(contentsOfFile: shippedBundle + "/manifest.ttl", encoding: .utf8)
    let stanza = try #require(
      manifest.split(separator: "\n\n").first { $0.contains("preset:\(name)>") })
    #expect(!stanza.contains("lv2:appliesTo"))
  }

  @Test func hostsReadTheSame() throws {
    let hosted = presetsAsHosted(bundle: shippedBundle)
    let presets = try PresetLibrary(bundle: shippedBundle).presets
    #expect(hosted.count == presets.count)
    for preset in presets {
      let found = try #require(hosted[preset.uri])
      #expect(found.label == preset.label)
      #expect(found.values == preset.values)
      // Of several plugins that a preset applies to, hosts see first whichever they like.
      #expect([preset.appliesTo, preset.appliesTo + "-mix"].contains(found.appliesTo))
    }
  }
}
