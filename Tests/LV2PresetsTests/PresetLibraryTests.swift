import LV2Presets
import LV2TestSupport
import Testing

@Suite struct PresetLibraryTests {
  @Test func presetsAreSortedByName() throws {
    let bundle = TemporaryBundle([
      "manifest.ttl": manifest("b", "a"), "a.ttl": preset("a"), "b.ttl": preset("b", value: "2.5"),
    ])
    let library = try PresetLibrary(bundle: bundle.path)
    #expect(library.presets.map(\.name) == ["a", "b"])
    #expect(try library.preset(named: "b").values == ["gain": 2.5])
  }

  @Test func aFolderMayEndInASlash() throws {
    let bundle = TemporaryBundle(["manifest.ttl": manifest("a"), "a.ttl": preset("a")])
    #expect(try PresetLibrary(bundle: bundle.path + "/").presets.count == 1)
  }

  @Test func anUnknownNameIsAnsweredWithTheKnownOnes() throws {
    let bundle = TemporaryBundle([
      "manifest.ttl": manifest("hands", "drums"), "hands.ttl": preset("hands"),
      "drums.ttl": preset("drums"),
    ])
    let library = try PresetLibrary(bundle: bundle.path)
    let misspelt = #expect(throws: PresetError.self) { try library.preset(named: "hnads") }
    #expect(
      misspelt?.description == "\(bundle.path): expected a preset that is there (drums, hands); "
        + "there is no \"hnads\", did you mean hands?")
    let foreign = #expect(throws: PresetError.self) { try library.preset(named: "trombone") }
    #expect(foreign?.found == "there is no \"trombone\"")
  }

  @Test func aMissingFolderIsNamed() {
    let error = #expect(throws: PresetError.self) { try PresetLibrary(bundle: "/no/bundle.lv2") }
    #expect(
      error?.description
        == "/no/bundle.lv2/manifest.ttl: expected a preset file; No such file or directory")
  }

  @Test func aMissingPresetFileIsNamed() {
    let bundle = TemporaryBundle(["manifest.ttl": manifest("a")])
    let error = #expect(throws: PresetError.self) { try PresetLibrary(bundle: bundle.path) }
    #expect(error?.path == bundle.file("a.ttl"))
    #expect(error?.found == "No such file or directory")
  }

  @Test func aPresetWithoutAFileIsRefused() {
    let bundle = TemporaryBundle(["manifest.ttl": prefixes + "<urn:a> a pset:Preset ."])
    let error = #expect(throws: PresetError.self) { try PresetLibrary(bundle: bundle.path) }
    #expect(error?.expected == "an rdfs:seeAlso for each preset")
  }

  @Test func aFileElsewhereOnTheNetIsRefused() {
    let bundle = TemporaryBundle([
      "manifest.ttl": prefixes
        + "<urn:a> a pset:Preset ;\n rdfs:seeAlso <http://example.org/a.ttl> ."
    ])
    let error = #expect(throws: PresetError.self) { try PresetLibrary(bundle: bundle.path) }
    #expect(error?.expected == "the URI of a file")
    #expect(error?.line == 6)
  }

  @Test func twoPresetsOfOneNameAreRefused() {
    let two = """
      <urn:a> a pset:Preset ; rdfs:seeAlso <a.ttl> . <urn:b> a pset:Preset ; rdfs:seeAlso <a.ttl> .
      """
    let bundle = TemporaryBundle([
      "manifest.ttl": prefixes + two,
      "a.ttl": preset("a") + "<urn:b> lv2:appliesTo <urn:p> ; "
        + "lv2:port [ lv2:symbol \"gain\" ; pset:value 1 ] .",
    ])
    let error = #expect(throws: PresetError.self) { try PresetLibrary(bundle: bundle.path) }
    #expect(error?.found == "two are called a")
  }

  @Test func labelAndPluginMayStandInTheManifest() throws {
    let bundle = TemporaryBundle([
      "manifest.ttl": prefixes + """
        <urn:a> a pset:Preset ; lv2:appliesTo <urn:p> ; rdfs:label "A" ; rdfs:seeAlso <a.ttl> .
        """,
      "a.ttl": prefixes + "<urn:a> lv2:port [ lv2:symbol \"gain\" ; pset:value 1 ] .",
    ])
    let preset = try PresetLibrary(bundle: bundle.path).preset(named: "a")
    #expect(preset.label == "A")
    #expect(preset.appliesTo == "urn:p")
  }
}
