import AudioFiles
import Foundation

/// Chorales whose players were recorded one by one.
///
/// Their notes were transcribed from the stems, and begin about 40 ms before the stems sound. So it is also told when they do.
extension Preparation {
  /// The chorales with bent scores, as in ``alignments(of:score:truth:)``; the truth is when the stems sound.
  static let bentChorales = chorales { played, folder in try soundingNotes(played, of: folder) }

  /// The same; the truth is the transcription.
  static let bentTranscriptions = chorales { played, _ in played }

  /// The chorales to separate, with the same scores: `<item>/mix.flac`, stems, and `bent.csv`.
  static let choralesToSeparate = Preparation { data, work in
    for (item, tempo) in try tempi(data) {
      let (source, target) = ("\(data)/\(folder)/\(item)", "\(work)/\(item)")
      try FileManager.default.createDirectory(
        atPath: target, withIntermediateDirectories: true)
      for file in try entries(source) where file.hasSuffix(".flac") {
        try FileManager.default.createSymbolicLink(
          atPath: "\(target)/\(file)", withDestinationPath: "\(source)/\(file)")
      }
      try bent(NoteTable(path: "\(source)/notes.csv"), tempo: tempo).write(to: "\(target)/bent.csv")
    }
  }

  private static let folder = "acoustic/bach10"

  private static func chorales(
    truth: @escaping @Sendable (_ played: NoteTable, _ folder: String) throws -> NoteTable
  ) -> Preparation {
    Preparation { data, work in
      for (item, tempo) in try tempi(data) {
        let source = "\(data)/\(folder)/\(item)"
        try FileManager.default.createSymbolicLink(
          atPath: "\(work)/\(item).flac", withDestinationPath: "\(source)/mix.flac")
        let played = try NoteTable(path: "\(source)/notes.csv")
        try truth(played, source).write(to: "\(work)/\(item)-true.csv")
        try bent(played, tempo: tempo).write(to: "\(work)/\(item)-score.csv")
      }
    }
  }

  /// The chorales, and how fast the score of each is.
  private static func tempi(_ data: String) throws -> [(item: String, tempo: Double)] {
    try entries("\(data)/\(folder)").filter {
      FileManager.default.fileExists(atPath: "\(data)/\(folder)/\($0)/notes.csv")
    }.enumerated().map { ($1, [0.8, 0.9, 1.1, 1.25][$0 % 4]) }
  }

  /// The beginning of a note that is at least so much later than the one before may be waited for, in seconds.
  private static let leastGap = 0.2

  /// A score at another tempo that drifts by 5 %, later by a second, with a wait of half a second in the middle.
  private static func bent(_ played: NoteTable, tempo: Double) -> NoteTable {
    let starts = played.rows.map(\.start).sorted()
    let later = zip(starts, starts.dropFirst()).dropFirst(starts.count / 2 - 1)
    let middle = later.first { $1 - $0 > leastGap }?.1 ?? .infinity
    return played.movingTimes { time in
      // The integral of 1 + 0.05 cos: a drift of 5 % with a period of 6 s.
      let drifted = time + 0.05 * 6 / (2 * .pi) * sin(2 * .pi * time / 6)
      return 1 + tempo * (drifted + (time >= middle ? 0.5 : 0))
    }
  }

  // MARK: When stems sound

  /// Levels are those of so many seconds, one after so many.
  private static let (levelSeconds, levelStep) = (0.01, 0.002)
  /// How long before a note's transcribed beginning its stem is looked at, and how long after, in seconds.
  private static let (earlier, later) = (0.1, 0.2)
  /// Where the stem is so far below the note's loudest level, the note begins; a note before which it is not was tied to
  /// the one before. In decibels.
  private static let rise: Float = 15

  /// Notes at the times at which their stems begin to sound; those that are tied are moved by the median of the others.
  private static func soundingNotes(_ played: NoteTable, of folder: String) throws -> NoteTable {
    let stems = try Dictionary(
      uniqueKeysWithValues: Set(played.rows.map(\.label)).map { label in
        (label, levels(of: try AudioFile.read(path: "\(folder)/\(label).flac")))
      })
    let shifts = played.rows.map { row in
      onset(near: row.start, stems[row.label] ?? []).map { $0 - row.start }
    }
    var medians: [String: Double] = [:]
    for label in stems.keys {
      let known = zip(played.rows, shifts).compactMap { $0.label == label ? $1 : nil }.sorted()
      medians[label] = known.isEmpty ? 0 : known[known.count / 2]
    }
    var shift = zip(played.rows, shifts).map { $1 ?? medians[$0.label] ?? 0 }.makeIterator()
    return played.movingStarts { $0 + (shift.next() ?? 0) }
  }

  /// Levels of a stem, in decibels.
  private static func levels(of stem: AudioBuffer) -> [Float] {
    let rate = Double(stem.sampleRate)
    let length = Int(levelSeconds * rate)
    let samples = stem.channels[0]
    return stride(from: 0, to: samples.count - length, by: Int(levelStep * rate)).map { start in
      let power = samples[start..<start + length].reduce(0) { $0 + $1 * $1 } / Float(length)
      return 10 * log10(power + 1e-12)
    }
  }

  private static func onset(near start: Double, _ levels: [Float]) -> Double? {
    let place = Int(start / levelStep)
    let around =
      max(
        0, place - Int(earlier / levelStep))..<min(
        place + Int(later / levelStep), levels.count)
    guard place < around.upperBound, let loudest = levels[place..<around.upperBound].max(),
      let quietest = around.min(by: { levels[$0] < levels[$1] }),
      loudest - levels[quietest] >= rise,
      let first = (quietest..<around.upperBound).first(where: { levels[$0] > loudest - rise })
    else { return nil }
    return Double(first) * levelStep + levelSeconds / 2
  }
}
