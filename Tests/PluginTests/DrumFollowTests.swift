import Foundation
import LV2Hosting
import Testing

/// Patterns on a grid, which the plugin for drums aligns with a player who is not on it.
@Suite struct DrumFollowTests {
  private static func passes(
    follow: Bool, score: String, state: String? = nil, log: HostLog? = nil
  ) throws -> Passes {
    let world = try Bundle.world()
    var render = Render(plugin: "urn:divisi:drums", score: score)
    render.controls = Render.fast.merging(["lookahead": 0.5, "follow": follow ? 1 : 0]) { $1 }
    render.features.log = log
    let instance = try render.instance(in: world)
    if let state { try State(text: state, in: world).restore(to: instance) }
    for (symbol, value) in render.controls { instance[symbol] = value }
    instance.activate()
    return try Passes(render, instance)
  }

  private static func quality(_ passes: Passes, _ piece: Piece) -> Double {
    let output = passes.play(piece.mix)
    return piece.quality(of: output, latency: Int(passes.instance["latency"]))
  }

  /// Sixteenths of triplets at 120 a minute, which is about as fine as a human player is late.
  @Test func theSecondPassAndTheBounceAreAligned() throws {
    let piece = try Piece.drumBreak.get()
    let pattern = piece.pattern(step: 1.0 / 24)
    let log = HostLog()
    let heard = try Self.passes(follow: true, score: pattern, log: log)
    let right = try Self.passes(follow: false, score: piece.score())
    let first = Self.quality(right, piece)
    let before = Self.quality(heard, piece)
    #expect(heard.instance["verdict"] == 1, "\(log.messages.map(\.text))")
    let again = Self.quality(heard, piece)
    #expect(again > first - 0.5, "\(again) dB, \(first) dB with the right score")
    #expect(before < first - 3, "\(before) dB, \(first) dB with the right score")
    let text = try State(of: heard.instance).text(uri: "urn:test:followed")
    let bounced = Self.quality(try Self.passes(follow: true, score: pattern, state: text), piece)
    #expect(bounced > first - 0.5, "\(bounced) dB, \(first) dB with the right score")
  }

  /// What follows the recording as it is sounds as without listening, bit for bit.
  @Test func aRightScoreIsLeftAlone() throws {
    let piece = try Piece.drumBreak.get()
    let heard = try Self.passes(follow: true, score: piece.score())
    let plain = try Self.passes(follow: false, score: piece.score())
    expectSame(heard.play(piece.mix), plain.play(piece.mix))
    #expect(heard.instance["verdict"] == 1)
    #expect(
      try !State(of: heard.instance).text(uri: "urn:test:right").contains("urn:divisi:alignment"))
  }
}

enum RenderedDrums {
  static let folder = Bundle.root + "/../shared/data/drums"
  /// Tracks to measure with: `FOLLOWED_TRACKS`, or one.
  static func tracks(_ one: String) -> [String] {
    ProcessInfo.processInfo.environment["FOLLOWED_TRACKS"]?.split(separator: " ")
      .map(String.init) ?? [one]
  }

  /// A track, and how long a twelfth of its beat is, in seconds.
  static func piece(_ name: String) throws -> (Piece, step: Double) {
    let folder = "\(Self.folder)/\(name)"
    let piece = try Piece(folder: folder, mix: "MIX", parts: ["KD", "SD", "HH"])
    let meta = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: folder + "/meta.json")))
        as? [String: Any])
    return (piece, 5 / (try #require((meta["bpm"] as? NSNumber)?.doubleValue)))
  }

  /// The plugin with the settings that people use.
  static func passes(
    _ piece: Piece, follow: Float, score: String, state: String? = nil
  ) throws -> Passes {
    let world = try Bundle.world()
    var render = Render(plugin: "urn:divisi:drums", controls: [:], score: score)
    render.sampleRate = piece.sampleRate
    let instance = try render.instance(in: world)
    if let state { try State(text: state, in: world).restore(to: instance) }
    instance["freewheel"] = 1
    instance["follow"] = follow
    instance.activate()
    return try Passes(render, instance)
  }

  static func report(_ text: String) {
    if ProcessInfo.processInfo.environment["FOLLOWED_TRACKS"] != nil { print(text) }
  }
}

/// The same on rendered tracks, with the settings that people use.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: RenderedDrums.folder),
    "no ../shared/data beside the package"))
struct FollowedDrumsTests {
  /// Of fourteen the one that would miss most what it might have learnt in the first pass.
  @Test(arguments: RenderedDrums.tracks("d02-forzee-funk16"))
  func theSecondPassAndTheBounceAreAsWithTheRightScore(track name: String) throws {
    let (piece, step) = try RenderedDrums.piece(name)
    let pattern = piece.pattern(step: step)
    func quality(_ passes: Passes) -> Double {
      let output = passes.play(piece.mix)
      return piece.quality(of: output, latency: Int(passes.instance["latency"]))
    }
    let right = try RenderedDrums.passes(piece, follow: 0, score: piece.score())
    let (first, second) = (quality(right), quality(right))
    let heard = try RenderedDrums.passes(piece, follow: 1, score: pattern)
    let (listening, again) = (quality(heard), quality(heard))
    let state = try State(of: heard.instance).text(uri: "urn:test:followed")
    let bounce = quality(
      try RenderedDrums.passes(piece, follow: 1, score: pattern, state: state))
    RenderedDrums.report(
      "\(name): right \(first) \(second), heard \(listening) \(again), bounced \(bounce)")
    #expect(again > second - 0.5, "\(again) dB, \(second) dB with the right score")
    #expect(bounce > first - 0.5, "\(bounce) dB, \(first) dB with the right score")
  }

  /// A pattern in about the right tempo, followed the first time; from where it has been found on.
  @Test(arguments: RenderedDrums.tracks("d08-millo3-sparse"))
  func liveIsCloseToTheRightScore(track name: String) throws {
    let (piece, step) = try RenderedDrums.piece(name)
    let pattern = piece.score { 0.3 + 1.02 * step * ($0 / step).rounded() }
    func quality(_ follow: Float, _ score: String) throws -> Double {
      let passes = try RenderedDrums.passes(piece, follow: follow, score: score)
      let output = passes.play(piece.mix)
      return piece.quality(
        of: output, latency: Int(passes.instance["latency"]), from: 8 * 44_100)
    }
    let (right, live) = (try quality(0, piece.score()), try quality(2, pattern))
    RenderedDrums.report("\(name): right \(right), live \(live)")
    #expect(live > right - 2.5, "\(live) dB, \(right) dB with the right score")
  }
}
