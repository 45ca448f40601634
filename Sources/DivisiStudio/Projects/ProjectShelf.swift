import FoundationEssentials
import Glibc
import Synchronization
import Terminal

/// The folder in which all projects are.
final class ProjectShelf: Sendable {
  let path: String
  /// Held while a project's file is read and written.
  private let turn = Mutex(())
  /// Says to other processes that this one is at work here.
  private let presence = Mutex(Held())

  private struct Held: @unchecked Sendable {
    var lock: FolderLock?
  }

  /// What the page's first view says of a project.
  struct Entry: Encodable {
    let id: String
    let recording: String?
    let score: String?
    let parts: [String]
    /// When it was changed last, in seconds since 1970.
    let changed: Double
    /// Why it cannot be opened.
    var problem: String? = nil
  }

  init(path: String) { self.path = path }

  /// Makes the folder, and removes what a program that was killed has left in its projects.
  ///
  /// - Throws: one line for a folder that cannot be one of projects.
  func prepare() throws {
    guard !path.contains(where: { $0 == "{" || $0 == "}" }) else {
      throw Failure("\(path): expected a folder of projects without braces in its path")
    }
    var status = stat()
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure("\(path): expected a folder of projects, found a file")
    }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard access(path, W_OK | X_OK) == 0 else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    let lock = try FolderLock(sharing: path, alone: sweep)
    presence.withLock { $0 = Held(lock: lock) }
  }

  private func sweep() {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: path)) ?? [] {
      guard let project = project(name), (try? project.checkIsPlain()) != nil else { continue }
      for file in (try? files.contentsOfDirectory(atPath: project.path)) ?? []
      where file.hasPrefix(Project.uploadPrefix) { unlink(project.path + "/" + file) }
      for file in (try? files.contentsOfDirectory(atPath: project.cache)) ?? []
      where file.hasPrefix("away ") || file.hasPrefix("student ") || file.hasSuffix(".pcm.part") {
        unlink(project.cache + "/" + file)
      }
    }
  }

  /// All projects, the one that was changed last first.
  func entries() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name -> Entry? in
      guard let project = project(name) else { return nil }
      var status = stat()
      stat(project.path + "/" + Project.fileName, &status)
      let changed = Double(status.st_mtim.tv_sec)
      do {
        try project.checkIsPlain()
        let file = try project.read()
        guard file.recording != nil else { return nil }
        return Entry(
          id: name, recording: file.recording, score: file.score,
          parts: file.take?.stems.map(\.name) ?? [], changed: changed)
      } catch {
        let problem = Failure(of: error).description.replacing(project.path + "/", with: "")
        return Entry(
          id: name, recording: nil, score: nil, parts: [], changed: changed, problem: problem)
      }
    }.sorted { ($1.changed, $0.id) < ($0.changed, $1.id) }
  }

  /// A project by the name of its folder; nil where there is none.
  func project(_ id: String) -> Project? {
    guard !id.isEmpty, id == Project.harmless(id, fallback: "") else { return nil }
    let project = Project(id: id, path: path + "/" + id)
    var status = stat()
    guard lstat(project.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      lstat(project.path + "/" + Project.fileName, &status) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return project
  }

  /// Makes a project, under a name that is free.
  func create(named name: String) throws -> Project {
    let name = Project.harmless(name, fallback: "Recording")
    return try turn.withLock { _ in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      var id = name
      var number = 2
      // Whoever makes the folder has it.
      while mkdir(path + "/" + id, 0o755) != 0 {
        guard errno == EEXIST, number < 10_000 else {
          throw Failure("\(path)/\(id): \(String(cString: strerror(errno)))")
        }
        id = "\(name) \(number)"
        number += 1
      }
      let project = Project(id: id, path: path + "/" + id)
      try project.write(ProjectFile())
      return project
    }
  }

  /// Removes a project in which nothing is but what it says of itself.
  func removeIfEmpty(_ project: Project) {
    turn.withLock { _ in
      guard let file = try? project.read(), file.recording == nil, file.score == nil,
        file.takes.isEmpty
      else { return }
      for folder in ["recording", "score"] { rmdir(project.path + "/" + folder) }
      let names = try? FileManager.default.contentsOfDirectory(atPath: project.path)
      guard names == [Project.fileName] else { return }
      unlink(project.path + "/" + Project.fileName)
      rmdir(project.path)
    }
  }

  /// Changes what a project says of itself, while nobody else does: no thread, and no other process.
  @discardableResult
  func change(
    _ project: Project, _ work: (inout ProjectFile) throws -> Void
  ) throws -> ProjectFile {
    try turn.withLock { _ in
      let lock = try FolderLock(waitingFor: project.path)
      return try withExtendedLifetime(lock) {
        var file = try project.read()
        try work(&file)
        if let problem = Project.problem(of: file) { throw Failure("\(project.id): \(problem)") }
        try project.write(file)
        return file
      }
    }
  }
}
