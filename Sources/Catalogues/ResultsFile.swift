internal import AudioFiles
internal import Glibc

/// A file with one line of JSON for each recording, which a program adds to while others read it.
///
/// At any time, also after a kill, it has whole lines alone, and at most one with a ``RecordKey``: a new line is written by one call; a line that
/// takes the place of another waits until enough of them make it worth to write the file anew, which then appears as a whole.
///
/// Complexity: O(lines) in time and 32 bytes per line in memory to open it; amortised O(1) for each line that is new.
///
/// - Thread: any, one at a time.
public final class ResultsFile {
  private struct Entry {
    /// Of the line's bytes.
    var hash: Int
    /// Which line of the file; of several with a key the last.
    var ordinal: Int
  }

  private let path: String
  private var file: LockedFile
  private var entries: [RecordKey: Entry] = [:]
  /// Lines of the file, also those that are no more wanted.
  private var lineCount = 0
  private var superseded = 0
  /// New lines in place of old ones, which wait.
  private var waiting: [RecordKey: [UInt8]] = [:]

  /// As many old lines as these may wait before the file is written anew, if it does not have many more.
  private static let batch = 64

  /// Opens a file to add to it, or begins one.
  ///
  /// - Parameters:
  ///   - continues: whether there may be one already; a last line without an end, as a full disk leaves it, is cut off.
  ///   - force: whether one that is there may be emptied.
  /// - Throws: one line if it is there unasked, holds something else, or another program adds to it.
  public init(path: String, continues: Bool, force: Bool) throws {
    self.path = path
    var status = stat()
    let isThere = lstat(path, &status) == 0
    if isThere {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw CatalogueError("\(path): expected a file, or nothing of this name")
      }
      guard continues || force else {
        throw CatalogueError(
          "\(path): expected a new file, --resume to add to it, or --force; it exists already")
      }
      StagedFiles.removeLeftovers(beside: path)
    }
    file = try Self.lock(path)
    if isThere, !continues {
      ftruncate(file.descriptor, 0)
    } else if isThere {
      try index()
    }
  }

  private static func lock(_ path: String) throws(CatalogueError) -> LockedFile {
    do throws(LockedFile.Refusal) {
      return try LockedFile(path)
    } catch {
      throw error.error(
        path, inUse: "expected a file of its own for each program; another one adds to it")
    }
  }

  /// Finds the lines that there are.
  private func index() throws {
    var end = 0
    try forEachLine { line in
      guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}") else {
        throw CatalogueError(
          "\(path): line \(lineCount + 1): expected a line of JSON for each recording; this is another file"
        )
      }
      let entry = Entry(hash: line.hashValue, ordinal: lineCount)
      let key = RecordKey(line: line)
      // What could not even be tried is said anew.
      if key.hasManifest {
        if entries.updateValue(entry, forKey: key) != nil { superseded += 1 }
      } else {
        superseded += 1
      }
      lineCount += 1
      end += line.count + 1
    }
    ftruncate(file.descriptor, off_t(end))
    if superseded > 0 { try rewrite() }
  }

  /// Reads the file, without what stands behind its last line feed.
  private func forEachLine(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
    lseek(file.descriptor, 0, SEEK_SET)
    var rest: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(file.descriptor, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw CatalogueError("\(path): expected to read it; \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { return }
      var start = 0
      while let end = block[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest.isEmpty ? block[start..<end] : (rest + block[start..<end])[...]
        rest = []
        try body(line)
        start = end + 1
      }
      rest += block[start..<count]
    }
  }

  /// Adds what became of a recording, in place of what the file has of it.
  ///
  /// - Parameters:
  ///   - line: an object of JSON, without a line feed.
  ///   - other: another line under whose key there may be one of the same recording.
  public func put(_ line: String, insteadOf other: String? = nil) throws {
    let bytes = Array(line.utf8)
    let key = RecordKey(line: bytes[...])
    if let other = other.map({ RecordKey(line: Array($0.utf8)[...]) }), other != key,
      entries.removeValue(forKey: other) != nil
    {
      waiting[other] = nil
      superseded += 1
    }
    if let entry = entries[key] {
      guard entry.hash != bytes[...].hashValue else { return }
      entries[key]?.hash = bytes[...].hashValue
      waiting[key] = bytes
    } else {
      let number = file.append(bytes + [UInt8(ascii: "\n")])
      guard number == 0 else {
        throw CatalogueError(
          "\(path): expected to write this file; \(String(cString: strerror(number)))")
      }
      entries[key] = Entry(hash: bytes[...].hashValue, ordinal: lineCount)
      lineCount += 1
    }
    if waiting.count + superseded >= max(Self.batch, lineCount / 4) { try rewrite() }
  }

  /// Writes what waits. Nothing may follow.
  public func finish() throws {
    if !waiting.isEmpty || superseded > 0 { try rewrite() }
  }

  /// Makes a new file of the lines that are still true and those that wait.
  private func rewrite() throws {
    let staged = StagedFiles(force: true)
    var kept: [RecordKey: Entry] = [:]
    try staged.write(name: path) { temporary in
      guard let stream = fopen(temporary, "wxe") else {
        throw CatalogueError(
          "\(path): expected to write this file; \(String(cString: strerror(errno)))")
      }
      func write(_ line: ArraySlice<UInt8>, _ key: RecordKey, hash: Int) {
        line.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, stream) }
        fputc(10, stream)
        kept[key] = Entry(hash: hash, ordinal: kept.count)
      }
      var ordinal = 0
      do {
        try forEachLine { line in
          defer { ordinal += 1 }
          let key = RecordKey(line: line)
          guard waiting[key] == nil, entries[key]?.ordinal == ordinal else { return }
          write(line, key, hash: line.hashValue)
        }
      } catch {
        fclose(stream)
        throw error
      }
      for (key, line) in waiting.sorted(by: { $0.key < $1.key }) {
        write(line[...], key, hash: line[...].hashValue)
      }
      let failed = ferror(stream) != 0
      guard fclose(stream) == 0, !failed else {
        throw CatalogueError(
          "\(path): expected to write this file; \(String(cString: strerror(errno)))")
      }
    }
    try staged.commit()
    file = try Self.lock(path)
    entries = kept
    waiting = [:]
    (lineCount, superseded) = (kept.count, 0)
  }
}
