import LV2Hosting
import Testing

/// Whoever does the work, and when, as long as it is in time: the samples are the same.
@Suite struct WorkerTests {
  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums"], [Render.fast, Render.live])
  func allWorkersGiveTheSameBits(uri: String, controls: [String: Float]) throws {
    var render = Render(
      plugin: uri, controls: controls, score: uri.contains("drums") ? Duet.strokes : Duet.score)
    render.features.worker = .absent
    let input = Duet.signal()
    let expected = try render(input, blocks: [128])
    for mode in WorkerMode.allCases {
      for freewheel: Float in mode == .absent ? [0, 1] : [0] {
        render.features.worker = mode
        render.controls["freewheel"] = freewheel
        let output = try render(input, blocks: [128])
        expectSame(output, expected, "\(mode), freewheel \(freewheel)")
      }
    }
    render.features.worker = .asynchronous
    render.controls["freewheel"] = 1
    try expectSame(render(input, blocks: [128]), expected)
  }

  /// Late work costs quality, never silence: the sum is still the input.
  @Test(arguments: [Render.fast, Render.live])
  func lateWorkCostsNoSound(controls: [String: Float]) throws {
    var render = Render(controls: controls.merging(["freewheel": 0]) { $1 })
    render.joins = false
    let latency = try render.latency()
    let input = Duet.signal()
    let instance = try render.instance()
    instance.activate()
    let output = render(
      instance, input.map { $0 + [Float](repeating: 0, count: latency) }, blocks: [64])
    let sum = SumTests.sum(output)
    expectNear(sum, delayed(input, by: latency), within: 4e-6)
    #expect(instance["late"] >= 0)
  }

  @Test func reactivationForgets() throws {
    let render = Render()
    let instance = try render.instance()
    let input = Duet.signal()
    instance.activate()
    let first = render(instance, input)
    instance.deactivate()
    instance.activate()
    expectSame(render(instance, input), first)
  }
}
