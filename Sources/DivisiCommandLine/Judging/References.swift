import AudioFiles
import DivisiDSP
import Terminal

/// The true stems of a recording, where they are known.
struct References {
  /// One channel of samples for each part that has a reference.
  let stems: [String: [Float]]

  /// Reads the references of some parts from a folder.
  ///
  /// A file belongs to the part it is named after, in any case; files of other names are passed
  /// over.
  init(folder: String, parts: [String], fitting: Signals) throws {
    let files = try StemFolder(folder, what: "a folder of true stems")
    var paths: [String: String] = [:]
    for part in parts {
      paths[part] = try files.stem(of: part, what: "reference")?.path
    }
    guard !paths.isEmpty else {
      throw Failure(
        "\(folder): expected audio files named after the parts (\(parts.joined(separator: ", "))); "
          + "found none")
    }
    stems = try paths.mapValues { try fitting.read($0) }
  }

  /// Scores the stems of the parts that have a reference; a silent one has no scores.
  ///
  /// Channels are averaged first, since BSS Eval compares single signals.
  func scores(stems estimates: [String: [[Float]]], parallel: Parallel) -> [String: Scores] {
    scores(signals: estimates.mapValues(Signals.mono), parallel: parallel)
  }

  /// The same for stems of one channel.
  func scores(signals estimates: [String: [Float]], parallel: Parallel) -> [String: Scores] {
    let names = stems.keys.filter { estimates[$0] != nil }.sorted()
    let scores = Scores.measure(
      references: names.map { stems[$0]! },
      estimates: names.map { estimates[$0]! }, parallel: parallel)
    var result: [String: Scores] = [:]
    for (name, scores) in zip(names, scores) { result[name] = scores }
    return result
  }
}
