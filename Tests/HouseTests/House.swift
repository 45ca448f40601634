import Foundation

/// The package as files.
enum House {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Folders of modules: where sources are, and where the plugin's are.
  static let modules = ["Sources", "Plugin"].flatMap { folder in
    entries(folder).map { "\(folder)/\($0)" }.filter { !swiftFiles(below: $0).isEmpty }
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  /// The names in a folder, without hidden ones, in order.
  static func entries(_ folder: String) -> [String] {
    let all = try? FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent(folder).path)
    return (all ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// All Swift files below a folder, by path from the root.
  static func swiftFiles(below folder: String) -> [String] { files(below: folder, ["swift"]) }

  /// All files below a folder with one of some extensions; links are left to their targets.
  static func files(below folder: String, _ extensions: Set<String>) -> [String] {
    let walk = FileManager.default.enumerator(
      at: root.appendingPathComponent(folder), includingPropertiesForKeys: [.isSymbolicLinkKey])
    let files = (walk?.compactMap { $0 as? URL } ?? []).filter { file in
      let values = try? file.resourceValues(forKeys: [.isSymbolicLinkKey])
      return extensions.contains(file.pathExtension) && values?.isSymbolicLink != true
    }
    let start = root.standardizedFileURL.path.count + 1
    return files.map { String($0.standardizedFileURL.path.dropFirst(start)) }.sorted()
  }
}
