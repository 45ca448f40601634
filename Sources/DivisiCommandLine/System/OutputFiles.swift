import AudioFiles
import FoundationEssentials
import Terminal

/// Files at the paths that somebody typed, which appear together or not at all.
struct OutputFiles {
  /// Whether files that exist may be replaced.
  let overwrites: Bool

  /// Refuses before the work what could not be written after it.
  ///
  /// - Throws: one line for a file that exists, or is an input.
  func check(_ paths: [String], inputs: [String]) throws {
    for path in paths {
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard overwrites else {
        throw Failure("\(path): expected a new file, or --force; it exists already")
      }
      for input in inputs where isSameFile(path, input) {
        throw Failure("\(path): expected a file to write; it is the input \(input)")
      }
    }
  }

  /// Writes all of them; folders on the way are made.
  ///
  /// - Throws: one line that names the file.
  func write(_ files: [(path: String, bytes: [UInt8])]) throws {
    let staged = StagedFiles(force: overwrites)
    for file in files { try staged.write(bytes: file.bytes, name: file.path) }
    try staged.commit()
  }
}
