import Foundation
import LV2Hosting
import Testing

/// Numbers that no recording has.
@Suite struct HostileInputTests {
  private static let values: [Float] = [
    .nan, .infinity, -.infinity, 1e30, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
    .leastNormalMagnitude / 3,
  ]

  @Test(arguments: values, [Render.fast, Render.live])
  func outputIsFiniteSoonAfter(value: Float, controls: [String: Float]) throws {
    for uri in ["urn:divisi:hands", "urn:divisi:drums-mix"] {
      let render = Render(
        plugin: uri, controls: controls,
        score: uri.contains("drums") ? Duet.strokes : Duet.score)
      let latency = try render.latency()
      var input = Duet.signal()
      for channel in input.indices {
        for index in 20_000..<20_100 { input[channel][index] = value }
      }
      let output = try render(input.map { $0 + [Float](repeating: 0, count: latency) })
      let end = 20_100 + latency + 2048
      expectFinite(output.map { Array($0.prefix(19_000)) }, "\(uri), before")
      expectFinite(output.map { Array($0.dropFirst(end)) }, below: 4, "\(uri), after")
      // The input is heard again.
      let mix = output[0...1].map { Array($0.dropFirst(end)) }
      let expected = delayed(input, by: latency).map { Array($0.dropFirst(end)) }
      expectNear(mix, expected, within: 1e-4, "\(uri)")
    }
  }

  @Test(arguments: Bundle.plugins)
  func nonsenseAtControlsIsHarmless(uri: String) throws {
    let render = Render(plugin: uri)
    let instance = try render.instance()
    let controls = instance.plugin.ports(.control, isInput: true)
    instance.activate()
    let input = Duet.signal().map { Array($0.prefix(3000)) }
    var noise = Noise(seed: 3)
    let nonsense: [Float] = [
      .nan, .infinity, -.infinity, 1e30, -1e30, -1, 0, 0.5, .leastNonzeroMagnitude, 99,
    ]
    for round in 0..<60 {
      for port in controls where noise.next(in: 0...3) == 0 && port.symbol != "freewheel" {
        instance[port.symbol] = nonsense[noise.next(in: 0...nonsense.count - 1)]
      }
      let output = render(instance, input)
      expectFinite(output, "round \(round)")
    }
    for port in controls { instance[port.symbol] = port.default }
    for (symbol, value) in Render.live where instance.plugin.port(symbol) != nil {
      instance[symbol] = value
    }
    _ = render(instance, Duet.signal(), blocks: [256])
    let output = render(instance, Duet.signal(), blocks: [256])
    expectHeard(output[0], "it came back")
  }

  /// Hosts that misread a preset's numbers activate with values such as these: the plugin plays on,
  /// with what is nearest or with what it had.
  @Test(
    arguments: [Float.nan, 1e30, -1e30, .leastNonzeroMagnitude, 0.5],
    Bundle.plugins)
  func nonsenseAtTheStartIsHeardThrough(value: Float, uri: String) throws {
    var render = Render(plugin: uri, controls: ["lookahead": 0, "freewheel": 1], score: nil)
    let first = try #require(try Bundle.world().plugin(uri).port("lookahead")).index
    let ports = try Bundle.world().plugin(uri).ports(.control, isInput: true)
    for port in ports where port.index > first { render.controls[port.symbol] = value }
    let output = try render(Duet.signal())
    expectFinite(output)
    expectHeard(output[0], above: 0.01, "the mix")
  }

  @Test(arguments: [Render.fast, Render.live])
  func theHostsArithmeticIsItsOwn(controls: [String: Float]) throws {
    let render = Render(controls: controls)
    let instance = try render.instance()
    instance.activate()
    let input = Duet.signal()
    var changed = 0
    let before = fegetround()
    fesetround(FE_UPWARD)
    defer { fesetround(before) }
    var environment = fenv_t()
    fegetenv(&environment)
    let modes = environment.modes
    _ = render(instance, input, blocks: [700]) { _, _ in
      fegetenv(&environment)
      changed += environment.modes == modes ? 0 : 1
    }
    fegetenv(&environment)
    #expect(environment.modes == modes)
    #expect(changed == 0)
  }
}

extension fenv_t {
  /// Modes and masks of arithmetic, which a plugin may not change; its flags it may raise.
  fileprivate var modes: UInt32 {
    #if arch(x86_64)
    __mxcsr & ~0x3F
    #else
    __fpcr
    #endif
  }
}
