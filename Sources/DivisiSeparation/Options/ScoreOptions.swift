package import ArgumentParser
package import DivisiScore
import Terminal

/// How a score is read, and how its notes become parts.
package struct ScoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The parts, each with a rule: track:N, track:NAME, channel:N, staff:N, voice:N, label:X, pitch:60-84, drum:kick, or * for the rest. & narrows a rule, + adds another.",
      valueName: "left=track:2,right=track:1"))
  package var parts: String?

  @Option(
    help: ArgumentHelp(
      "Split the notes into two hands: left below this pitch, right from it upwards.",
      valueName: "C4"))
  package var split: String?

  @Option(
    help: ArgumentHelp(
      "Which parts are hands or voices of one instrument: one for all, parts for none, score for what the score says, or their names. (default: the preset's)",
      valueName: "left+right,violin"))
  package var instruments: String?

  @Option(
    help: ArgumentHelp(
      "What the note numbers of drums mean: a map of divisi drum-maps, or a text file. Without it: General MIDI, unless the notes fit another map alone.",
      valueName: "name-or-file"))
  package var drumMap: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Time to add to every time in the score; may be negative.", valueName: "seconds")
  )
  package var scoreOffset = 0.0

  @Option(
    help: ArgumentHelp(
      "Tempo of the recording relative to the score; 2 is twice as fast.", valueName: "factor")
  )
  package var scoreRate = 1.0

  package init() {}

  /// An option that was given, and asks for more than its default.
  package var given: String? {
    if parts != nil { return "--parts" }
    if split != nil { return "--split" }
    if instruments != nil { return "--instruments" }
    if drumMap != nil { return "--drum-map" }
    if scoreOffset != 0 { return "--score-offset" }
    return scoreRate == 1 ? nil : "--score-rate"
  }

  /// A hundred hours, as scores may have.
  package static let longestSeconds = 360_000.0

  package func validate() throws {
    guard parts == nil || split == nil else {
      throw ValidationError("--parts and --split: expected only one of them")
    }
    _ = try instrumentation()
    try Self.check(scoreOffset: scoreOffset)
    guard scoreRate.isFinite, scoreRate >= 0.01, scoreRate <= 100 else {
      throw ValidationError("--score-rate: expected 0.01 to 100, found \(scoreRate)")
    }
  }

  package static func check(scoreOffset: Double) throws {
    guard abs(scoreOffset) <= longestSeconds else {
      throw ValidationError(
        "--score-offset: expected -360000 to 360000 seconds, found \(scoreOffset)")
    }
  }

  /// What the options say of parts; nil where the preset decides.
  package func selection() throws -> PartSelection? {
    do {
      if let parts { return try PartSelection.parse(parts: parts) }
      if let split { return try PartSelection.parse(split: split) }
      return nil
    } catch {
      throw ValidationError("\(parts != nil ? "--parts" : "--split"): \(error)")
    }
  }

  /// What the options say of instruments; nil where the preset decides.
  package func instrumentation() throws -> Instrumentation? {
    do {
      return try instruments.map { try Instrumentation.parse($0) }
    } catch {
      throw ValidationError("--instruments: \(error)")
    }
  }

  /// Says of the parts of a score which are one instrument.
  ///
  /// - Parameter usually: where no option says it.
  package func assignInstruments(
    to parts: [Part], of score: Score, usually: Instrumentation
  ) throws -> [Part] {
    do {
      return try (instrumentation() ?? usually).assigned(to: parts, of: score)
    } catch let error as PartSelectionError {
      throw Failure("--instruments: \(error)")
    }
  }

  /// Reads a score and moves it by offset and rate.
  package func read(path: String) throws -> Score { try moved(original(path: path)) }

  /// A score by offset and rate.
  package func moved(_ score: Score) -> Score {
    score.adjusted(offsetSeconds: scoreOffset, rate: scoreRate)
  }

  /// Reads a score at its own times.
  package func original(path: String) throws -> Score {
    let table = try drumMap.map { name in
      try DrumTable.all.first { $0.name == name } ?? DrumTable.read(path: name)
    }
    return try Score.read(path: path, drumTable: table)
  }
}
