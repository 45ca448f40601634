import Foundation

/// The plugin's bundle as `make bundle` leaves it, for all tests that load it.
public enum PluginBundle {
  /// The project's folder.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  /// The folder of both bundles; `DIVISI_BUNDLE` names another, such as that of a sanitizer.
  public static let folder =
    ProcessInfo.processInfo.environment["DIVISI_BUNDLE"] ?? root + "/build/bundle"
  /// Why it cannot be tested, in one line; nil if it can.
  public static let problem = problem(of: folder)

  /// The same of any folder.
  public static func problem(of folder: String) -> String? {
    let name = folder.hasPrefix(root + "/") ? String(folder.dropFirst(root.count + 1)) : folder
    guard FileManager.default.isReadableFile(atPath: folder + "/divisi.lv2/divisi.so"),
      let lines = try? String(contentsOfFile: folder + ".sources", encoding: .utf8)
        .split(separator: "\n").map(String.init), lines.count > 1
    else { return "\(name): there is no plugin: make bundle" }
    return digest(Array(lines.dropFirst())) == lines[0]
      ? nil : "\(name) is older than the sources: make bundle"
  }

  /// What `Plugin/digest.sh` says of files as they are, from the project's folder on; nil if it fails.
  public static func digest(_ paths: [String]) -> String? {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: root + "/Plugin/digest.sh")
    process.arguments = paths
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
