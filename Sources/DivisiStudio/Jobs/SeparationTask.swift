import DivisiCommandLine
import FoundationEssentials
import Glibc
import Terminal

/// One separation to be done for a project: a new take, or none.
struct SeparationTask: Sendable {
  let shelf: ProjectShelf
  let project: Project
  /// What the parts are told apart by.
  let score: Source
  let recording: String
  /// Of `divisi separate`, besides recording, score and outputs.
  let options: [String]
  /// The take whose score was corrected for this one.
  let base: Int?
  let preset: String
  /// The bars of the score that was corrected, which keep their numbers; nil for the score as it came.
  var bars: [PlacedScore.PlayedBar]? = nil

  enum Source: Sendable {
    case none
    /// A path in the project's folder.
    case file(String)
    /// A score that is kept in the new take's folder, as MIDI and as a table.
    case corrected(midi: [UInt8], table: String)
  }

  /// What `divisi separate --json` says, as far as it is used.
  private struct Report: Decodable {
    struct Part: Decodable {
      let name: String
      let file: String?
      let notes: Int
    }

    let parts: [Part]
    let sampleRate: Int
    let channels: Int
    let duration: Double
    let placement: Take.Placement?
    let seconds: Double
  }

  /// Does it.
  ///
  /// - Returns: why there is no new take, in lines; empty if there is, or if it was cancelled.
  func run(isCancelled: () -> Bool, progress: (Double) -> Void) throws -> [String] {
    try project.checkIsPlain()
    let folder = try project.claimTake()
    do {
      let problem = try run(in: folder, isCancelled: isCancelled, progress: progress)
      if problem != nil { folder.remove() }
      return problem ?? []
    } catch {
      folder.remove()
      throw error
    }
  }

  /// - Returns: nil if there is a new take.
  private func run(
    in folder: ClaimedFolder, isCancelled: () -> Bool, progress: (Double) -> Void
  ) throws -> [String]? {
    let number = folder.number
    var arguments = ["separate", project.path + "/" + recording]
    if let score = try scorePath(in: folder.path) {
      arguments += ["--score", score, "--export-score", folder.path + "/score.json"]
    }
    arguments += options
    arguments += ["--residual", "--json", "--progress", "--filename", "{part}", "-o", folder.path]
    let run = try ChildProgram.run(
      arguments, isCancelled: isCancelled, progress: progress)
    guard run.status == 0 else {
      if isCancelled() { return [] }
      let lines = PageWords.lines(run.errors).map { readable($0, number) }
      return lines.isEmpty ? ["divisi separate ended with \(run.status)"] : lines
    }
    if let bars { try keepNumbers(of: bars, in: folder.path) }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let report = try decoder.decode(Report.self, from: Data(run.output.utf8))
    let take = Take(
      number: number, preset: preset, sampleRate: report.sampleRate,
      channelCount: report.channels,
      sampleCount: Int((report.duration * Double(report.sampleRate)).rounded()),
      stems: report.parts.map {
        Take.Stem(
          name: $0.name,
          file: URL(fileURLWithPath: $0.file ?? $0.name + ".flac").lastPathComponent,
          noteCount: $0.notes)
      },
      placement: report.placement,
      warnings: PageWords.lines(run.errors).map { readable($0, number) }, base: base,
      elapsed: report.seconds)
    try shelf.change(project) { file in
      guard folder.isThere else { throw Failure("\(project.id): the project is gone") }
      file.takes.append(take)
      file.current = number
    }
    return nil
  }

  /// Gives the new take's bars the numbers that they have in print; in the corrected score's file they are counted.
  private func keepNumbers(of bars: [PlacedScore.PlayedBar], in folder: String) throws {
    let path = folder + "/score.json"
    guard let data = Project.contents(of: path, limit: Project.mostScoreBytes) else { return }
    var placed = try PlacedScore(json: data)
    placed.bars = Realignment.bars(bars, along: placed.path)
    try Data(placed.json.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// The score's path; nil where there is none.
  private func scorePath(in folder: String) throws -> String? {
    switch score {
    case .none: return nil
    case .file(let path): return project.path + "/" + path
    case .corrected(let midi, let table):
      let path = folder + "/corrected.mid"
      try Data(midi).write(to: URL(fileURLWithPath: path))
      try Data(table.utf8).write(to: URL(fileURLWithPath: folder + "/corrected.csv"))
      return path
    }
  }

  /// A line with files as a person calls them.
  private func readable(_ line: String, _ number: Int) -> String {
    ["recording", "score", "takes/\(number)"].reduce(line) {
      $0.replacing(project.path + "/" + $1 + "/", with: "")
    }
  }
}
