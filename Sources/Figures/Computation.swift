import Foundation

/// Computes figures and holds pages against them.
public struct Computation {
  /// Something that went wrong, in words.
  public struct Failure: Error, CustomStringConvertible {
    /// The words.
    public let description: String
  }

  private let program: String
  private let root: String
  private let report: (String) -> Void

  private var data: String { root + "/../shared/data" }
  private var bookPath: String { root + "/docs/figures.json" }

  /// - Parameters:
  ///   - program: the command line to run.
  ///   - root: the package's folder.
  ///   - report: takes lines for the person who waits.
  public init(program: String, root: String, report: @escaping (String) -> Void) {
    self.program = program
    self.root = root
    self.report = report
  }

  /// Computes figures and writes `docs/figures.json`.
  ///
  /// - Parameter prefixes: how the names of what is to be measured begin; everything, if there are none.
  /// - Throws: one line for a name that nothing has, for data that are missing, and for a command that fails.
  public func run(_ prefixes: [String]) throws {
    for prefix in prefixes where !Measurement.all.contains(where: { $0.id.hasPrefix(prefix) }) {
      throw Failure(description: "'\(prefix)': expected the beginning of a figure's name")
    }
    let chosen = Measurement.all.filter { measurement in
      prefixes.isEmpty || prefixes.contains { measurement.id.hasPrefix($0) }
    }
    var book =
      FileManager.default.fileExists(atPath: bookPath)
      ? try FigureBook(path: bookPath) : FigureBook()
    book.keep(only: Measurement.all)
    for measurement in chosen {
      let values = try values(of: measurement)
      let list = values.sorted { $0.key < $1.key }
        .map { "\($0.key) \(String(format: "%.2f", $0.value))" }
      report("\(measurement.id): \(list.joined(separator: ", "))")
      book.record(values, of: measurement)
      try book.write(to: bookPath)
    }
  }

  private func values(of measurement: Measurement) throws -> [String: Double] {
    guard !measurement.needsData || FileManager.default.fileExists(atPath: data) else {
      throw Failure(description: "\(data): expected the benchmark data, which do not ship")
    }
    let work = NSTemporaryDirectory() + "divisi-figures-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: work) }
    var records: [[String: Any]] = []
    for step in measurement.steps {
      switch step {
      case .prepare(let preparation): try preparation.make(data, work)
      case .run(let command):
        let options =
          command.hasPrefix("separate") ? " --filename {parent}/{part} --force" : " --force"
        _ = try output(of: command + options, work: work)
      case .score(let command):
        let options =
          command.hasPrefix("separate")
          ? " --filename {parent}/{part} --force -o \(Places.work)/scored --json" : " --json"
        let lines = try output(of: command + options, work: work).split(separator: "\n")
        records += try lines.map { try record(Data($0.utf8)) }
      case .compare(let command):
        _ = try output(of: command + " -o \(Places.work)/report", work: work)
        let file = URL(fileURLWithPath: work + "/report/report.json")
        records.append(try record(Data(contentsOf: file)))
      }
    }
    let pairs = try measurement.reductions.map { reduction in
      guard let value = reduction.value(records), value.isFinite else {
        throw Failure(description: "\(measurement.id): no value of \(reduction.name)")
      }
      return (reduction.name, value)
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  private func record(_ text: Data) throws -> [String: Any] {
    guard let record = try JSONSerialization.jsonObject(with: text) as? [String: Any] else {
      throw Failure(description: "expected a JSON object from \(program)")
    }
    return record
  }

  /// Runs divisi to its end and takes what it prints.
  private func output(of command: String, work: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = try arguments(of: command, work: work)
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "divisi \(command): exit code \(process.terminationStatus)")
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Words of a command, with folders in the place of their names, and paths that have a `*` as the files that
  /// there are. Patterns of `train` are its own.
  private func arguments(of command: String, work: String) throws -> [String] {
    try command.split(separator: " ").flatMap { word -> [String] in
      let path = String(word).replacing(Places.data, with: data).replacing(Places.work, with: work)
      guard path.contains("*"), !path.contains("=") else { return [path] }
      let files = matches(path)
      guard !files.isEmpty else { throw Failure(description: "\(path): no such files") }
      return files
    }
  }

  /// Files that match a pattern with `*` in names, in order.
  private func matches(_ pattern: String) -> [String] {
    pattern.split(separator: "/").reduce([""]) { folders, name in
      folders.flatMap { folder -> [String] in
        guard let star = name.firstIndex(of: "*") else { return ["\(folder)/\(name)"] }
        let (start, end) = (name[..<star], name[name.index(after: star)...])
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.sorted()
          .map { "\(folder)/\($0)" }
      }
    }.filter(FileManager.default.fileExists)
  }
}
