import Foundation
import LV2Hosting
import Testing

/// Scores that do not match the recording: the plugin hears it once, and aligns them for the second pass, the bounce
/// and the session that is opened again.
@Suite struct FollowTests {
  private static let base = Render.fast.merging(["lookahead": 0.5]) { $1 }

  private static func render(follow: Bool, score: String, log: HostLog? = nil) -> Render {
    var render = Render(
      controls: base.merging(["follow": follow ? 1 : 0]) { $1 }, score: score)
    render.features.log = log
    return render
  }

  /// An instance that is active, and its transport.
  private static func passes(_ render: Render, state: String? = nil) throws -> Passes {
    let world = try Bundle.world()
    let instance = try render.instance(in: world)
    if let state { try State(text: state, in: world).restore(to: instance) }
    for (symbol, value) in render.controls { instance[symbol] = value }
    instance.activate()
    return try Passes(render, instance)
  }

  private static func state(of passes: Passes) throws -> String {
    try State(of: passes.instance).text(uri: "urn:test:followed")
  }

  /// A score in another tempo, which is heard once; then it is as good as a right one, there and in a new instance.
  @Test func theSecondPassAndTheBounceAreAligned() throws {
    let piece = try Piece.polonaise.get()
    let wrong = piece.score(Piece.elsewhere)
    let log = HostLog()
    let passes = try Self.passes(Self.render(follow: true, score: wrong, log: log))
    let right = try Self.passes(Self.render(follow: false, score: piece.score()))
    let unaligned = try Self.passes(Self.render(follow: false, score: wrong))
    #expect(passes.instance["verdict"] == 0)
    _ = passes.play(piece.mix)
    #expect(passes.instance["verdict"] == 1, "\(log.messages.map(\.text))")
    let latency = Int(passes.instance["latency"])
    #expect(latency > 0)
    _ = right.play(piece.mix)
    _ = unaligned.play(piece.mix)
    var places: [(Double, Double)] = []
    let second = passes.play(piece.mix) { done in
      let time = Double(done) / 44_100
      // The last seconds, in which the music ends, are placed less exactly.
      if time > 2 && time < 19 { places.append((time, Double(passes.instance["score_position"]))) }
    }
    let wanted = piece.quality(of: right.play(piece.mix), latency: latency)
    let found = piece.quality(of: second, latency: latency)
    let before = piece.quality(of: unaligned.play(piece.mix), latency: latency)
    #expect(found > wanted - 0.5, "\(found) dB, \(wanted) dB with the right score")
    #expect(wanted > 5 && before < wanted - 6, "\(before) dB")
    let errors = places.map { abs($0.1 - Piece.elsewhere($0.0)) }
    #expect(errors.count > 100 && (errors.max() ?? 1) < 0.25, "\(errors.max() ?? -1)")

    // The bounce of the session that is opened again.
    let text = try Self.state(of: passes)
    let bounce = try Self.passes(Self.render(follow: true, score: wrong), state: text)
    #expect(bounce.instance["verdict"] == 0)
    let output = bounce.play(piece.mix)
    #expect(bounce.instance["verdict"] == 1)
    let fresh = try Self.passes(Self.render(follow: false, score: piece.score()))
    let aim = piece.quality(of: fresh.play(piece.mix), latency: latency)
    let bounced = piece.quality(of: output, latency: latency)
    #expect(bounced > aim - 0.5, "\(bounced) dB, \(aim) dB with the right score")
    // What has been heard again was known.
    #expect(try Self.state(of: bounce) == text)
    // And whatever the blocks are.
    let other = try Self.passes(Self.render(follow: true, score: wrong), state: text)
    expectSame(other.play(piece.mix, blocks: [64, 1000, 333]), output)
    // Off is as written, and loses nothing.
    let off = try Self.passes(Self.render(follow: false, score: wrong), state: text)
    let plain = try Self.passes(Self.render(follow: false, score: wrong))
    expectSame(off.play(piece.mix), plain.play(piece.mix))
    #expect(off.instance["verdict"] == 0)
    #expect(try Self.state(of: off).contains("urn:divisi:alignment"))
  }

