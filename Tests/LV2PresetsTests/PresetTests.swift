import LV2Presets
import LV2TestSupport
import Testing

/// The error for a preset file with the given text.
private func error(for text: String) -> PresetError? {
  let bundle = TemporaryBundle(["x.ttl": text])
  return #expect(throws: PresetError.self) { try Preset(path: bundle.file("x.ttl")) }
}

@Suite struct PresetTests {
  @Test func aFileNeedsNoBundle() throws {
    let bundle = TemporaryBundle([
      "mine.ttl": prefixes + """
        <urn:mine> a pset:Preset ; lv2:appliesTo <urn:p> ; rdfs:label "Mine" ; rdfs:comment "For me." ;
          lv2:port [ lv2:symbol "i" ; pset:value 3 ] , [ lv2:symbol "d" ; pset:value -2.5 ] ,
            [ lv2:symbol "e" ; pset:value 1e-3 ] ,
            [ lv2:symbol "f" ; pset:value "7"^^<http://www.w3.org/2001/XMLSchema#float> ] .
        """
    ])
    let preset = try Preset(path: bundle.file("mine.ttl"))
    #expect(preset.uri == "urn:mine")
    #expect(preset.name == "mine")
    #expect(preset.label == "Mine")
    #expect(preset.comment == "For me.")
    #expect(preset.appliesTo == "urn:p")
    #expect(preset.values == ["i": 3, "d": -2.5, "e": 0.001, "f": 7])
    #expect(preset.paths.isEmpty)
  }

  @Test func aFileMayNameItself() throws {
    let bundle = TemporaryBundle([
      "own.ttl": prefixes + """
        <> a pset:Preset ; lv2:appliesTo <urn:p> ; lv2:port [ lv2:symbol "g" ; pset:value 1 ] .
        """
    ])
    let preset = try Preset(path: bundle.file("own.ttl"))
    #expect(preset.uri == "file://" + bundle.file("own.ttl"))
    #expect(preset.label == "own")
    #expect(preset.comment == "")
  }

