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

  /// Every property that Divisi itself saves, with another type and cut at every length.
  @Test func whatItSavesMayBeDamaged() throws {
    let world = try Bundle.world()
    let render = Render()
    let instance = try render.instance(in: world)
    instance.activate()
    let good = try State(of: instance).text(uri: "urn:test:state")
    var noise = Noise(seed: 11)
    let bytes = Array(good.utf8)
    var restored = 0
    for round in 0..<400 {
      var damaged = bytes
      switch round % 3 {
      case 0:
        for _ in 0..<3 { damaged[noise.next(in: 0...bytes.count - 1)] = UInt8(noise.bits() & 0x7F) }
      case 1:
        // Inside the literals: paths, digests, numbers.
        let quotes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\"") }
        let start = quotes[noise.next(in: 0...quotes.count - 1)]
        let length = min(noise.next(in: 1...40), bytes.count - start - 1)
        for index in start + 1..<start + 1 + length where bytes[index] != UInt8(ascii: "\"") {
          damaged[index] = UInt8(noise.next(in: 48...122))
        }
      default:
        let start = noise.next(in: 0...bytes.count - 2)
        damaged.removeSubrange(start..<min(start + noise.next(in: 1...200), bytes.count - 1))
      }
      let text = String(decoding: damaged, as: UTF8.self)
      guard let state = try? State(text: text, in: world) else { continue }
      state.restore(to: instance)
      restored += 1
      _ = render(instance, Duet.signal().map { Array($0.prefix(500)) })
    }
    #expect(restored > 50, "most damage leaves Turtle that can be read")
    for (symbol, value) in render.controls { instance[symbol] = value }
    try State(text: good, in: world).restore(to: instance)
    instance.deactivate()
    instance.activate()
    let input = Duet.signal()
    try expectSame(render(instance, input), render(input))
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
