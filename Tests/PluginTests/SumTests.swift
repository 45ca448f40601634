import Foundation
import LV2Hosting
import Testing

/// What goes in comes out: parts and residual, latency, bypass, remix.
@Suite struct SumTests {
  /// Rounding of sums of a few numbers below 1.
  private static let rounding: Float = 4e-6

  private static func score(_ uri: String) -> String {
    uri.contains("drums") ? Duet.strokes : Duet.score
  }

  /// The sum of the dry outputs, in stereo.
  static func sum(_ output: [[Float]]) -> [[Float]] {
    (0..<2).map { side in
      stride(from: 2 + side, to: output.count, by: 2).reduce(
        [Float](repeating: 0, count: output[0].count)
      ) { zip($0, output[$1]).map { $0 + $1 } }
    }
  }

  @Test(arguments: Bundle.full, [Render.fast, Render.live])
  func partsAndResidualAddUp(uri: String, controls: [String: Float]) throws {
    let render = Render(plugin: uri, controls: controls, score: Self.score(uri))
    let latency = try render.latency()
    let input = Duet.signal()
    let padded = input.map { $0 + [Float](repeating: 0, count: latency) }
    let output = try render(padded, blocks: [512])
    expectNear(Self.sum(output), delayed(input, by: latency), within: Self.rounding)
    // With all gains at 0 dB the mix is the same.
    expectNear(Array(output[0...1]), delayed(input, by: latency), within: Self.rounding)
  }

  /// The tones are told apart at all: each part is nearer to its own than to the other.
  @Test(arguments: [Render.fast, Render.live])
  func partsAreSeparated(controls: [String: Float]) throws {
    let render = Render(controls: controls)
    let latency = try render.latency()
    let input = Duet.signal()
    let output = try render(input.map { $0 + [Float](repeating: 0, count: latency) })
    func energy(_ channel: Int, _ from: Double, _ to: Double) -> Double {
      output[channel][latency + Int(from * 44_100)..<latency + Int(to * 44_100)]
        .reduce(0) { $0 + Double($1) * Double($1) }
    }
    // Alone: the left hand at first, both later; the left is louder in the left channel.
    #expect(energy(2, 0.12, 0.19) > 10 * energy(4, 0.12, 0.19))
    let hands = (energy(2, 0.3, 0.7), energy(4, 0.3, 0.7))
    #expect(hands.0 > 0 && hands.1 > 0)
    #expect(energy(4, 0.3, 0.7) > 3 * energy(4, 0.12, 0.19))
  }

  @Test(arguments: Bundle.plugins)
  func latencyIsThereAtOnceAndStays(uri: String) throws {
    let world = try Bundle.world()
    let windows: [Float] = uri.contains("drums") ? [2048, 4096] : [2048, 8192]
    for window in windows {
      for lookahead: Float in [0, 0.5, 1] {
        var render = Render(plugin: uri, score: nil)
        render.controls["resolution"] = window
        render.controls["lookahead"] = lookahead
        let instance = try render.instance(in: world)
        instance.activate()
        instance.run(0)
        let latency = instance["latency"]
        #expect(latency >= window)
        #expect(latency >= lookahead * 44_100)
        #expect(lookahead > 0 || latency == window, "live: one window")
        _ = render(instance, Duet.signal().map { Array($0.prefix(4000)) })
        #expect(instance["latency"] == latency)
      }
    }
  }

  @Test(arguments: Bundle.plugins, [Render.fast, Render.live])
  func bypassIsTheInputLater(uri: String, controls: [String: Float]) throws {
    var render = Render(plugin: uri, controls: controls, score: Self.score(uri))
    render.controls["enabled"] = 0
    let latency = try render.latency()
    let input = Duet.signal()
    let output = try render(input.map { $0 + [Float](repeating: 0, count: latency) })
    // The first 20 ms may fade.
    let start = latency + 900
    let expected = delayed(input, by: latency).map { Array($0.dropFirst(start)) }
    expectNear(output[0...1].map { Array($0.dropFirst(start)) }, expected, within: Self.rounding)
    if output.count > 2 {
      expectNear(
        Self.sum(output).map { Array($0.dropFirst(start)) }, expected, within: Self.rounding,
        "parts and residual add up in bypass too")
    }
  }

  /// A switch makes no step: differences of neighbouring samples stay what they are elsewhere.
  @Test(arguments: ["enabled", "mute_left", "solo_right", "gain_right", "pan_left"])
  func switchesDoNotClick(symbol: String) throws {
    let render = Render(controls: Render.live)
    let latency = try render.latency()
    let input = (0..<2).map { _ in
      (0..<60_000).map { Float(0.2 * sin(2 * Double.pi * Double($0) * 130.8 / 44_100)) }
    }
    let values: [Float] = symbol == "gain_right" ? [0, -60] : [0, 1]
    let output = try render(input, blocks: [256]) { instance, position in
      instance[symbol] = values[position / 10_000 % 2]
    }
    func steepest(_ signal: some Collection<Float>) -> Float {
      zip(signal, signal.dropFirst()).map { abs($0 - $1) }.max() ?? 0
    }
    // The tone's own steepest slope is 0.2 · 2π · 131 / 44100 = 0.0037.
    let slope = steepest(output[0].dropFirst(latency + 4000))
    #expect(slope < 0.02)
    expectHeard(output[0], above: 0.05)
  }

  @Test func remixFollowsTheControls() throws {
    var render = Render()
    let input = Duet.signal()
    let neutral = try render(input)
    func mix(_ controls: [String: Float]) throws -> [[Float]] {
      render.controls = Render.fast.merging(controls) { $1 }
      // The smoothing of the start is over long before the latency is.
      return try Array(render(input)[0...1])
    }
    let left = Array(neutral[2...3])
    let right = Array(neutral[4...5])
    try expectNear(mix(["solo_left": 1]), left, within: Self.rounding)
    try expectNear(mix(["mute_left": 1, "mute_residual": 1]), right, within: Self.rounding)
    let quieter = try mix(["solo_right": 1, "gain_right": -20])
    expectNear(quieter, right.map { $0.map { $0 * 0.1 } }, within: 1e-5)
    let off = try mix(["gain_left": -60, "gain_right": -60, "gain_residual": -60])
    expectNear(off, off.map { $0.map { _ in 0 } }, within: .leastNonzeroMagnitude, "off")
    let panned = try mix(["solo_left": 1, "pan_left": -1])
    expectNear([panned[1]], [panned[1].map { _ in 0 }], within: 1e-6, "panned away")
    expectHeard(panned[0])
    // Parts stay dry.
    expectSame(Array(try render(input)[2...]), Array(neutral[2...]))
  }

  @Test func oneChannelIsEnough() throws {
    let render = Render()
    let latency = try render.latency()
    let mono = Duet.signal(channelCount: 1)
    let output = try render(mono.map { $0 + [Float](repeating: 0, count: latency) })
    for pair in stride(from: 0, to: output.count, by: 2) {
      expectSame([output[pair]], [output[pair + 1]], "output \(pair)")
    }
    expectNear(Self.sum(output), delayed([mono[0], mono[0]], by: latency), within: Self.rounding)
  }
}
