import Glibc
import LV2Hosting
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
        "drums", "drums-fast", "drums-live", "hands", "hands-fast", "hands-live", "hands-pedal",
        "literature", "parts",
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
  @Test func allSetTheSameControls() throws {
    let presets = try PresetLibrary(bundle: shippedBundle).presets
    let symbols = try #require(presets.first).values.keys.sorted()
    for preset in presets {
      #expect(preset.values.keys.sorted() == symbols, "\(preset.name)")
    }
  }

  @Test func partsAreSeparatedLikeHands() throws {
    let library = try PresetLibrary(bundle: shippedBundle)
    #expect(try library.preset(named: "parts").values == library.preset(named: "hands").values)
  }

  @Test func drumsNameTheirKit() throws {
    let preset = try PresetLibrary(bundle: shippedBundle).preset(named: "drums")
    #expect(
      preset.paths == ["urn:divisi:model_file": shippedBundle + "/generic-kit.safetensors"])
  }

  @Test func hostsReadTheSame() throws {
    let hosted = presetsAsHosted(bundle: shippedBundle)
    let presets = try PresetLibrary(bundle: shippedBundle).presets
    #expect(hosted.count == presets.count)
    for preset in presets {
      #expect(
        hosted[preset.uri]
          == HostedPreset(
            label: preset.label, appliesTo: preset.appliesTo, values: preset.values))
    }
  }

  /// The plugins are stated here, as far as presets refer to them.
  @Test(.enabled(if: access("/usr/bin/lv2_validate", X_OK) == 0))
  func validatorHasNoComplaints() throws {
    let stub = TemporaryBundle([
      "plugins.ttl": """
      @prefix doap: <http://usefulinc.com/ns/doap#> .
      @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
      @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
      @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
      <urn:divisi:hands> a lv2:Plugin ; doap:name "Hands" .
      <urn:divisi:drums> a lv2:Plugin ; doap:name "Drums" .
      <urn:divisi:parts> a lv2:Plugin ; doap:name "Parts" .
      <urn:divisi:model_file> a rdf:Property , lv2:Parameter ; rdfs:label "model file" .

      """
    ])
    let names = try ["manifest"] + PresetLibrary(bundle: shippedBundle).presets.map(\.name)
    let files = [stub.file("plugins.ttl")] + names.map { "\(shippedBundle)/\($0).ttl" }
    let arguments = files.map { "'\($0)'" }.joined(separator: " ")
    #expect(system("/usr/bin/lv2_validate \(arguments) >/dev/null 2>&1") == 0)
  }
}
