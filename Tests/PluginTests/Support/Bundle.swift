import BundleSupport
import LV2Hosting

/// The bundles under test, as `make bundle` leaves them.
enum Bundle {
  static let root = PluginBundle.root
  /// The folder of both bundles.
  static let folder = PluginBundle.folder
  /// The shared object, if it is that of the sources.
  static var object: String {
    get throws {
      if let problem = PluginBundle.problem { throw Failure(description: problem) }
      return folder + "/divisi.lv2/divisi.so"
    }
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What lilv and hosts have to search: the bundles, and LV2's own data.
  static let searchPath = folder + ":/usr/lib/lv2"

  static let full = ["urn:divisi:hands", "urn:divisi:drums", "urn:divisi:parts"]
  static let stereo = ["urn:divisi:hands-mix", "urn:divisi:drums-mix"]
  /// Those that separate.
  static let plugins = full + stereo
  static let mosaic = "urn:divisi:mosaic"
  static let all = plugins + [mosaic]

  /// The stems of a plugin in the order of its outputs, without the residual.
  static func parts(of uri: String) -> [String] {
    switch uri {
    case "urn:divisi:hands", "urn:divisi:hands-mix": ["left", "right"]
    case "urn:divisi:drums", "urn:divisi:drums-mix": ["kick", "snare", "hihat", "toms", "cymbals"]
    default: (1...8).map { "part_\($0)" }
    }
  }

  /// The bundles' data, read anew, since lilv wants one for each thread.
  static func world(extra: [String] = []) throws -> World {
    _ = try object
    return try World(path: (extra + [searchPath]).joined(separator: ":"))
  }
}
