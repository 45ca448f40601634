import Foundation

extension Preparation {
  /// Recordings of a set side by side, each as `<name>.flac` with the score to align, `<name>-score.<ending>`, and when
  /// its notes are played, `<name>-true.csv`.
  ///
  /// - Parameters:
  ///   - set: a folder of the benchmark data; items that lack the score are left out.
  ///   - score: the file to align.
  ///   - truth: a table with the columns `audio_start`, `pitch` and `label`.
  static func alignments(of set: String, score: String, truth: String) -> Preparation {
    Preparation { data, work in
      let ending = score.split(separator: ".").last ?? ""
      for item in try entries("\(data)/\(set)") {
        let folder = "\(data)/\(set)/\(item)"
        guard FileManager.default.fileExists(atPath: "\(folder)/\(score)") else { continue }
        for (file, name) in [("mix.flac", "\(item).flac"), (score, "\(item)-score.\(ending)")] {
          try FileManager.default.createSymbolicLink(
            atPath: "\(work)/\(name)", withDestinationPath: "\(folder)/\(file)")
        }
        try playedNotes(in: "\(folder)/\(truth)").write(to: "\(work)/\(item)-true.csv")
      }
    }
  }

  /// The drum tracks, the same way, with patterns that are drawn to a twelfth of a beat, 3 % slower, and half a second
  /// later: `<name>-score.csv`.
  static let quantisedDrums = Preparation { data, work in
    for track in try entries("\(data)/drums") where track.hasPrefix("d") {
      let folder = "\(data)/drums/\(track)"
      try FileManager.default.createSymbolicLink(
        atPath: "\(work)/\(track).flac", withDestinationPath: "\(folder)/MIX.flac")
      let played = try NoteTable(path: "\(folder)/notes.csv")
      try played.write(to: "\(work)/\(track)-true.csv")
      try drawnToGrid(played, of: folder).write(to: "\(work)/\(track)-score.csv")
    }
  }

  /// All drum tracks with such patterns as their scores: `drums/<track>/MIX.flac` and `notes.csv`.
  static let drumsWithPatterns = drumTracks { played, folder in
    try drawnToGrid(played, of: folder)
  }

  private static func drawnToGrid(_ played: NoteTable, of folder: String) throws -> NoteTable {
    let meta = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/meta.json")))
    let tempo = (meta as? [String: Any])?["bpm"] as? Double ?? 120
    let step = 60 / tempo / 12
    return played.movingStarts { 0.5 + 1.03 * step * ($0 / step).rounded() }
  }

  /// Each piece with the score of every other, as `<recording>-<score>.flac` and `<recording>-<score>-score.mid`.
  ///
  /// - Parameters:
  ///   - set: a folder of the benchmark data.
  ///   - score: the file of a score; items without it are left out.
  ///   - isSame: whether two items are of one piece.
  static func foreignScores(
    of set: String, score: String,
    where isSame: @escaping @Sendable (String, String) -> Bool = { $0 == $1 }
  ) -> Preparation {
    Preparation { data, work in
      let pieces = try entries("\(data)/\(set)").filter {
        FileManager.default.fileExists(atPath: "\(data)/\(set)/\($0)/\(score)")
      }
      for recording in pieces {
        for other in pieces where !isSame(recording, other) {
          for (file, name) in [
            ("\(recording)/mix.flac", "\(recording)-\(other).flac"),
            ("\(other)/\(score)", "\(recording)-\(other)-score.mid"),
          ] {
            try FileManager.default.createSymbolicLink(
              atPath: "\(work)/\(name)", withDestinationPath: "\(data)/\(set)/\(file)")
          }
        }
      }
    }
  }

  private static func playedNotes(in path: String) throws -> NoteTable {
    var table = NoteTable()
    for row in try columns(["audio_start", "pitch"], of: path) {
      table.append(start: row[0], pitch: Int(row[1]))
    }
    return table
  }

  /// Some columns of a table with semicolons, row by row; rows without numbers there are left out.
  static func columns(_ names: [String], of path: String) throws -> [[Double]] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
    let header = lines.first?.split(separator: ";").map(String.init) ?? []
    let places = names.compactMap { header.firstIndex(of: $0) }
    guard places.count == names.count else {
      throw Computation.Failure(
        description: "\(path): expected the columns \(names.joined(separator: ", "))")
    }
    return lines.dropFirst().compactMap { line in
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      let values = places.compactMap { $0 < fields.count ? Double(fields[$0]) : nil }
      return values.count == places.count ? values : nil
    }
  }
}
