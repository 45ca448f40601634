internal import AudioFiles
internal import FoundationEssentials
internal import Glibc

/// That a recording is being separated: a file beside its stems as long as somebody is at it, locked.
///
/// What a killed or crashed program leaves of it says, next time, what it was at, and which files are its own.
public final class Attempt {
  /// What such a file says.
  public struct Note: Codable, Sendable, Equatable {
    /// How often it was begun with the same inputs and options.
    public var count: Int
    /// The hash of inputs and options.
    public let key: String
    /// Files that may be there in part.
    public var files: Set<String>
  }

  private let path: String
  private let file: LockedFile
  private var createdFolders: [String] = []
  /// What it says by now.
  public private(set) var note: Note

  private static let largest = 1 << 24

  /// What a program that is gone has left; nil where there is nothing, and for what cannot be read.
  public static func left(at path: String) -> Note? {
    guard
      let bytes = try? readSmallFile(path, limit: largest, expecting: "a note of an attempt")
    else { return nil }
    let notes = bytes.split(separator: UInt8(ascii: "\n")).reversed().lazy.compactMap {
      try? JSONDecoder().decode(Note.self, from: Data($0))
    }
    return notes.first ?? Note(count: 1, key: "", files: [])
  }

  /// Begins.
  ///
  /// - Parameters:
  ///   - key: the hash of inputs and options; attempts with another one do not count.
  ///   - files: files from before that are the program's own.
  /// - Throws: one line where another program is at it.
  public init(path: String, key: String, files: Set<String>) throws {
    self.path = path
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let created = try Self.createFolder(folder)
    createdFolders = created
    do throws(LockedFile.Refusal) {
      file = try LockedFile(path)
    } catch {
      for folder in created.reversed() { rmdir(folder) }
      throw error.error(path, inUse: "another program is separating this recording")
    }
    let left = Self.left(at: path)
    let earlier = left.map { $0.key == key ? $0.count : 0 } ?? 0
    note = Note(count: earlier + 1, key: key, files: files.union(left?.files ?? []))
    try write()
  }

  /// Says which files will be written.
  public func willWrite(_ files: [String]) throws {
    note.files.formUnion(files)
    try write()
  }

  /// Adds a line, of which the last one counts, so that no kill leaves less than there was.
  private func write() throws {
    let number = file.append([UInt8](try JSONEncoder().encode(note)) + [UInt8(ascii: "\n")])
    guard number == 0 else {
      throw CatalogueError(
        "\(path): expected to write this file; \(String(cString: strerror(number)))")
    }
  }

  /// Ends it, with or without stems; folders that were made for it and are empty go, too.
  ///
  /// - Parameter files: those of which nothing else says that they are the program's own.
  public func end(leaving files: Set<String>) {
    guard files.isEmpty else {
      note = Note(count: 0, key: note.key, files: files)
      try? write()
      return
    }
    unlink(path)
    for folder in createdFolders.reversed() { rmdir(folder) }
  }

  /// Removes what a program has left that is gone; nothing while one is at it.
  public static func clear(_ path: String) {
    guard access(path, F_OK) == 0, let file = try? LockedFile(path) else { return }
    withExtendedLifetime(file) { _ = unlink(path) }
    removeLeftovers(at: path)
  }

  /// Removes the files that a program which is gone had not yet given their names.
  public static func removeLeftovers(at path: String) { StagedFiles.removeLeftovers(beside: path) }

  private static func createFolder(_ path: String) throws(CatalogueError) -> [String] {
    var created: [String] = []
    var prefixes: [String] = []
    var end = path.startIndex
    while end < path.endIndex {
      end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
      prefixes.append(String(path[..<end]))
    }
    for prefix in prefixes {
      if mkdir(prefix, 0o777) == 0 {
        created.append(prefix)
      } else if errno != EEXIST {
        let number = errno
        for folder in created.reversed() { rmdir(folder) }
        throw CatalogueError(
          "\(prefix): expected to make this folder; \(String(cString: strerror(number)))")
      }
    }
    return created
  }
}
