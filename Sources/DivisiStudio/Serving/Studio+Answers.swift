import FoundationEssentials
import NIOHTTP1
import Terminal

extension Studio {
  /// Answers a request whose body is there.
  ///
  /// - Throws: a refusal, or what went wrong.
  func answer(
    _ request: StudioRequest, body: [UInt8], secret: Secret, _ asker: Asker
  ) throws -> Answer {
    var rest = request.path[...]
    guard rest.first == "api" else { return try StudioPage.answer(request, secret: secret) }
    rest = rest.dropFirst()
    switch (request.method, rest.first, rest.count) {
    case (.GET, "studio", 1):
      return try .json(
        Overview(
          presets: presets, projects: shelf.entries(), folder: shelf.path,
          problem: problem.withLock { $0.take() }))
    case (.POST, "projects", 1):
      let wish: NameWish = try decoded(body)
      return try .json(["id": create(named: wish.name).id])
    case (_, "projects", 2...):
      let project = try project(rest[rest.startIndex + 1])
      return try answer(request, Array(rest.dropFirst(2)), body: body, for: project, asker)
    default: throw Answer.Refusal(.notFound, "there is nothing here")
    }
  }

  private func answer(
    _ request: StudioRequest, _ path: [String], body: [UInt8], for project: Project,
    _ asker: Asker
  ) throws -> Answer {
    switch (request.method, path.joined(separator: "/")) {
    case (.GET, ""): return try overview(of: project)
    case (.POST, "separate"):
      try separate(project, decoded(body))
      return .done
    case (.POST, "correct"):
      try correct(project, decoded(body))
      return .done
    case (.PUT, "take"):
      let wish: TakeWish = try decoded(body)
      try show(wish.number, of: project)
      return .done
    case (.DELETE, "job"):
      queue.cancel(project.key)
      return .done
    case (.GET, "score"):
      return try .file(project.takePath(try take(of: project).number) + "/score.json")
    case (.GET, "peaks"):
      return .binary(try Peaks.bytes(of: recording(of: project), in: project, asker))
    case (.GET, "spectrum"):
      return .binary(try Spectrum.bytes(of: recording(of: project), in: project, asker))
    case (.GET, "pcm"): return try piece(request, of: project, asker)
    case (.GET, "desk"):
      let data = Project.contents(of: project.path + "/desk.json", limit: StudioRequest.mostBytes)
      return Answer(body: .bytes(data.map(Array.init) ?? Array("{}".utf8)))
    case (.PUT, "desk"):
      let _: DeskShape = try decoded(body)
      try Data(body).write(
        to: URL(fileURLWithPath: project.path + "/desk.json"), options: .atomic)
      return .done
    case (.GET, _) where path.first == "download" && path.count == 2:
      return try download(path[1], request, of: project, asker)
    default: throw Answer.Refusal(.notFound, "there is nothing here")
    }
  }

  /// The recording's path.
  private func recording(of project: Project) throws -> String {
    guard let name = try project.read().recording else {
      throw Answer.Refusal(.notFound, "\(project.id): expected a recording")
    }
    return project.path + "/" + Project.relative("recording", name)
  }

  private func decoded<Value: Decodable>(_ body: [UInt8]) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(body))
    } catch {
      throw Answer.Refusal(.badRequest, "expected JSON as the page sends it")
    }
  }

  private struct TakeWish: Decodable { let number: Int }
  private struct NameWish: Decodable { let name: String }
  /// How the page stands is the page's business, as long as it is an object.
  private struct DeskShape: Decodable {}

  private struct Overview: Encodable {
    let presets: [Preset]
    let projects: [ProjectShelf.Entry]
    let folder: String
    let problem: String?
  }

  /// All that the page needs to know of a project besides its sound and its score.
  private struct ProjectOverview: Encodable {
    let id: String
    let folder: String
    let recording: String?
    let score: String?
    let request: SeparationRequest
    let job: JobQueue.State?
    let take: Take?
    /// Takes whose scores were corrected, and of which.
    let bases: [Int: Int]
    let hasScore: Bool
    /// Samples of a stretch of the outline, and of a column of the spectrum.
    let peakStretch: Int, spectrumHop: Int
  }

  private func overview(of project: Project) throws -> Answer {
    // In this order: who finds no job finds its take.
    let job = queue.state(of: project.key)
    let file = try project.read()
    return try .json(
      ProjectOverview(
        id: project.id, folder: project.path, recording: file.recording, score: file.score,
        request: file.request, job: job, take: file.take,
        bases: Dictionary(
          file.takes.compactMap { take in take.base.map { (take.number, $0) } },
          uniquingKeysWith: { $1 }),
        hasScore: file.take.map {
          FileManager.default.fileExists(atPath: project.takePath($0.number) + "/score.json")
        } ?? false, peakStretch: Peaks.stretch,
        spectrumHop: Spectrum.hopLength(sampleRate: file.take?.sampleRate ?? 44_100)))
  }
}
