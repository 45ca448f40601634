import DivisiCommandLine
import FoundationEssentials
import NIOHTTP1
import Terminal

extension Studio {
  /// The score of a take as it was separated by.
  func score(of take: Take, in project: Project) throws -> PlacedScore {
    let path = project.takePath(take.number) + "/score.json"
    guard let data = Project.contents(of: path, limit: Project.mostScoreBytes) else {
      throw Answer.Refusal(.notFound, "\(project.id): expected a score")
    }
    do {
      return try PlacedScore(json: data)
    } catch {
      let problem = (error as? Failure)?.description ?? "expected a score as it was exported"
      throw Failure("takes/\(take.number)/score.json: \(problem)")
    }
  }

  /// Separates again, by the score of the take that is shown with corrections, which are saved beside the stems.
  func correct(_ project: Project, _ corrections: Corrections) throws {
    let file = try project.read()
    guard let recording = file.recording, let take = file.take else {
      throw Answer.Refusal(.conflict, "\(project.id): expected parts; it is not separated yet")
    }
    guard !queue.isBusy(project.key) else {
      throw Answer.Refusal(.conflict, "\(project.id): it is being separated already")
    }
    let placed = try score(of: take, in: project)
    if let problem = corrections.problem(for: placed) {
      throw Answer.Refusal(.badRequest, problem)
    }
    let corrected = CorrectedScore(placed, corrections)
    guard !corrected.score.notes.isEmpty else {
      throw Answer.Refusal(.badRequest, "expected at least one note")
    }
    // The notes are as somebody wants them.
    let options =
      ["--preset=\(take.preset)", "--partial", "--correct-notes=off", "--force-score"].filter {
        $0 != "--force-score" || !corrections.anchors.isEmpty
      }
      + Realignment.options(
        corrections.anchors, bars: placed.bars,
        duration: Double(take.sampleCount) / Double(take.sampleRate)) + corrected.options
    let task = SeparationTask(
      shelf: shelf, project: project,
      score: .corrected(midi: corrected.score.midiFile(), table: corrected.score.csvTable()),
      recording: Project.relative("recording", recording), options: options,
      base: take.number, preset: take.preset, bars: placed.bars)
    try queue.add(project.key) { try task.run(isCancelled: $0, progress: $1) }
  }

  /// Shows another take: the one before a correction, or the one after it.
  func show(_ number: Int, of project: Project) throws {
    guard !queue.isBusy(project.key) else {
      throw Answer.Refusal(.conflict, "\(project.id): it is being separated")
    }
    try shelf.change(project) { file in
      guard file.takes.contains(where: { $0.number == number }) else {
        throw Answer.Refusal(.notFound, "\(number): expected one of the takes")
      }
      file.current = number
    }
  }
}
