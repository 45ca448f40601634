import DivisiEngine
import FoundationEssentials

/// What several models made of the same recordings.
struct Comparison: Encodable {
  /// What is known of a recording before any model.
  struct Item: Encodable {
    let name: String
    let path: String
    let seconds: Double
    /// By part; nil without references.
    let oracle: [String: Scores]?
    let mixture: [String: Scores]?
    /// What has to be said of the channels that were scored.
    let remarks: [String]
  }

  /// The program's arguments.
  let command: [String]
  let preset: String
  /// By name, as `divisi separate --model` takes them, in the order of the report.
  let models: [String]
  let startCases: [Int]
  var items: [Item] = []
  /// For each recording, case and model, in this order.
  var trials: [Trial] = []

  /// The trials of one case and, if it is given, one recording, in the order of the models.
  func trials(startCase: Int, recording: String? = nil, model: String? = nil) -> [Trial] {
    trials.filter {
      $0.startCase == startCase && (recording == nil || $0.recording == recording)
        && (model == nil || $0.model == model)
    }
  }

  /// The mean over recordings of what a model got in a case.
  func mean(
    startCase: Int, model: String, of value: (Trial) -> Double?
  ) -> Double? {
    let values = trials(startCase: startCase, model: model).compactMap(value)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The mean over parts, then over recordings.
  func meanScores(startCase: Int, model: String) -> Scores {
    .mean(of: trials(startCase: startCase, model: model).compactMap(\.mean))
  }

  var oracle: Scores { .mean(of: items.compactMap { $0.oracle.map { .mean(of: $0.values) } }) }
  var mixture: Scores { .mean(of: items.compactMap { $0.mixture.map { .mean(of: $0.values) } }) }
  var hasReferences: Bool { items.contains { $0.oracle != nil } }

  /// How often a value grows from model to model, in an order of models, out of how many recordings.
  func count(ofOrder order: [String], startCase: Int, by value: (Trial) -> Double) -> Int {
    items.filter { item in
      let values = order.compactMap { model in
        trials(startCase: startCase, recording: item.name, model: model).first.map(value)
      }
      return values.count == order.count && zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    }.count
  }

  /// Short names of recordings, each its own: that of the file, of its folder and file, or with a
  /// number.
  static func names(of mixes: [String]) -> [String] {
    let urls = mixes.map { URL(fileURLWithPath: $0) }
    let stems = urls.map { $0.deletingPathExtension().lastPathComponent }
    if Set(stems).count == stems.count && stems.count > 1 { return stems }
    let folders = urls.map { $0.deletingLastPathComponent().lastPathComponent }
    if Set(folders).count == folders.count { return folders }
    return zip(folders, stems).enumerated().map { "\($0 + 1)-\($1.0)-\($1.1)" }
  }
}
