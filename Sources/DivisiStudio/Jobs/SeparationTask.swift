import FoundationEssentials
import Glibc
import Terminal

/// One separation to be done for a project: a new take, or none.
struct SeparationTask: Sendable {
  let shelf: ProjectShelf
  let project: Project
  /// The score's path in the project's folder; nil where there is none.
  let score: String?
  let recording: String
  /// Of `divisi separate`, besides recording, score and outputs.
  let options: [String]
  /// The take's number, and the one whose score was corrected for it.
  let number: Int
  let base: Int?
  let preset: String

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
    let folder = project.takePath(number)
    var arguments = ["separate", project.path + "/" + recording]
    if let score {
      arguments += [
        "--score", project.path + "/" + score, "--export-score", folder + "/score.json",
      ]
    }
    arguments += options
    arguments += ["--residual", "--json", "--progress", "--filename", "{part}", "-o", folder]
    let run = try ChildProgram.run(
      arguments, isCancelled: isCancelled, progress: progress)
    guard run.status == 0 else {
      clean(folder)
      if isCancelled() { return [] }
      let lines = run.errors.map(readable)
      return lines.isEmpty ? ["divisi separate ended with \(run.status)"] : lines
    }
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
      placement: report.placement, warnings: run.errors.map(readable), base: base,
      elapsed: report.seconds)
    try shelf.change(project) { file in
      file.takes.append(take)
      file.current = number
    }
    return []
  }

  /// A line with files as a person calls them.
  private func readable(_ line: String) -> String {
    ["recording", "score", "takes/\(number)"].reduce(line) {
      $0.replacing(project.path + "/" + $1 + "/", with: "")
    }
  }

  /// Removes the take's folder, which nobody refers to.
  private func clean(_ folder: String) {
    try? FileManager.default.removeItem(atPath: folder)
  }
}