  @Test func pathsAreResolvedBesideTheFile() throws {
    let bundle = TemporaryBundle([
      "x.ttl": preset("x") + """
        <urn:x> state:state [
          <urn:near> <a%20kit.bin> ; <urn:far> <file:///opt/kit.bin> ; <urn:text> "no path" ;
          <urn:other> <urn:no-file> ;
          <urn:saved> "saved.bin"^^<http://lv2plug.in/ns/ext/atom#Path> ] .
        """
    ])
    #expect(
      try Preset(path: bundle.file("x.ttl")).paths == [
        "urn:near": bundle.file("a kit.bin"), "urn:far": "/opt/kit.bin",
        "urn:saved": bundle.file("saved.bin"),
      ])
  }

  @Test(arguments: [
    "\"fifty\"", "\"50\"", "<urn:v>", "[]", "true",
    "\"INF\"^^<http://www.w3.org/2001/XMLSchema#double>",
  ])
  func aValueThatIsNoNumberIsRefusedWithItsLine(value: String) {
    let error = error(for: preset("x", value: value))
    #expect(error?.line == 6)
    #expect(error?.expected == "a number as the pset:value of port gain")
  }

  @Test func linesAreThoseOfTheFile() {
    let value = error(
      for: preset("x", value: "1 ] ,\n\n # [\n [ lv2:symbol \"b\" ; pset:value \"b\"\n"))
    #expect(value?.line == 9)
    let last = error(for: prefixes + "<urn:a> a pset:Preset ;\n\n lv2:port 5\n .")
    #expect(last?.expected == "lv2:appliesTo with the URI of a plugin")
  }

  @Test func aPresetWithoutValuesIsRefused() {
    let none = error(for: prefixes + "<urn:x> a pset:Preset ; lv2:appliesTo <urn:p> .")
    #expect(none?.expected == "at least one lv2:port with a pset:value")
    let half = error(
      for: prefixes
        + "<urn:x> a pset:Preset ; lv2:appliesTo <urn:p> ;\n lv2:port [ lv2:symbol \"g\" ] .")
    #expect(
      half?.description.hasSuffix("line 6: expected a pset:value for port g; it has none") == true)
    let unnamed = error(
      for: prefixes
        + "<urn:x> a pset:Preset ; lv2:appliesTo <urn:p> ;\n lv2:port [ pset:value 1 ] .")
    #expect(unnamed?.expected == "an lv2:symbol for the port")
    #expect(unnamed?.line == 6)
  }

  @Test func aSecondValueForAPortIsRefused() {
    let error = error(
      for: preset("x") + "<urn:x> lv2:port\n [ lv2:symbol \"gain\" ; pset:value 2 ] .")
    #expect(error?.expected == "one value for port gain")
    #expect(error?.line == 8)
  }

  @Test func aFileHoldsOnePreset() {
    #expect(error(for: prefixes)?.found == "there is none")
    #expect(error(for: preset("a") + preset("b"))?.found == "there are 2")
    #expect(error(for: "")?.expected == "one pset:Preset")
  }

  @Test(arguments: [
    ("<urn:x> a pset:Preset ;\n lv2:appliesTo <urn:p> ;\n lv2:port [ lv2:symbol \"g\" ", 7),
    ("<urn:x> a nope:Preset .", 5),
    ("\n\n<urn:x> }", 7),
    ("<urn:x> <urn:p> \"open", 5),
    ("\u{1}", 5),
    ("# \u{0}\n", 5),
  ])
  func damagedTurtleIsRefusedWithItsLine(text: String, line: Int) {
    let error = error(for: prefixes + text)
    #expect(error?.expected == "well-formed Turtle")
    #expect(error?.line == line)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: ["(", "[ a ", "[ <]> "])
  func deepNestingIsRefused(bracket: String) {
    let error = error(
      for: prefixes + "<urn:x> a " + String(repeating: bracket, count: 100_000))
    #expect(error?.found == "there are more than 1000 brackets")
  }

  @Test(arguments: ["(", "[ a "])
  func nestingWithinTheLimitDoesNotExhaustTheStack(bracket: String) {
    let error = error(for: prefixes + "<urn:x> a " + String(repeating: bracket, count: 1000))
    #expect(error?.expected == "well-formed Turtle")
  }

  @Test func everyCutOfAPresetIsReadOrRefused() throws {
    let whole = Array(preset("x", value: "\"1\"^^<http://www.w3.org/2001/XMLSchema#int>").utf8)
    let bundle = TemporaryBundle([:])
    var refused = 0
    for end in 0..<whole.count - 2 {
      bundle.write(String(decoding: whole[..<end], as: UTF8.self), to: "x.ttl")
      do { _ = try Preset(path: bundle.file("x.ttl")) } catch { refused += 1 }
    }
    #expect(refused == whole.count - 2)
  }

  @Test func anyDamageIsReadOrRefusedInOneLine() {
    let whole = Array((preset("x") + "<urn:x> state:state [ <urn:f> <kit.bin> ] .").utf8)
    let bundle = TemporaryBundle([:])
    var state: UInt32 = 1
    var outcomes = 0
    for _ in 0..<500 {
      var damaged = whole
      for _ in 0..<3 {
        state = state &* 1_664_525 &+ 1_013_904_223
        damaged[Int(state >> 8) % whole.count] = UInt8(state >> 24)
      }
      bundle.write(damaged, to: "x.ttl")
      do {
        outcomes += try Preset(path: bundle.file("x.ttl")).values.isEmpty ? 0 : 1
      } catch {
        outcomes += error.description.contains("\n") ? 0 : 1
      }
    }
    #expect(outcomes == 500)
  }

  @Test func largeFilesAndFoldersAreRefused() {
    #expect(
      error(for: String(repeating: " ", count: 1 << 20) + "#")?.found == "it has more")
    let folder = #expect(throws: PresetError.self) { try Preset(path: "/tmp") }
    #expect(folder?.description == "/tmp: expected a preset file; Is a directory")
    let device = #expect(throws: PresetError.self) { try Preset(path: "/dev/zero") }
    #expect(device?.description == "/dev/zero: expected a preset file; it is a device")
  }

  @Test func errorsAreOneLineWhateverTheNames() {
    let error = #expect(throws: PresetError.self) { try Preset(path: "a\nb\u{1B}[2J.ttl") }
    #expect(error?.description == "a?b?[2J.ttl: expected a preset file; No such file or directory")
  }
}
