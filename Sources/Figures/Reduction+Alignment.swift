import Foundation

extension Reduction {
  /// The error of an onset that so many are below, in milliseconds: of each recording, then the mean.
  ///
  /// - Parameters:
  ///   - share: of the notes that the recording has, 0 to 1.
  ///   - isWithoutLag: whether what all notes of a recording are late by does not count: rooms delay the sound.
  static func onsetError(_ name: String, share: Double, isWithoutLag: Bool = false) -> Reduction {
    Reduction(name: name) { records in
      let values = records.map { record -> Double? in
        guard let output = record["output"] as? String else { return nil }
        let errors = onsetErrors(of: output)
        guard !errors.isEmpty else { return nil }
        let lag = isWithoutLag ? quantile(errors, 0.5) : 0
        return 1000 * quantile(errors.map { abs($0 - lag) }, share)
      }
      let known = values.compactMap { $0 }
      return known.isEmpty || known.count < values.count
        ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  /// How many recordings have a verdict.
  static func verdicts(_ name: String, _ verdict: String) -> Reduction {
    Reduction(name: name) { records in
      let all = records.compactMap { ($0["placement"] as? [String: Any])?["verdict"] as? String }
      return all.count == records.count ? Double(all.filter { $0 == verdict }.count) : nil
    }
  }

  /// How many recordings there are.
  static let count = Reduction(name: "count") { Double($0.count) }

  private static func quantile(_ values: [Double], _ share: Double) -> Double {
    values.sorted()[min(Int(share * Double(values.count)), values.count - 1)]
  }

  /// By how much onsets of an aligned table, `<name>-aligned.csv`, are late against `<name>-true.csv`, in seconds: in
  /// order where both have as many notes of a pitch, else against the nearest one.
  private static func onsetErrors(of output: String) -> [Double] {
    guard let found = try? NoteTable(path: output),
      let truth = try? NoteTable(path: output.replacing("-aligned.csv", with: "-true.csv"))
    else { return [] }
    let times = Dictionary(grouping: found.rows, by: \.pitch).mapValues { $0.map(\.start).sorted() }
    return Dictionary(grouping: truth.rows, by: \.pitch).flatMap { pitch, rows -> [Double] in
      let known = rows.map(\.start).sorted()
      guard let times = times[pitch] else { return [] }
      if times.count == known.count { return zip(times, known).map { $0 - $1 } }
      return known.map { time in
        times.map { $0 - time }.min { abs($0) < abs($1) } ?? 0
      }
    }
  }
}
