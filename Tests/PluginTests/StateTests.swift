import Foundation
import LV2Hosting
import Testing

/// What hosts save and load.
@Suite struct StateTests {
  private static let atom = "http://lv2plug.in/ns/ext/atom#"

  @Test(arguments: Bundle.plugins)
  func aThousandRoundTripsChangeNothing(uri: String) throws {
    let world = try Bundle.world()
    let render = Render(
      plugin: uri, score: uri.contains("drums") ? Duet.strokes : Duet.score)
    let instance = try render.instance(in: world)
    let first = try State(of: instance).text(uri: "urn:test:state")
    #expect(first.contains("score.csv"))
    for round in 1...(uri == "urn:divisi:hands" ? 1000 : 50) {
      try State(text: State(of: instance).text(uri: "urn:test:state"), in: world)
        .restore(to: instance)
      if round % 50 == 0 {
        #expect(try State(of: instance).text(uri: "urn:test:state") == first)
      }
    }
  }

  @Test(arguments: [("urn:divisi:hands", Duet.score), ("urn:divisi:drums-mix", Duet.strokes)])
  func aSavedStateSoundsTheSame(uri: String, score: String) throws {
    let world = try Bundle.world()
    var render = Render(plugin: uri, score: score)
    render.controls["gain_residual"] = -7
    let instance = try render.instance(in: world)
    let folder = try TemporaryFolder()
    try State(of: instance, folder: folder.file("one")).save(to: folder.file("one"))
    let input = Duet.signal()
    instance.activate()
    let expected = render(instance, input)

    // The bundle may be moved. Whether the score's file is still there or not does not matter.
    try FileManager.default.moveItem(atPath: folder.file("one"), toPath: folder.file("two"))
    var bare = Render(plugin: uri, controls: [:], score: nil)
    let state = try State(path: folder.file("two/state.ttl"), in: world)
    let copy = try bare.instance(in: world)
    state.restore(to: copy)
    #expect(copy["gain_residual"] == -7)
    copy.activate()
    expectSame(bare(copy, input), expected)

    // Hosts may activate first.
    bare.controls = [:]
    let late = try bare.instance(in: world)
    late.activate()
    state.restore(to: late)
    late.deactivate()
    late.activate()
    expectSame(bare(late, input), expected)
  }

  /// The file of the score is gone; what it said is not.
  @Test func aMissingScoreIsRemembered() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    let path = try folder.write(Duet.score, to: "score.csv")
    try folder.write(presetText(for: "urn:divisi:hands", score: path), to: "state.ttl")
    let render = Render(score: nil)
    let instance = try render.instance(in: world)
    try State(path: folder.file("state.ttl"), in: world).restore(to: instance)
    let text = try State(of: instance).text(uri: "urn:test:state")
    let input = Duet.signal()
    instance.activate()
    let expected = render(instance, input)

