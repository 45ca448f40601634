import Foundation
import LV2Hosting
import Testing

/// The plugin of `Fixtures/echo.c`, compiled once.
enum EchoPlugin {
  static let uri = "urn:test:echo"

  /// The folder of the bundle's folder; nil if it cannot be compiled.
  private static let folder: String? = {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let fixtures = here.appendingPathComponent("Fixtures").path
    let folder = here.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("build/tests/lv2").path
    let bundle = folder + "/echo.lv2"
    let command =
      "mkdir -p '\(bundle)' && cp '\(fixtures)'/*.ttl '\(bundle)' && "
      + "cc -shared -fPIC -O1 '\(fixtures)/echo.c' -o '\(bundle)/echo.so'"
    return shell(command) == 0 ? folder : nil
  }()

  /// A world of its own, as lilv wants for each thread.
  static func world() throws -> World {
    try World(path: #require(folder, "the fixture needs cc and lv2-dev") + ":/usr/lib/lv2")
  }

  /// An instance with its audio ports connected to buffers.
  static func instance(_ change: (inout HostFeatures) -> Void = { _ in }) throws -> Instance {
    var features = HostFeatures()
    change(&features)
    return try Instance(world().plugin(uri), sampleRate: 48_000, features: features)
  }
}

/// The exit status of a command.
func shell(_ command: String) -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  process.arguments = ["-c", command]
  guard (try? process.run()) != nil else { return -1 }
  process.waitUntilExit()
  return process.terminationStatus
}

/// A block of audio for a port.
final class Block {
  let samples: UnsafeMutablePointer<Float>
  let count: Int

  init(_ values: [Float]) {
    count = values.count
    samples = .allocate(capacity: count)
    samples.initialize(from: values, count: count)
  }

  deinit { samples.deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: samples, count: count)) }
}
