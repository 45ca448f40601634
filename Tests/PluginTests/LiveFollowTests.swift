import Foundation
import LV2Hosting
import Testing

/// A score that is followed while it is heard for the first time.
@Suite struct LiveFollowTests {
  private static func passes(score: String, log: HostLog? = nil) throws -> Passes {
    var render = Render(
      controls: Render.fast.merging(["lookahead": 0.5, "follow": 2]) { $1 }, score: score)
    render.features.log = log
    let instance = try render.instance()
    for (symbol, value) in render.controls { instance[symbol] = value }
    instance.activate()
    return try Passes(render, instance)
  }

  /// Where the plugin is in the score, against where it should be, each second from some seconds on.
  private static func errors(
    _ passes: Passes, _ mix: [[Float]], from seconds: Double, _ time: (Double) -> Double
  ) -> [Double] {
    var errors: [Double] = []
    _ = passes.play(mix) { done in
      let now = Double(done) / 44_100
      guard now > seconds, now < 22, done % 44_100 < 1024 else { return }
      errors.append(abs(Double(passes.instance["score_position"]) - time(now)))
    }
    return errors
  }

  /// Another tempo, and a beginning that comes too late.
  @Test func thePositionIsFound() throws {
    let piece = try Piece.polonaise.get()
    func time(_ seconds: Double) -> Double { 1.4 + 1.1 * seconds }
    let log = HostLog()
    let passes = try Self.passes(score: piece.score(time), log: log)
    let errors = Self.errors(passes, piece.mix, from: 9, time)
    #expect(errors.count > 10 && (errors.max() ?? 1) < 0.3, "\(errors)")
    #expect(log.messages.contains { $0.text.contains("found, and followed") })
    #expect(passes.instance["verdict"] > 0)
  }

  /// What is lost is held: the position stays, and no more notes begin.
  @Test func aLostScoreIsHeld() throws {
    let piece = try Piece.polonaise.get()
    let log = HostLog()
    let passes = try Self.passes(score: piece.score(), log: log)
    var noise = Noise(seed: 9)
    let first = piece.mix[0].prefix(12 * 44_100)
    var places: [Float] = []
    let rest = (0..<25 * 44_100).map { _ in 0.3 * noise.next() }
    _ = passes.play([Array(first) + rest]) { done in
      if done > 34 * 44_100, done % 44_100 < 1024 {
        places.append(passes.instance["score_position"])
      }
    }
    #expect(log.messages.contains { $0.text.contains("held where it was") })
    #expect(places.count > 1 && places.allSatisfy { $0 == places[0] }, "\(places)")
    #expect(passes.instance["verdict"] == 2)
  }
}
