import FoundationEssentials
import Glibc
import Terminal
import WebServing

/// The folder of one recording, its score, and what was made of them.
///
/// It has all that it needs, so that it can be copied and moved. Files of the user's are never replaced: a second recording
/// or score gets another name, and each separation a folder of its own.
struct Project: Sendable {
  /// Its name among the projects, which is that of its folder.
  let id: String
  let path: String

  static let fileName = "studio.json"
  /// What files are called that have not arrived.
  static let uploadPrefix = ".upload-"
  /// The most that is read of a file that the page or a hand has written.
  static let mostBytes = 8 << 20
  /// The same of a take's score: a million notes.
  static let mostScoreBytes = 256 << 20

  /// What tells it from another one that gets its name later.
  var key: String {
    var status = stat()
    lstat(path, &status)
    return "\(id) \(status.st_dev):\(status.st_ino)"
  }

  /// What is of no use to anybody else, and may be deleted.
  var cache: String { path + "/cache" }

  func takePath(_ number: Int) -> String { path + "/takes/\(number)" }

  /// What it says of itself.
  ///
  /// - Throws: one line for a file that is damaged.
  func read() throws -> ProjectFile {
    let file = path + "/" + Self.fileName
    guard let data = Self.contents(of: file) else {
      throw Failure("\(file): expected a project; it cannot be read")
    }
    guard let result = try? JSONDecoder().decode(ProjectFile.self, from: data) else {
      throw Failure("\(file): expected a project as Divisi Studio writes it")
    }
    if let problem = Self.problem(of: result) { throw Failure("\(file): \(problem)") }
    return result
  }

  /// Replaces what it says of itself, as a whole.
  func write(_ file: ProjectFile) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(file).write(
      to: URL(fileURLWithPath: path + "/" + Self.fileName), options: .atomic)
  }

  /// A path for a file that does not exist yet, in a folder that does from now on.
  func freePath(in folder: String, named name: String) throws -> String {
    let directory = path + "/" + folder
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let url = URL(fileURLWithPath: name)
    let (stem, ending) = (url.deletingPathExtension().lastPathComponent, url.pathExtension)
    var candidate = name
    var number = 2
    while FileManager.default.fileExists(atPath: directory + "/" + candidate) {
      candidate = "\(stem) \(number)" + (ending.isEmpty ? "" : "." + ending)
      number += 1
    }
    return directory + "/" + candidate
  }

  /// What was computed from a recording once, kept in the cache; where that cannot be written, it is computed anew each time.
  ///
  /// - Parameter kind: what it is, as the file is called behind the recording's name.
  func cached(_ kind: String, of recording: String, _ compute: () throws -> [UInt8]) throws
    -> [UInt8]
  {
    let path = cache + "/" + URL(fileURLWithPath: recording).lastPathComponent + "." + kind
    if let data = Self.contents(of: path, limit: 1 << 28) { return Array(data) }
    let bytes = try compute()
    try? FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    try? Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    return bytes
  }

  /// Numbers that takes may have.
  static let takeNumbers = 1...999_999

  /// The number of the next take, as far as is known.
  func nextTake() -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/takes")) ?? []
    let listed = (try? read())?.takes.map(\.number) ?? []
    return ((names.compactMap { Int($0) } + listed).filter(Self.takeNumbers.contains).max() ?? 0)
      + 1
  }

  /// Makes the folder of the next take, which nobody else has then.
  func claimTake() throws -> ClaimedFolder {
    // Not the folders above it: the project may be gone.
    guard mkdir(path + "/takes", 0o755) == 0 || errno == EEXIST else {
      throw Failure("\(path)/takes: \(String(cString: strerror(errno)))")
    }
    var number = nextTake()
    while mkdir(takePath(number), 0o755) != 0 {
      let problem = errno
      guard problem == EEXIST, number < Self.takeNumbers.upperBound else {
        throw Failure("\(takePath(number)): \(String(cString: strerror(problem)))")
      }
      number += 1
    }
    guard Self.takeNumbers.contains(number) else {
      rmdir(takePath(number))
      throw Failure("\(path)/takes: expected room for another take")
    }
    return try ClaimedFolder(path: takePath(number), number: number)
  }

  /// A file of the user's as a path in the folder, and as a person calls it in messages.
  static func relative(_ folder: String, _ name: String) -> String { folder + "/" + name }

  /// The name of a file that a browser sends: no folder, and nothing that options of the command line would replace.
  static func harmless(_ name: String, fallback: String) -> String {
    let braces: [Character: Character] = ["{": "(", "}": ")", "'": "_", "\"": "_"]
    return String(UploadName.harmless(name, fallback: fallback).map { braces[$0] ?? $0 })
  }

  /// A regular file's bytes, up to a limit; nil where there is none.
  static func contents(of path: String, limit: Int = mostBytes) -> Data? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit
    else { return nil }
    return try? Data(contentsOf: URL(fileURLWithPath: path))
  }
}
