import FoundationEssentials
import Glibc
import Synchronization
import Terminal

/// The folder in which all projects are.
final class ProjectShelf: Sendable {
  let path: String
  /// Held while a project's file is read and written.
  private let turn = Mutex(())

  /// What the page's first view says of a project.
  struct Entry: Encodable {
    let id: String
    let recording: String?
    let score: String?
    let parts: [String]
    /// When it was changed last, in seconds since 1970.
    let changed: Double
  }

  init(path: String) { self.path = path }

  /// All projects, the one that was changed last first.
  func entries() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name -> Entry? in
      guard let project = project(name), let file = try? project.read() else { return nil }
      var status = stat()
      stat(project.path + "/" + Project.fileName, &status)
      return Entry(
        id: name, recording: file.recording, score: file.score,
        parts: file.take?.stems.map(\.name) ?? [], changed: Double(status.st_mtim.tv_sec))
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

  /// Changes what a project says of itself, while nobody else does.
  @discardableResult
  func change(
    _ project: Project, _ work: (inout ProjectFile) throws -> Void
  ) throws -> ProjectFile {
    try turn.withLock { _ in
      var file = try project.read()
      try work(&file)
      try project.write(file)
      return file
    }
  }
}
