import Catalogues
import DivisiSeparation
import FoundationEssentials
import Terminal

/// Recordings that are separated one after the other; what goes wrong with one costs that one.
struct CatalogueRun {
  private var rows: RecordingRows
  private let catalogue: CatalogueOptions
  private let writing: OutputOptions
  private let results: ResultsFile?
  private var showsProgressInLines = false
  /// What was being separated when an earlier run ended: it comes last, lest it ends this one, too.
  private var deferred: [RecordingRow] = []
  private var separatedCount = 0
  private var passedCount = 0
  private var failedCount = 0

  /// - Throws: one line for a file of results that cannot be written.
  init(rows: RecordingRows, catalogue: CatalogueOptions, writing: OutputOptions) throws {
    self.rows = rows
    self.catalogue = catalogue
    self.writing = writing
    do {
      results = try catalogue.results.map {
        try ResultsFile(path: $0, continues: catalogue.resume, force: writing.force)
      }
    } catch let error as CatalogueError where error.isTemporary {
      throw Failure("\(error)", code: Failure.temporary)
    }
  }

  /// Separates all of them.
  ///
  /// - Returns: whether any failed.
  /// - Throws: `ArgumentParser`'s `ExitCode` where the call cannot go on.
  mutating func separateAll(showsProgressInLines: Bool) throws -> Bool {
    self.showsProgressInLines = showsProgressInLines
    try reporting {
      while let row = try rows.next() {
        switch row {
        case .success(let row): try take(row, isLast: false)
        case .failure(let refusal):
          try fail(mix: refusal.mix, refusal.problem, shown: refusal.problem, manifest: nil)
        }
      }
      for row in deferred { try take(row, isLast: true) }
      try results?.finish()
    }
    if catalogue.list != nil, !writing.json, !catalogue.estimate {
      printLines(summary)
      try reporting { try flushReport() }
    }
    return failedCount > 0
  }

  private var summary: String {
    let count = separatedCount + passedCount + failedCount
    return
      "\(count) recording\(count == 1 ? "" : "s"): \(separatedCount) separated, \(passedCount) there already, \(failedCount) failed"
  }

  private mutating func take(_ row: RecordingRow, isLast: Bool) throws {
    let manifest = catalogue.keepsManifests ? row.manifestStem + ".json" : nil
    var record: KnownLine?
    do {
      if catalogue.estimate {
        try estimate(row)
      } else if manifest == nil {
        try separate(row)
      } else {
        guard let known = try resume(row, isLast: isLast) else { return }
        record = known
      }
    } catch {
      try fail(
        mix: row.mix, "\(error)", shown: "\(row.place)\(error)", manifest: manifest)
    }
    if let record { try results?.put(record.line, insteadOf: record.old) }
    try flushReport()
  }

  private mutating func fail(
    mix: String, _ problem: String, shown: String, manifest: String?
  ) throws {
    failedCount += 1
    printError(shown)
    let line = SeparationReport.json(mix: mix, error: Failure(problem), manifest: manifest)
    if writing.json || catalogue.estimate { printLines(line) }
    try results?.put(line)
    try flushReport()
  }

  /// Separates one recording, and reports it.
  private mutating func separate(_ row: RecordingRow) throws {
    let report = SeparationReport(result: try result(of: row, by: row.plan.job()))
    separatedCount += 1
    printLines(writing.json ? report.json : report.text)
  }

  private func result(of row: RecordingRow, by job: SeparationJob) throws -> SeparationResult {
    let bar = ProgressBar(
      title: URL(fileURLWithPath: row.mix).lastPathComponent, isInLines: showsProgressInLines)
    let result = try job.run(
      mix: row.mix, score: row.score, references: row.references, bar: bar)
    if let text = result.placement?.doubt(score: result.score) { printError(text) }
    return result
  }

  /// Says what a recording needs.
  private mutating func estimate(_ row: RecordingRow) throws {
    let found = try row.plan.job().estimate(mix: row.mix, score: row.score)
    printLines(
      encodedAsLine(
        Estimate(input: row.mix, duration: found.duration, memoryBytes: found.byteCount)))
  }

  private struct Estimate: Encodable {
    let input: String
    let duration: Double
    let memoryBytes: Int
  }

  // MARK: With a manifest

  /// How often a recording may have been what a run ended with.
  private static let mostAttempts = 2

  /// A recording's line of JSON, and the one that was true before.
  private typealias KnownLine = (line: String, old: String?)

  /// Separates a recording if that is due.
  ///
  /// - Returns: nil if it was deferred.
  private mutating func resume(_ row: RecordingRow, isLast: Bool) throws -> KnownLine? {
    var standing = try Standing(row)
    var own: Set<String> = []
    if catalogue.resume {
      switch try standing.finding() {
      case .done(let line):
        passedCount += 1
        if writing.json { printLines(line) }
        return (line, nil)
      case .due(let files, let why):
        own = files
        if let why { printError("\(row.place)\(row.mix): \(why); it is separated again") }
      }
    }
    let stamps = try standing.stamps()
    let key = standing.key(stamps)
    if catalogue.resume, let left = standing.left, left.key == key, left.count > 0 {
      guard left.count < Self.mostAttempts || catalogue.retry else {
        Attempt.removeLeftovers(at: standing.attemptPath)
        throw Failure(
          "\(row.mix): was being separated when \(left.count) runs ended; --retry tries it once more"
        )
      }
      guard isLast else {
        printError(
          "\(row.place)\(row.mix): was being separated when the last run ended; it comes last")
        deferred.append(row)
        return nil
      }
    }
    return (try separate(standing, stamps, key: key, own: own), standing.manifest?.result)
  }

  private mutating func separate(
    _ standing: Standing, _ stamps: [String: FileStamp], key: String, own: Set<String>
  ) throws -> String {
    let row = standing.row
    var job = try row.plan.job()
    guard catalogue.resume || writing.force || standing.manifest == nil else {
      throw Failure(
        "\(standing.manifestPath): expected a new file, --resume to go on, or --force; it exists already"
      )
    }
    let attempt = try Attempt(path: standing.attemptPath, key: key, files: own)
    var files: [String] = []
    var isKept = false
    defer { attempt.end(leaving: isKept ? [] : standing.unkept(own.union(files))) }
    job.ownFiles = own
    job.willWrite = {
      files = $0
      try attempt.willWrite($0)
    }
    let report = SeparationReport(
      result: try result(of: row, by: job), manifest: standing.manifestPath)
    standing.removeSuperseded(by: Set(files))
    try standing.keep(stamps, files: files, result: report.json)
    isKept = true
    separatedCount += 1
    printLines(writing.json ? report.json : report.text)
    return report.json
  }
}
