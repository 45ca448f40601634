import AudioFiles
import FoundationEssentials
import NIOHTTP1
import Terminal
import ZipFiles

extension Studio {
  /// Makes a file that somebody takes away.
  func download(
    _ name: String, _ request: StudioRequest, of project: Project, _ asker: Asker
  ) throws -> Answer {
    let take = try take(of: project)
    let folder = project.takePath(take.number)
    switch name {
    case "stem":
      guard let stem = take.stems.first(where: { $0.name == request.query["name"] }) else {
        throw Answer.Refusal(.notFound, "expected the name of a part")
      }
      return try .download(
        folder + "/" + stem.file, type: Self.type(of: stem.file),
        as: "\(project.id) - \(stem.file)")
    case "score.mid":
      let bytes = try midi(of: take, in: project)
      return .download(bytes, type: "audio/midi", as: "\(project.id).mid")
    case "parts.zip":
      let path = try temporary(in: project, "zip")
      var entries = take.stems.map {
        ($0.file, ZipWriter.Contents.file(path: folder + "/" + $0.file))
      }
      if let bytes = try? midi(of: take, in: project) {
        entries.append((project.id + ".mid", .bytes(bytes)))
      }
      try ZipWriter.write(entries.map { (name: $0.0, contents: $0.1) }, to: path)
      return try .download(
        path, type: "application/zip", as: "\(project.id).zip", isTemporary: true)
    case "mix":
      return try mix(request, take, of: project, asker)
    case "student.html":
      let page = StudentPage(
        title: project.id, take: take, score: try? score(of: take, in: project),
        reader: TakeReader(take, of: project), asker: asker, cache: try cache(of: project))
      return .download(
        try page.html(), type: "text/html; charset=utf-8", as: "\(project.id).html")
    default: throw Answer.Refusal(.notFound, "there is nothing here")
    }
  }

  private func midi(of take: Take, in project: Project) throws -> [UInt8] {
    CorrectedScore(try score(of: take, in: project), Corrections()).score.midiFile()
  }

  /// The stems as faders stand: `gains` has a factor for each, `format` one of the command line's.
  private func mix(
    _ request: StudioRequest, _ take: Take, of project: Project, _ asker: Asker
  ) throws -> Answer {
    let gains = (request.query["gains"] ?? "").split(separator: ",").compactMap { Float($0) }
    guard gains.count == take.stems.count, gains.allSatisfy({ (0...16).contains($0) }),
      let format = AudioFormat(rawValue: request.query["format"] ?? "flac")
    else {
      throw Answer.Refusal(
        .badRequest, "expected a factor from 0 to 16 for each part, and a format")
    }
    let path = try temporary(in: project, format.fileExtension)
    let url = URL(fileURLWithPath: path)
    try Mixdown(take: take, reader: TakeReader(take, of: project), asker: asker).write(
      gains, to: url.deletingLastPathComponent().path, named: url.lastPathComponent, as: format)
    return try .download(
      path, type: Self.type(of: path), as: "\(project.id) - mix.\(format.fileExtension)",
      isTemporary: true)
  }

  private func cache(of project: Project) throws -> String {
    try FileManager.default.createDirectory(
      atPath: project.cache, withIntermediateDirectories: true)
    return project.cache
  }

  /// A path for a file that is gone when it has been sent.
  private func temporary(in project: Project, _ ending: String) throws -> String {
    "\(try cache(of: project))/away \(UInt64.random(in: 0 ... .max)).\(ending)"
  }

  private static func type(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "flac": "audio/flac"
    case "mp3": "audio/mpeg"
    case "ogg", "opus": "audio/ogg"
    default: "audio/wav"
    }
  }
}
