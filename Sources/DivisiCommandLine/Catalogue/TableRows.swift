import ArgumentParser
import Catalogues
import DivisiSeparation
import FoundationEssentials
import Terminal

/// The rows of a table as recordings: each is what the command line says, and its cells besides.
final class TableRows {
  private enum Column {
    case recording, score, references
    case flag, option
  }

  /// The command line with the cells of a row behind it.
  private struct RowArguments: ParsableArguments {
    @Argument var mixes: [String] = []
    @OptionGroup var options: SeparationOptions
    @OptionGroup var catalogue: CatalogueOptions
  }

  private let table: RecordingTable
  private let columns: [Column]
  /// With a slash at its end; empty for the current folder.
  private let folder: String
  private let shard: Shard?
  private let arguments: [String]
  private var rowCount = 0
  private var plans: [[String]: SharedJob] = [:]
  private let pools = ThreadPools()
  /// Who writes to a path, by the hash of it.
  private var owners: [Int: Int] = [:]

  /// How many plans are kept.
  private static let mostPlans = 16

  /// Opens a table.
  ///
  /// - Parameter arguments: those of the command line, behind its name.
  /// - Throws: one line for a table that cannot be read, or for a column that is no option.
  init(path: String, shard: Shard?, arguments: [String]) throws {
    table = try RecordingTable(path: path)
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    self.shard = shard
    self.arguments = arguments.filter { $0 != "--" }
    columns = try Self.columns(of: table)
    if !columns.contains(.option), !columns.contains(.flag) {
      // What the command line says of all rows is wrong once.
      let given = columns.contains(.score) ? ["--score=score"] : []
      _ = try plan(given + (columns.contains(.references) ? ["--references=references"] : [])).job()
    }
  }

  private static func columns(of table: RecordingTable) throws -> [Column] {
    let known: [String: Column] = [
      "recording": .recording, "score": .score, "references": .references,
    ]
    var options: [String: Column]?
    return try table.columns.map { name in
      if let column = known[name] { return column }
      if options == nil { options = columnsOfOptions() }
      guard let column = options?[name] else {
        throw Failure(
          "\(table.name): line 1: expected 'recording', 'score' and long options without their hyphens, such as 'preset'; found '\(name)'"
        )
      }
      return column
    }
  }

  /// Those that mean something for one recording.
  private static func columnsOfOptions() -> [String: Column] {
    let help = try? JSONDecoder().decode(
      OptionHelp.self, from: Data(SeparationOptions._dumpHelp().utf8))
    var columns: [String: Column] = [:]
    for argument in help?.command.arguments ?? [] where argument.kind != "positional" {
      for name in argument.names ?? [] where name.kind == "long" {
        columns[name.name] = argument.kind == "flag" ? .flag : .option
      }
    }
    for name in ["help", "json", "progress", "force"] { columns[name] = nil }
    return columns
  }

  /// The next row of this share; nil behind the last.
  func next() throws -> Result<RecordingRow, RecordingRows.Refusal>? {
    while let item = try table.next() {
      let isMine = shard?.contains(row: rowCount) ?? true
      rowCount += 1
      switch item {
      case .bad(_, let error):
        if isMine { return .failure(.init(mix: "", problem: "\(error)")) }
      case .row(let row):
        // Of the rows of other shares only the names of their files matter.
        let result = recording(of: row, isMine: isMine)
        if isMine { return result }
      }
    }
    return nil
  }

  private func recording(
    of row: RecordingTable.Row, isMine: Bool
  ) -> Result<RecordingRow, RecordingRows.Refusal> {
    let place = "\(table.name): line \(row.line)"
    var (mix, score, references) = ("", String?.none, String?.none)
    var options: [String] = []
    func refusal(_ problem: String, column: Int?) -> Result<RecordingRow, RecordingRows.Refusal> {
      let column = column.map { ", column '\(table.columns[$0])'" } ?? ""
      return .failure(.init(mix: mix, problem: "\(place)\(column): \(problem)"))
    }
    for (index, cell) in row.cells.enumerated() where !cell.isEmpty {
      let name = table.columns[index]
      switch columns[index] {
      case .recording: mix = resolved(cell)
      case .score: score = resolved(cell)
      case .references: references = resolved(cell)
      case .option: options.append("--\(name)=\(cell)")
      case .flag:
        guard cell == "yes" else {
          return refusal("expected 'yes' or nothing, found '\(cell)'", column: index)
        }
        options.append("--\(name)")
      }
    }
    guard !mix.isEmpty else {
      return refusal(
        "expected a path, found nothing", column: table.columns.firstIndex(of: "recording"))
    }
    do {
      let plan = try plan(
        options + (score.map { _ in ["--score=score"] } ?? [])
          + (references.map { _ in ["--references=references"] } ?? []))
      if isMine { _ = try plan.job() }
      let recording = RecordingRow(
        mix: mix, score: score ?? plan.options.score,
        references: references ?? plan.options.references, plan: plan, place: "\(place): ")
      let files = recording.manifestStem.hashValue
      if let other = owners[files] {
        return refusal(
          "'\(mix)' would be written to the same files as the recording of line \(other); --filename '{parent}/{part}' keeps recordings of one name apart",
          column: nil)
      }
      owners[files] = row.line
      return .success(recording)
    } catch {
      let problem = RowArguments.message(for: error).split(separator: "\n").first ?? ""
      return refusal(String(problem), column: column(of: String(problem), in: row))
    }
  }

  /// Which cell an error is about.
  private func column(of problem: String, in row: RecordingTable.Row) -> Int? {
    table.columns.firstIndex { problem.contains("--\($0)") }
      ?? row.cells.indices.first { index in
        columns[index] == .option && !row.cells[index].isEmpty
          && problem.contains(row.cells[index])
      }
  }

  /// Paths in a table are relative to its folder.
  private func resolved(_ path: String) -> String {
    path.hasPrefix("/") || path.hasPrefix("{folder}") ? path : folder + path
  }

  private func plan(_ options: [String]) throws -> SharedJob {
    if let plan = plans[options] { return plan }
    let parsed = try RowArguments.parse(arguments + options).options
    try parsed.checkCompanions()
    let plan = SharedJob(parsed, threads: pools)
    if plans.count == Self.mostPlans { plans = [:] }
    plans[options] = plan
    return plan
  }
}

/// What the parser of the command line says of its options.
private struct OptionHelp: Decodable {
  let command: CommandHelp
}
private struct CommandHelp: Decodable {
  let arguments: [HelpOfArgument]
}
private struct HelpOfArgument: Decodable {
  let kind: String
  let names: [ArgumentName]?
}
private struct ArgumentName: Decodable {
  let kind: String
  let name: String
}
