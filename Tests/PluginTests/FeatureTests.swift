import CLilv
import Foundation
import LV2Hosting
import Testing

/// Hosts that offer little, many at once, and all rates.
@Suite struct FeatureTests {
  @Test(arguments: Bundle.all)
  func optionalFeaturesMayBeMissing(uri: String) throws {
    let world = try Bundle.world()
    let needsMap = try !world.plugin(uri).requiredFeatures.isEmpty
    let input = Duet.signal().map { Array($0.prefix(20_000)) }
    var render = Render(plugin: uri, controls: Render.fast, score: nil)
    render.features.worker = .absent
    let expected = try render(input)
    for missing in 0..<8 {
      render.features = HostFeatures()
      render.features.worker = missing & 1 == 0 ? .absent : .synchronous
      render.features.blockLengths = missing & 2 == 0 ? nil : 16...4096
      render.features.log = missing & 4 == 0 ? nil : HostLog()
      render.features.hasURIDUnmap = missing & 4 == 0
      render.features.hasURIDMap = needsMap || missing & 1 == 0
      try expectSame(render(input), expected, "without \(missing)")
    }
  }

  /// The shared object, without lilv between: null only where the data says that a map is needed.
  @Test(arguments: Bundle.all)
  func noFeaturesAtAll(uri: String) throws {
    let needsMap = try !Bundle.world().plugin(uri).requiredFeatures.isEmpty
    let library = try #require(dlopen(Bundle.object, RTLD_NOW))
    defer { dlclose(library) }
    typealias Function = @convention(c) (UInt32) -> UnsafePointer<LV2_Descriptor>?
    let function = unsafeBitCast(dlsym(library, "lv2_descriptor"), to: Function.self)
    let descriptor = try #require(
      (0..<6).compactMap { function($0) }.first { String(cString: $0.pointee.URI) == uri })
    let bundle = Bundle.folder + "/divisi.lv2/"
    var none: [UnsafePointer<LV2_Feature>?] = [nil]
    let handle = descriptor.pointee.instantiate(descriptor, 44_100, bundle, &none)
    #expect((handle == nil) == needsMap)
    if let handle { descriptor.pointee.cleanup(handle) }
    for rate in [0, -1, 1, .nan, .infinity, 1e12] {
      // No such rate exists: refusing is right, and so is making the best of it.
      if let handle = descriptor.pointee.instantiate(descriptor, rate, bundle, &none) {
        descriptor.pointee.activate?(handle)
        descriptor.pointee.run(handle, 64)
        descriptor.pointee.cleanup(handle)
      }
    }
    descriptor.pointee.run(nil, 64)
    #expect(descriptor.pointee.extension_data?("urn:none") == nil)
  }

  @Test(
    arguments: [8000, 22_050, 44_100, 48_000, 96_000, 192_000], [Render.fast, Render.live])
  func allRatesWork(rate: Double, controls: [String: Float]) throws {
    for uri in ["urn:divisi:hands", "urn:divisi:drums-mix"] {
      let render = Render(
        plugin: uri, sampleRate: rate, controls: controls,
        score: uri.contains("drums") ? Duet.strokes : Duet.score)
      let latency = try render.latency()
      let input = Duet.signal(sampleRate: rate)
      let output = try render(
        input.map { $0 + [Float](repeating: 0, count: latency) }, blocks: [1000])
      expectNear(Array(output[0...1]), delayed(input, by: latency), within: 4e-6, "\(uri)")
    }
  }

  @Test func sixtyFourAtOnce() throws {
    let world = try Bundle.world()
    let render = Render()
    let alone = try render(Duet.signal().map { Array($0.prefix(6000)) }, blocks: [500])
    let instances = try (0..<64).map { _ in try render.instance(in: world) }
    instances.forEach { $0.activate() }
    let input = Duet.signal().map { Array($0.prefix(6000)) }
    for instance in instances {
      expectSame(render(instance, input, blocks: [500]), alone)
    }
    #expect(instances.count == 64)
  }
}
