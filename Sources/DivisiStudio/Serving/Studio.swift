import DivisiScore
import FoundationEssentials
import Glibc
import Synchronization
import Terminal

/// What the server's connections share.
final class Studio: Sendable {
  let shelf: ProjectShelf
  let queue = JobQueue()
  let renderings = RenderingStore()
  let presence = Presence()
  /// What was wrong with the files that the program was started with, until the page has shown it.
  let problem = Mutex<String?>(nil)
  let threads = StudioThreads()
  /// Names and descriptions of presets, as `divisi presets` lists them.
  let presets: [Preset]

  struct Preset: Encodable, Sendable {
    let name: String
    let comment: String
  }

  /// The take that was read last, which keeps its files open.
  private struct Open {
    var key = ""
    var reader: TakeReader?
  }

  private let open = Mutex(Open())

  init(shelf: ProjectShelf) throws {
    self.shelf = shelf
    presets = try Self.listedPresets()
  }

  /// Ends what is being done.
  func stop() {
    queue.stop()
    renderings.stop()
    threads.stop()
  }

  /// Presets that are for recordings; those for playing live have no place here.
  private static func listedPresets() throws -> [Preset] {
    let run = try ChildProgram.run(["presets"])
    guard run.status == 0 else {
      throw Failure(run.errors.first ?? "divisi presets ended with \(run.status)")
    }
    return run.output.split(separator: "\n").compactMap { line in
      guard let end = line.firstIndex(of: " ") else { return nil }
      let name = String(line.prefix(upTo: end))
      guard !name.hasSuffix("-live"), name != "literature" else { return nil }
      return Preset(name: name, comment: String(line.suffix(from: end)).trimmed)
    }
  }

  // MARK: Projects

  /// A project by its name, whose files are its own.
  func project(_ id: String) throws -> Project {
    guard let project = shelf.project(id) else {
      throw Answer.Refusal(.notFound, "\(id): expected a project")
    }
    try project.checkIsPlain()
    return project
  }

  /// Makes a project; what was done for another one of its name is not its own.
  func create(named name: String) throws -> Project {
    let project = try shelf.create(named: name)
    queue.forget(project.key)
    return project
  }

  /// The take that is shown of a project.
  func take(of project: Project) throws -> Take {
    guard let take = try project.read().take else {
      throw Answer.Refusal(.notFound, "\(project.id): expected parts; it is not separated yet")
    }
    return take
  }

  /// What reads a take's stems.
  func reader(of take: Take, in project: Project) -> TakeReader {
    let key = project.identity(of: take)
    return open.withLock { open in
      if open.key == key, let reader = open.reader { return reader }
      let reader = TakeReader(take, of: project)
      open = Open(key: key, reader: reader)
      return reader
    }
  }

  /// Separates a project as it is asked for, from the score as it came.
  func separate(_ project: Project, _ request: SeparationRequest) throws {
    guard presets.contains(where: { $0.name == request.preset }) else {
      throw Answer.Refusal(.badRequest, "\(request.preset): expected one of the presets")
    }
    do {
      if !request.split.isEmpty { _ = try PartSelection.parse(split: request.split) }
    } catch {
      throw Answer.Refusal(.badRequest, "Left hand plays below: \(error)")
    }
    guard !queue.isBusy(project.key) else {
      throw Answer.Refusal(.conflict, "\(project.id): it is being separated already")
    }
    let file = try shelf.change(project) { $0.request = request }
    guard let recording = file.recording else {
      throw Answer.Refusal(.conflict, "\(project.id): expected a recording")
    }
    let task = SeparationTask(
      shelf: shelf, project: project,
      score: file.score.map { .file(Project.relative("score", $0)) } ?? .none,
      recording: Project.relative("recording", recording),
      options: request.options(hasScore: file.score != nil),
      base: nil, preset: request.preset)
    try queue.add(project.key) { try task.run(isCancelled: $0, progress: $1) }
  }
}
