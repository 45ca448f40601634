import AudioFiles
import DivisiScore
import FoundationEssentials
import Glibc
import Terminal

extension Studio {
  /// What the page is told of a file that has arrived.
  private struct Arrival: Encodable {
    let name: String
    /// The preset that fits what a score holds.
    let preset: String?
    /// In seconds; of a recording as its header says.
    let duration: Double?
    let remarks: [String]
  }

  /// Looks at a file that has arrived, and makes it the project's, or removes it.
  func take(_ name: String, for request: StudioRequest) throws -> Answer {
    guard let upload = request.upload else { throw Answer.Refusal(.notFound, "expected a file") }
    let project = try project(upload.project)
    let path = project.path + "/" + Project.relative(upload.kind.rawValue, name)
    do {
      let arrival = try look(at: path, named: name, upload.kind)
      try shelf.change(project) { file in
        switch upload.kind {
        case .recording: file.recording = name
        case .score: file.score = name
        }
        if let preset = arrival.preset { file.request.preset = preset }
      }
      return try .json(arrival)
    } catch {
      unlink(path)
      shelf.removeIfEmpty(project)
      throw Failure(PageWords.text(Failure(of: error).description.replacing(path, with: name)))
    }
  }

  private func look(at path: String, named name: String, _ kind: UploadKind) throws -> Arrival {
    switch kind {
    case .recording:
      let reader = try AudioFileReader(path: path)
      let seconds = Double(reader.statedCount) / Double(reader.sampleRate)
      // Some headers do not know.
      return Arrival(
        name: name, preset: nil, duration: seconds < 1e6 ? seconds : nil, remarks: [])
    case .score:
      let score = try Score.read(path: path)
      return Arrival(
        name: name, preset: Self.preset(for: score),
        duration: score.notes.map(\.dampedSeconds).max(),
        remarks: score.warnings.map { $0.replacing(path, with: name) })
    }
  }

  /// The last program of General MIDI that is a piano or another keyboard.
  private static let lastKeyboard = 7

  /// What a score is likely to be: drums, the hands of a pianist, or several instruments.
  static func preset(for score: Score) -> String {
    let pitched = score.notes.filter { $0.kind == .pitched }
    guard !pitched.isEmpty else { return "drums" }
    let tracks = Set(pitched.map(\.track))
    let others = tracks.contains { score.programs[$0].map { $0 > lastKeyboard } ?? false }
    return others || tracks.count > 2 || Set(pitched.map(\.label)).count > 2 ? "parts" : "hands"
  }

  /// Makes a project of files that somebody has typed or chosen; with a score it is separated.
  ///
  /// - Parameter paths: a recording and perhaps a score, as they come: a file manager gives them in an order of its own.
  /// - Throws: one line for a file that is no recording or no score; then there is no project.
  func open(_ paths: [String]) throws -> Project {
    let areSwapped = paths.count == 2 && Self.isNamedScore(paths[0]) && !Self.isNamedScore(paths[1])
    let files = Array(zip([UploadKind.recording, .score], areSwapped ? paths.reversed() : paths))
    let recording = files[0].1
    var request = SeparationRequest()
    if files.count == 1 { request.preset = "drums" }
    for (kind, path) in files {
      let arrival = try look(at: path, named: path, kind)
      if let preset = arrival.preset { request.preset = preset }
    }
    let name = URL(fileURLWithPath: recording).deletingPathExtension().lastPathComponent
    let folder = URL(fileURLWithPath: recording).deletingLastPathComponent().lastPathComponent
    let project = try create(named: name == "mix" && !folder.isEmpty ? folder : name)
    do {
      for (kind, path) in files { try copy(path, kind, into: project) }
    } catch {
      try? FileManager.default.removeItem(atPath: project.path)
      throw Failure(of: error)
    }
    if files.count == 2 {
      try separate(project, request)
    } else {
      // It may be of drums, or its score is still to come.
      try shelf.change(project) { $0.request = request }
    }
    return project
  }

  /// Copies what a file holds; a link is somebody else's way to it.
  private func copy(_ path: String, _ kind: UploadKind, into project: Project) throws {
    let name = Project.harmless(
      URL(fileURLWithPath: path).lastPathComponent, fallback: kind.rawValue)
    let copy = try project.freePath(in: kind.rawValue, named: name)
    guard let real = realpath(path, nil) else {
      throw Failure("\(path): \(String(cString: strerror(errno)))")
    }
    defer { free(real) }
    try FileManager.default.copyItem(atPath: String(cString: real), toPath: copy)
    try shelf.change(project) { file in
      switch kind {
      case .recording: file.recording = name
      case .score: file.score = name
      }
    }
  }

  private static func isNamedScore(_ path: String) -> Bool {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    return ScoreFormat.allCases.contains { $0.fileExtensions.contains(ending) }
  }
}