  /// What follows the recording as it is sounds as without listening, bit for bit.
  @Test func aRightScoreIsLeftAlone() throws {
    let piece = try Piece.polonaise.get()
    let log = HostLog()
    let heard = try Self.passes(Self.render(follow: true, score: piece.score(), log: log))
    let plain = try Self.passes(Self.render(follow: false, score: piece.score()))
    for _ in 0..<2 { expectSame(heard.play(piece.mix), plain.play(piece.mix)) }
    #expect(heard.instance["verdict"] == 1)
    #expect(log.messages.contains { $0.text.contains("follows the recording as it is") })
    #expect(try !Self.state(of: heard).contains("urn:divisi:alignment"))
  }

  /// The score of another piece is said to be that, and used as it is.
  @Test func anotherPieceIsRefused() throws {
    let piece = try Piece.polonaise.get()
    var noise = Noise(seed: 3)
    let other =
      "start;duration;pitch;velocity;label\n"
      + (0..<90).map {
        let onset = Double($0) * 0.27
        return "\(onset);0.25;\(noise.next(in: 40...80));80;\($0 % 2 == 0 ? "left" : "right")"
      }.joined(separator: "\n")
    let log = HostLog()
    let heard = try Self.passes(Self.render(follow: true, score: other, log: log))
    let plain = try Self.passes(Self.render(follow: false, score: other))
    for _ in 0..<2 { expectSame(heard.play(piece.mix), plain.play(piece.mix)) }
    #expect(heard.instance["verdict"] == 3)
    #expect(log.messages.contains { $0.text.contains("probably of another piece") })
  }

  /// While the plugin's threads work in their own time, nothing is missing, and the alignment comes.
  @Test func theOldStreamPlaysUntilTheNewOneIsThere() throws {
    let piece = try Piece.polonaise.get()
    var render = Self.render(follow: true, score: piece.score(Piece.elsewhere))
    render.controls["freewheel"] = 0
    let passes = try Self.passes(render)
    let output = passes.play(piece.mix)
    let latency = Int(passes.instance["latency"])
    let sum = SumTests.sum(output)
    let silence = [Float](repeating: 0, count: output[0].count)
    let late = (delayed(piece.mix, by: latency)[0] + silence).prefix(output[0].count)
    expectNear(sum, [Array(late), Array(late)], within: 1e-5)
    // A save waits for what is in hand.
    #expect(try Self.state(of: passes).contains("urn:divisi:alignment"))
    #expect(passes.instance["late"] == 0)
  }

  /// A host that says the score once more changes nothing; another score is another matter.
  @Test func theAlignmentBelongsToTheNotes() throws {
    let piece = try Piece.polonaise.get()
    let folder = try TemporaryFolder()
    let path = try folder.write(piece.score(Piece.elsewhere), to: "score.csv")
    let second = try folder.write(Duet.score, to: "duet.csv")
    let passes = try Self.passes(
      Self.render(follow: true, score: piece.score(Piece.elsewhere)))
    _ = passes.play(piece.mix)
    let world = passes.instance.plugin.world
    let port = try #require(passes.instance.plugin.ports(.atom, isInput: true).first)
    let events = try #require(passes.instance.events(port.index))
    for (score, isKept) in [(path, true), (second, false)] {
      events.append(at: 0, .set("urn:divisi:a_score", path: score, world.urids))
      passes.instance.run(0)
      passes.instance.run(0)
      #expect(
        try Self.state(of: passes).contains("urn:divisi:alignment") == isKept, "\(score)")
    }
  }

  /// A damaged alignment is refused with the rest of its state, in a line.
  @Test func aDamagedAlignmentKeepsTheLastGoodState() throws {
    let piece = try Piece.polonaise.get()
    let passes = try Self.passes(Self.render(follow: true, score: piece.score(Piece.elsewhere)))
    _ = passes.play(piece.mix)
    let text = try Self.state(of: passes)
    #expect(text.contains("divisi-alignment 1 "))
    let bad = text.replacingOccurrences(of: "divisi-alignment 1 ", with: "divisi-alignment 7 ")
    let log = HostLog()
    let other = try Self.passes(Self.render(follow: true, score: Duet.score, log: log), state: bad)
    let lines = log.messages.filter { $0.text.contains("saved alignment") }
    #expect(lines.count == 1)
    #expect(try Self.state(of: other).contains("divisi-alignment") == false)
  }
}

