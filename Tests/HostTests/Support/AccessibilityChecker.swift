import Foundation

/// axe-core, which finds what people with screen readers, keyboards or poor eyes cannot use; it comes from PyPI.
enum AccessibilityChecker {
  private static let package = "axe-core-python==0.1.0"

  /// Its source; nil where it is neither there nor can be fetched.
  static func script() throws -> String? {
    let folder = Project.root + "/build/tests/axe"
    let path = folder + "/axe_core_python/axe.min.js"
    if !FileManager.default.fileExists(atPath: path) {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let run = try? Child.run(
        "python3",
        [
          "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target",
          folder, package,
        ])
      guard run?.status == 0 else { return nil }
    }
    return try String(contentsOfFile: path, encoding: .utf8)
  }
}
