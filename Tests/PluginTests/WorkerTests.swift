import CLilv
import Foundation
import LV2Hosting
import Testing

/// Whoever does the work, and when, as long as it is in time: the samples are the same.
@Suite struct WorkerTests {
  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums"], [Render.fast, Render.live])
  func allWorkersGiveTheSameBits(uri: String, controls: [String: Float]) throws {
    var render = Render(
      plugin: uri, controls: controls, score: uri.contains("drums") ? Duet.strokes : Duet.score)
    let input = Duet.signal()
    let expected = try render(input, blocks: [128])
    for mode in WorkerMode.allCases {
      for freewheel: Float in mode == .absent ? [1] : [0] {
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

  /// Without a worker the plugin has a thread, which does what it can in the time that there is.
  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums", "urn:divisi:hands-mix"])
  func aHostWithoutAWorkerHearsTheSame(uri: String) throws {
    let score = uri.contains("drums") ? Duet.strokes : Duet.score
    var render = Render(plugin: uri, score: score)
    let input = Duet.signal()
    let expected = try render(input, blocks: [512])
    render.features.worker = .absent
    render.controls["freewheel"] = 0
    let output = try Pace.inTime { wait in
      let instance = try render.instance()
      instance.activate()
      let output = render(instance, input, blocks: [512]) { _, _ in wait() }
      let late = instance["late"]
      // It starts again, and ends with the instance.
      instance.deactivate()
      instance.activate()
      _ = render(instance, input.map { Array($0.prefix(20_000)) }, blocks: [512])
      return (late, output)
    }
    expectSame(output, expected)
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

  /// A host that drops what was scheduled when it deactivates is asked again afterwards.
  @Test func droppedWorkIsAskedForAgain() throws {
    let library = try #require(dlopen(Bundle.object, RTLD_NOW))
    defer { dlclose(library) }
    typealias Function = @convention(c) (UInt32) -> UnsafePointer<LV2_Descriptor>?
    let function = unsafeBitCast(dlsym(library, "lv2_descriptor"), to: Function.self)
    let descriptor = try #require(
      (0..<5).compactMap { function($0) }
        .first { String(cString: $0.pointee.URI) == "urn:divisi:hands-mix" })
    var requestCount = 0
    try withUnsafeMutablePointer(to: &requestCount) { requestCount in
      var schedule = LV2_Worker_Schedule(handle: requestCount) { handle, _, _ in
        handle?.assumingMemoryBound(to: Int.self).pointee += 1
        return LV2_WORKER_SUCCESS
      }
      try withUnsafeMutablePointer(to: &schedule) { schedule in
        try "http://lv2plug.in/ns/ext/worker#schedule".withCString { uri in
          var feature = LV2_Feature(URI: uri, data: schedule)
          try withUnsafePointer(to: &feature) { feature in
            var features: [UnsafePointer<LV2_Feature>?] = [feature, nil]
            let handle = try #require(
              descriptor.pointee.instantiate(
                descriptor, 44_100, Bundle.folder + "/divisi.lv2/", &features))
            defer { descriptor.pointee.cleanup(handle) }
            for round in 1...3 {
              descriptor.pointee.activate?(handle)
              descriptor.pointee.run(handle, 100_000)
              #expect(requestCount.pointee == round, "one request that is never served")
            }
          }
        }
      }
    }
  }
}
