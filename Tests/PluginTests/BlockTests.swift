import LV2Hosting
import Testing

/// The lengths of blocks, and where their memory is, change no bit of the output.
@Suite struct BlockTests {
  private static let cases: [(plugin: String, score: String, controls: [String: Float])] = [
    ("urn:divisi:hands", Duet.score, Render.fast),
    ("urn:divisi:hands", Duet.score, Render.live),
    ("urn:divisi:drums", Duet.strokes, Render.fast),
    ("urn:divisi:drums", Duet.strokes, Render.live),
  ]

  private static func render(_ index: Int) -> Render {
    let (plugin, score, controls) = cases[index]
    return Render(plugin: plugin, controls: controls, score: score)
  }

  @Test(arguments: cases.indices)
  func everyLengthGivesTheSameBits(index: Int) throws {
    let render = Self.render(index)
    let input = Duet.signal()
    let whole = try render(input, blocks: [input[0].count])
    expectFinite(whole)
    expectHeard(whole[2], "the first part is silent")
    // One after the other; both ends of the range first.
    for blocks in [Array(1...256), Array((1...256).reversed())] {
      try expectSame(render(input, blocks: blocks), whole, "1…256")
    }
    let constant = [1, 2, 3, 5, 16, 17, 31, 48, 63, 64, 65, 127, 128, 129, 255, 256, 441, 511, 513]
    for length in constant {
      try expectSame(render(input, blocks: [length]), whole, "\(length)")
    }
    let large = [1023, 1024, 1025, 2047, 2049, 3331, 4095, 4097, 5555, 6143, 7777, 8191, 8192]
    for length in large {
      try expectSame(render(input, blocks: [length]), whole, "\(length)")
    }
    var noise = Noise(seed: 7)
    let random = (0..<200).map { _ in noise.next(in: 0...1500) }
    try expectSame(render(input, blocks: random), whole, "random")
  }

  /// All constant lengths, on a shorter signal and the cheapest of settings.
  @Test func everyConstantLength() throws {
    var render = Self.render(1)
    render.controls["iterations"] = 1
    let input = Duet.signal().map { Array($0.prefix(12_000)) }
    let whole = try render(input, blocks: [12_000])
    for length in 1...256 {
      try expectSame(render(input, blocks: [length]), whole, "\(length)")
    }
  }

  @Test(arguments: cases.indices)
  func memoryMayBeShared(index: Int) throws {
    var render = Self.render(index)
    let input = Duet.signal()
    let apart = try render(input, blocks: [64, 1000, 333])
    for aliases in [[0: 0, 1: 1], [0: 1, 1: 0], [2: 0, 3: 1], [2: 1, 0: 0]] {
      render.aliases = aliases
      let shared = try render(input, blocks: [64, 1000, 333])
      expectSame(shared, apart, "\(aliases)")
    }
  }

  @Test(arguments: Bundle.all)
  func blocksMayBeEmpty(uri: String) throws {
    let render = Render(plugin: uri, score: nil)
    let instance = try render.instance()
    instance.activate()
    for _ in 0..<1000 { instance.run(0) }
    let latency = instance["latency"]
    #expect(latency > 0)
    let output = render(instance, Duet.signal(), blocks: [0, 512, 0, 0, 1000])
    expectFinite(output)
    #expect(instance["latency"] == latency)
  }

  @Test(arguments: Bundle.full)
  func outputsMayBeUnconnected(uri: String) throws {
    // What hosts have to connect are ports that are not optional; Divisi guards all.
    var render = Render(plugin: uri, score: uri == "urn:divisi:drums" ? Duet.strokes : Duet.score)
    let input = Duet.signal()
    let all = try render(input)
    render.unconnected = Set(2..<all.count - 1)
    let some = try render(input)
    expectSame([some[0], some[1], some[all.count - 1]], [all[0], all[1], all[all.count - 1]])
    let untouched = some[2].allSatisfy { $0.isNaN }
    #expect(untouched)
  }

  @Test(arguments: Bundle.all)
  func allPortsMayBeUnconnected(uri: String) throws {
    let instance = try Render(plugin: uri).instance()
    for port in instance.plugin.ports { instance.connect(port.index, to: nil) }
    instance.activate()
    for length in [0, 1, 64, 8192] { instance.run(length) }
    let latency = try #require(instance.plugin.port("latency"))
    instance.reconnect(latency.index)
    instance.run(0)
    #expect(instance["latency"] > 0)
  }
}