enum RenderedPianos {
  static let folder = Bundle.root + "/../shared/data/piano-hands"
  /// Pieces to measure with: `FOLLOWED_PIECES`, or one.
  static func pieces(_ one: String) -> [String] {
    ProcessInfo.processInfo.environment["FOLLOWED_PIECES"]?.split(separator: " ")
      .map(String.init) ?? [one]
  }

  /// The plugin with the settings that people use, and a score of a piece.
  static func passes(
    _ piece: Piece, follow: Float, score: String, state: String? = nil
  ) throws -> Passes {
    let world = try Bundle.world()
    var render = Render(controls: [:], score: nil)
    render.sampleRate = piece.sampleRate
    let instance = try render.instance(in: world)
    let folder = try TemporaryFolder()
    try folder.write(presetText(for: "urn:divisi:hands", score: score), to: "state.ttl")
    try State(path: folder.file("state.ttl"), in: world).restore(to: instance)
    if let state { try State(text: state, in: world).restore(to: instance) }
    instance["freewheel"] = 1
    instance["follow"] = follow
    instance.activate()
    return try Passes(render, instance)
  }

  /// How well a pass separates, in decibels.
  static func quality(_ passes: Passes, _ piece: Piece) -> Double {
    let output = passes.play(piece.mix)
    return piece.quality(of: output, latency: Int(passes.instance["latency"]))
  }

  static func report(_ text: String) {
    if ProcessInfo.processInfo.environment["FOLLOWED_PIECES"] != nil { print(text) }
  }
}

/// The same on a rendered piano, with the settings that people use.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: RenderedPianos.folder),
    "no ../shared/data beside the package"))
struct FollowedPianoTests {
  /// Of this piece much is learnt from notes in wrong places while it is heard for the first time.
  @Test(arguments: RenderedPianos.pieces("mozart-k332-2"))
  func theSecondPassAndTheBounceAreAsWithTheRightScore(piece name: String) throws {
    let place = "\(RenderedPianos.folder)/\(name)"
    let piece = try Piece(folder: place)
    let (score, wrong) = ("\(place)/score.mid", "\(place)/misaligned.mid")
    let right = try RenderedPianos.passes(piece, follow: 0, score: score)
    let first = RenderedPianos.quality(right, piece)
    let second = RenderedPianos.quality(right, piece)
    let heard = try RenderedPianos.passes(piece, follow: 1, score: wrong)
    let listening = RenderedPianos.quality(heard, piece)
    let again = RenderedPianos.quality(heard, piece)
    let state = try State(of: heard.instance).text(uri: "urn:test:followed")
    let bounce = RenderedPianos.quality(
      try RenderedPianos.passes(piece, follow: 1, score: wrong, state: state), piece)
    RenderedPianos.report(
      "\(name): right \(first) \(second), heard \(listening) \(again), bounced \(bounce)")
    #expect(again > second - 0.5, "\(again) dB, \(second) dB with the right score")
    #expect(bounce > first - 0.5, "\(bounce) dB, \(first) dB with the right score")
  }

  /// A score in about the right tempo, followed the first time.
  @Test(arguments: RenderedPianos.pieces("joplin-maple-leaf"))
  func liveIsCloseToTheRightScore(piece name: String) throws {
    let place = "\(RenderedPianos.folder)/\(name)"
    let piece = try Piece(folder: place)
    let right = RenderedPianos.quality(
      try RenderedPianos.passes(piece, follow: 0, score: "\(place)/score.mid"), piece)
    let nominal = "\(place)/nominal.mid"
    let plain = RenderedPianos.quality(
      try RenderedPianos.passes(piece, follow: 0, score: nominal), piece)
    let followed = try RenderedPianos.passes(piece, follow: 2, score: nominal)
    let live = RenderedPianos.quality(followed, piece)
    RenderedPianos.report("\(name): right \(right), live \(live), as written \(plain)")
    #expect(live > right - 2.5, "\(live) dB, \(right) dB with the right score")
    #expect(try !State(of: followed.instance).text(uri: "urn:test:live").contains("alignment"))
  }
}
