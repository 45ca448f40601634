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
      let meta = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/meta.json")))
      let tempo = (meta as? [String: Any])?["bpm"] as? Double ?? 120
      let played = try NoteTable(path: "\(folder)/notes.csv")
      try played.write(to: "\(work)/\(track)-true.csv")
      try played.movingStarts { start in
        let step = 60 / tempo / 12
        return 0.5 + 1.03 * step * (start / step).rounded()
      }.write(to: "\(work)/\(track)-score.csv")
    }
  }

  /// Each rendered piano with the printed score of every other, as `<recording>-<score>.flac` and
  /// `<recording>-<score>-score.mid`.
  static let foreignScores = Preparation { data, work in
    let pieces = try entries("\(data)/piano-hands")
    for recording in pieces {
      for score in pieces where score != recording {
        for (file, name) in [
          ("\(recording)/mix.flac", "\(recording)-\(score).flac"),
          ("\(score)/nominal.mid", "\(recording)-\(score)-score.mid"),
        ] {
          try FileManager.default.createSymbolicLink(
            atPath: "\(work)/\(name)", withDestinationPath: "\(data)/piano-hands/\(file)")
        }
      }
    }
  }

  private static func playedNotes(in path: String) throws -> NoteTable {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
    let names = lines.first?.split(separator: ";").map(String.init) ?? []
    guard let start = names.firstIndex(of: "audio_start"), let pitch = names.firstIndex(of: "pitch")
    else { throw Computation.Failure(description: "\(path): expected audio_start and pitch") }
    var table = NoteTable()
    for line in lines.dropFirst() {
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      if let seconds = Double(fields[start]), let number = Int(fields[pitch]) {
        table.append(start: seconds, pitch: number)
      }
    }
    return table
  }
}