    try FileManager.default.removeItem(atPath: path)
    let copy = try render.instance(in: world)
    try State(text: text, in: world).restore(to: copy)
    copy.activate()
    expectSame(render(copy, input), expected)
    expectHeard(expected[2])
  }

  /// Presets and projects name models where they were on the machine that they come from.
  @Test func aShippedModelIsFoundOnAnotherMachine() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    func model(_ path: String) throws -> String {
      try folder.write(presetText(for: "urn:divisi:hands", model: path), to: "state.ttl")
      let instance = try Render(score: nil).instance(in: world)
      try State(path: folder.file("state.ttl"), in: world).restore(to: instance)
      return try State(of: instance).text(uri: "urn:test:state")
    }
    let found = try model("/another/lv2/divisi-presets.lv2/generic-piano.safetensors")
    #expect(found.contains("generic-piano.safetensors") && !found.contains("/another/"))
    #expect(try !model("/another/folder/generic-piano.safetensors").contains("generic-piano"))
  }

  /// However often a state is saved that refers to it.
  @Test func aMissingScoreHasOneLink() throws {
    let world = try Bundle.world()
    let folder = try TemporaryFolder()
    let path = try folder.write(Duet.score, to: "score.csv")
    try folder.write(presetText(for: "urn:divisi:hands", score: path), to: "state.ttl")
    let instance = try Render(score: nil).instance(in: world)
    try State(path: folder.file("state.ttl"), in: world).restore(to: instance)
    try FileManager.default.removeItem(atPath: path)
    let place = folder.file("saved")
    for _ in 0..<3 { try State(of: instance, folder: place).save(to: place) }
    let names = try FileManager.default.contentsOfDirectory(atPath: place).sorted()
    #expect(names == ["manifest.ttl", "score.csv", "state.ttl"])
  }

  /// Types that are wrong, scores that are none, versions to come.
  @Test(arguments: [
    "<urn:divisi:a_score> 5", "<urn:divisi:a_score> 1.5", "<urn:divisi:a_score> true",
    "<urn:divisi:a_score> \"/etc/passwd\"^^<\(atom)Path>",
    "<urn:divisi:a_score> \"/no/such/file\"^^<\(atom)Path>",
    "<urn:divisi:a_score> \"/tmp\"^^<\(atom)Path>",
    "<urn:divisi:a_score> \"AAAA\"^^<http://www.w3.org/2001/XMLSchema#base64Binary>",
    "<urn:divisi:model_file> 7", "<urn:divisi:model_file> \"/etc/passwd\"^^<\(atom)Path>",
  ])
  func aDamagedStateKeepsTheLastGoodOne(statement: String) throws {
    let world = try Bundle.world()
    let render = Render()
    let input = Duet.signal()
    let expected = try render(input)
    let folder = try TemporaryFolder()
    let text = presetText(for: "urn:divisi:hands").replacingOccurrences(
      of: "rdfs:label \"Test\"", with: "rdfs:label \"Test\" ; state:state [ \(statement) ]")
    try folder.write(text, to: "bad.ttl")
    let instance = try render.instance(in: world)
    try State(path: folder.file("bad.ttl"), in: world).restore(to: instance)
    instance.activate()
    expectSame(render(instance, input), expected)
  }

  /// Saved notes may be no more than a score file may hold; what is said of it is one line.
  @Test func savedNotesHaveTheLimitsOfFiles() throws {
    let world = try Bundle.world()
    let gate = Gate(at: "never")
    var render = Render()
    render.features.log = gate.log
    let input = Duet.signal()
    let expected = try render(input)
    let folder = try TemporaryFolder()
    let notes = "divisi-notes 1 plain\\npart left\\n0 1 400000 60 80\\npart right\\n"
    let text = presetText(for: "urn:divisi:hands").replacingOccurrences(
      of: "rdfs:label \"Test\"",
      with: "rdfs:label \"Test\" ; state:state [ <urn:divisi:score_digest> \"\(notes)\" ]")
    try folder.write(text, to: "bad.ttl")
    let instance = try render.instance(in: world)
    try State(path: folder.file("bad.ttl"), in: world).restore(to: instance)
    let lines = gate.text.split(separator: "\n").filter { $0.contains("saved notes") }
    #expect(
      lines.count == 1
        && lines[0].contains("line 3: expected notes that end within 100 hours, found '0 1 400000"),
      "\(gate.text)")
    instance.activate()
    expectSame(render(instance, input), expected)
  }

  /// Whatever Divisi itself saves, with other bytes, sizes and types, or missing; without lilv, which
  /// some damaged files crash by themselves.
  @Test(arguments: Bundle.plugins)
  func whatItSavesMayBeDamaged(uri: String) throws {
    let folder = try TemporaryFolder()
    let ports = try RawHost.ports(of: uri, controls: Render.fast, in: folder)
    let score = try folder.write(uri.contains("drums") ? Duet.strokes : Duet.score, to: "s.csv")
    let output = try Child.run(
      RawHost.file("state"), [Bundle.object, uri, ports, score, "2000"])
    #expect(output.contains("sound same, state same"))
    #expect(!output.contains("refused 0,"), "\(output)")
  }

  /// A preset says nothing of scores, and so takes none away.
  @Test func aPresetKeepsTheScore() throws {
    let world = try Bundle.world()
    let render = Render()
    let instance = try render.instance(in: world)
    let before = try State(of: instance).text(uri: "urn:test:state")
    try State(preset: "urn:divisi:preset:hands", in: world).restore(to: instance)
    let after = try State(of: instance).text(uri: "urn:test:state")
    #expect(before.contains("score.csv") && after.contains("score.csv"))
  }
}
