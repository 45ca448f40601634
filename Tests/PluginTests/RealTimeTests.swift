import Foundation
import Testing

/// The audio thread does nothing that may wait: its first block, later ones, with answers of the
/// worker and without. Two watches see it; each is seen to bark first.
@Suite struct RealTimeTests {
  /// How the audio thread is watched.
  enum Watch: CaseIterable { case sanitizer, counter }

  private static func run(
    _ watch: Watch, _ object: String, _ uri: String, _ ports: String, _ score: String,
    block: Int, seconds: Int, hasWorker: Bool = true
  ) throws -> (status: Int32, text: String) {
    let arguments =
      [object, uri, ports, score, "\(block)", "\(seconds)"] + (hasWorker ? [] : ["alone"])
    let child =
      switch watch {
      case .sanitizer: try Child(RawHost.file("sanitized"), arguments)
      case .counter:
        try Child(
          RawHost.file("realtime"), arguments,
          environment: [
            "LD_PRELOAD": RawHost.file(hasWorker ? "counter.so" : "counter-post.so")
          ])
      }
    return (child.wait(), child.text)
  }

  @Test(
    arguments: Watch.allCases.flatMap { watch in
      [(Render.fast, 64), (Render.live, 64), (Render.fast, 1000), (Render.live, 1000)]
        .map { (watch, $0.0, $0.1) }
    }, Bundle.plugins)
  func runNeverWaits(how: (Watch, [String: Float], Int), uri: String) throws {
    let folder = try TemporaryFolder()
    let controls = how.1.merging(["freewheel": 0, "rest": 1]) { $1 }
    let ports = try RawHost.ports(of: uri, controls: controls, in: folder)
    let isDrums = uri.contains("drums")
    let score = try folder.write(isDrums ? Duet.strokes : Duet.score, to: "score.csv")
    let result = try Self.run(how.0, Bundle.object, uri, ports, score, block: how.2, seconds: 3)
    #expect(result.status == 0, "\(result.text.suffix(6000))")
    #expect(result.text.contains("violations 0"), "\(result.text.suffix(6000))")
    // Without a worker there was nothing to watch.
    if Bundle.full.contains(uri) { #expect(!result.text.contains("work 0,")) }
  }

  /// A host without a worker has `run` wake the plugin's own thread, and do nothing else that may wait.
  @Test(arguments: Watch.allCases, Bundle.plugins)
  func runNeverWaitsWithoutAWorker(watch: Watch, uri: String) throws {
    let folder = try TemporaryFolder()
    let controls = Render.fast.merging(["freewheel": 0]) { $1 }
    let ports = try RawHost.ports(of: uri, controls: controls, in: folder)
    let score = try folder.write(
      uri.contains("drums") ? Duet.strokes : Duet.score, to: "score.csv")
    let result = try Self.run(
      watch, Bundle.object, uri, ports, score, block: 64, seconds: 2, hasWorker: false)
    #expect(result.status == 0, "\(result.text.suffix(6000))")
    #expect(result.text.contains("violations 0"), "\(result.text.suffix(6000))")
    #expect(result.text.contains("work 0,"))
  }

  /// Nor while it listens, where the transport rolls, jumps and goes on.
  @Test(
    arguments: Watch.allCases,
    [
      ("urn:divisi:hands", 1), ("urn:divisi:parts", 1), ("urn:divisi:hands", 2),
      ("urn:divisi:drums", 1),
    ])
  func listeningNeverWaits(watch: Watch, how: (uri: String, follow: Float)) throws {
    let (uri, follow) = how
    let folder = try TemporaryFolder()
    let controls = Render.fast.merging(["freewheel": 0, "follow": follow]) { $1 }
    let ports = try RawHost.ports(of: uri, controls: controls, in: folder)
    let score = try folder.write(
      uri.contains("drums") ? Duet.strokes : Duet.score, to: "score.csv")
    // Long enough to be aligned more than once.
    let result = try Self.run(watch, Bundle.object, uri, ports, score, block: 256, seconds: 30)
    #expect(result.status == 0, "\(result.text.suffix(6000))")
    #expect(result.text.contains("violations 0"), "\(result.text.suffix(6000))")
  }

  @Test(arguments: Watch.allCases, RawHost.Fault.all.map { "\($0.0)-\($0.1)" })
  func theWatchesBark(watch: Watch, fault: String) throws {
    let folder = try TemporaryFolder()
    let names = ["enabled", "mute_residual", "solo_residual"].enumerated()
      .map { "\($0) c i \($1) 1\n" }
    let ports = try folder.write(names.joined(), to: "ports.txt")
    let result = try Self.run(
      watch, RawHost.file(fault + ".so"), "urn:test:faulty", ports, "", block: 64, seconds: 1)
    #expect(result.status != 0 && result.status != 2 && result.status != 3, "\(result.text)")
    let sign =
      switch (watch, fault.prefix { $0 != "-" }) {
      case (.sanitizer, _): "RealtimeSanitizer"
      case (_, "ALLOCATES"): "malloc"
      case (_, "LOCKS"): "pthread_mutex_lock"
      default: "system call"
      }
    #expect(result.text.contains(sign), "\(result.text)")
  }
}
