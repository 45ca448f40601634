import FoundationEssentials
import NIOHTTP1
import Terminal

extension Studio {
  /// Answers a request whose body is there.
  ///
  /// - Throws: a refusal, or what went wrong.
  func answer(_ request: StudioRequest, body: [UInt8], secret: Secret) throws -> Answer {
    var rest = request.path[...]
    guard rest.first == "api" else { return try StudioPage.answer(request, secret: secret) }
    rest = rest.dropFirst()
    switch (request.method, rest.first, rest.count) {
    case (.GET, "studio", 1):
      return try .json(Overview(presets: presets, projects: shelf.entries(), folder: shelf.path))
    case (.POST, "projects", 1):
      let wish: NameWish = try decoded(body)
      return try .json(["id": shelf.create(named: wish.name).id])
    case (_, "projects", 2...):
      let project = try project(rest[rest.startIndex + 1])
      return try answer(request, Array(rest.dropFirst(2)), body: body, for: project)
    default: throw Answer.Refusal(.notFound, "there is nothing here")
    }
  }

  private func answer(
    _ request: StudioRequest, _ path: [String], body: [UInt8], for project: Project
  ) throws -> Answer {
    switch (request.method, path.joined(separator: "/")) {
    case (.GET, ""): return try overview(of: project)
    case (.POST, "separate"):
      try separate(project, decoded(body))
      return .done
    case (.DELETE, "job"):
      queue.cancel(project.id)
      return .done
    case (.GET, "score"):
      return Answer(body: .file(project.takePath(try take(of: project).number) + "/score.json"))
    case (.GET, "peaks"):
      let file = try project.read()
      guard let name = file.recording else {
        throw Answer.Refusal(.notFound, "\(project.id): expected a recording")
      }
      return .binary(
        try Peaks.bytes(
          of: project.path + "/" + Project.relative("recording", name), in: project))
    case (.GET, "pcm"): return try piece(request, of: project)
    case (.GET, "desk"):
      let data = Project.contents(of: project.path + "/desk.json", limit: StudioRequest.mostBytes)
      return Answer(body: .bytes(data.map(Array.init) ?? Array("{}".utf8)))
    case (.PUT, "desk"):
      let _: DeskShape = try decoded(body)
      try Data(body).write(
        to: URL(fileURLWithPath: project.path + "/desk.json"), options: .atomic)
      return .done
    default: throw Answer.Refusal(.notFound, "there is nothing here")
    }
  }

  private func decoded<Value: Decodable>(_ body: [UInt8]) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(body))
    } catch {
      throw Answer.Refusal(.badRequest, "expected JSON as the page sends it")
    }
  }

  private struct NameWish: Decodable { let name: String }
  /// How the page stands is the page's business, as long as it is an object.
  private struct DeskShape: Decodable {}

  private struct Overview: Encodable {
    let presets: [Preset]
    let projects: [ProjectShelf.Entry]
    let folder: String
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
    let takeCount: Int
    let hasScore: Bool
    let peakStretch: Int
  }

  private func overview(of project: Project) throws -> Answer {
    // In this order: who finds no job finds its take.
    let job = queue.state(of: project.id)
    let file = try project.read()
    return try .json(
      ProjectOverview(
        id: project.id, folder: project.path, recording: file.recording, score: file.score,
        request: file.request, job: job, take: file.take, takeCount: file.takes.count,
        hasScore: file.take.map {
          FileManager.default.fileExists(atPath: project.takePath($0.number) + "/score.json")
        } ?? false, peakStretch: Peaks.stretch))
  }

  /// Samples of all stems, in 32-bit floating point, little end first: each channel of each stem, one after the other.
  private func piece(_ request: StudioRequest, of project: Project) throws -> Answer {
    guard let from = request.query["from"].flatMap({ Int($0) }),
      let count = request.query["count"].flatMap({ Int($0) }), (0...1 << 40).contains(from),
      (1...TakeReader.longestPiece).contains(count)
    else { throw Answer.Refusal(.badRequest, "expected from and count of samples") }
    let reader = reader(of: try take(of: project), in: project)
    let channels = try reader.piece(from..<from + count)
    return .binary(
      Array(unsafeUninitializedCapacity: channels.count * count * 4) { bytes, total in
        for channel in channels {
          channel.withUnsafeBytes { samples in
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[total...])
              .copyMemory(from: samples)
            total += samples.count
          }
        }
      })
  }
}
