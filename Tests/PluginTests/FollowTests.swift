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
    let latency = Int(
      passes.instance.plugin.port("latency").map { _ in passes.instance["latency"] }!)
    #expect(passes.instance["verdict"] == 0)
    _ = passes.play(piece.mix)
    #expect(passes.instance["verdict"] == 1, "\(log.messages.map(\.text))")
    _ = right.play(piece.mix)
    _ = unaligned.play(piece.mix)
    var places: [(Double, Double)] = []
    let second = passes.play(piece.mix) { done in
      let time = Double(done) / 44_100
      if time > 2 && time < 22 { places.append((time, Double(passes.instance["score_position"]))) }
    }
    let wanted = piece.quality(of: right.play(piece.mix), latency: latency)
    let found = piece.quality(of: second, latency: latency)
    let before = piece.quality(of: unaligned.play(piece.mix), latency: latency)
    #expect(found > wanted - 0.5, "\(found) dB, \(wanted) dB with the right score")
    #expect(before < wanted - 6, "\(before) dB")
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
}
