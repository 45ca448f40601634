import Foundation

extension Preparation {
  /// What is wrong with a score.
  enum Damage: Sendable {
    /// The first half is missing; in another, the second.
    case halfMissing
    /// The middle third is missing.
    case thirdMissing
    /// The middle third is of another piece.
    case thirdForeign
    /// The middle third stands there twice, and is played once.
    case repeatTooMany
    /// Three notes in ten are up to seven semitones too high or too low.
    case wrongNotes

    func scores(of piece: NoteTable, and other: NoteTable) -> [NoteTable] {
      let starts = piece.rows.map(\.start)
      guard let first = starts.min(), let last = starts.max(),
        let otherFirst = other.rows.map(\.start).min()
      else { return [] }
      let third = (last - first) / 3
      let (begin, end) = (first + third, first + 2 * third)
      switch self {
      case .halfMissing:
        let middle = (first + last) / 2
        return [piece.keeping { $0 >= middle }, piece.keeping { $0 < middle }]
      case .thirdMissing:
        var table = piece.keeping { $0 < begin }
        table.append(piece.keeping { $0 >= end }, at: -third)
        return [table]
      case .thirdForeign:
        var table = piece.keeping { $0 < begin || $0 >= end }
        table.append(other.keeping { $0 - otherFirst < third }, at: begin - otherFirst)
        return [table]
      case .repeatTooMany:
        var table = piece.keeping { $0 < end }
        table.append(piece.keeping { $0 >= begin }, at: third)
        return [table]
      case .wrongNotes:
        var state: UInt64 = 1
        func below(_ bound: Int) -> Int {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Int(state >> 33) % bound
        }
        return [
          piece.movingPitches { pitch in
            let shift = (1 + below(7)) * (below(2) == 0 ? 1 : -1)
            return below(10) < 3 ? min(max(0, pitch + shift), 127) : pitch
          }
        ]
      }
    }
  }

  /// Rendered pianos and the Disklavier with damaged scores at constant tempo, `<number>.flac` and
  /// `<number>-score.csv`.
  static func damagedScores(_ damage: Damage) -> Preparation {
    Preparation { data, work in
      let folders = try ["piano-hands", "acoustic/maps-disklavier"].flatMap { set in
        try entries("\(data)/\(set)").map { "\(data)/\(set)/\($0)" }
      }.filter { FileManager.default.fileExists(atPath: "\($0)/alignment.csv") }
      let pieces = try folders.map { try writtenNotes(in: $0) }
      var number = 100
      for (index, folder) in folders.enumerated() {
        let other = pieces[(index + 1) % pieces.count]
        for score in damage.scores(of: pieces[index], and: other) {
          number += 1
          try FileManager.default.createSymbolicLink(
            atPath: "\(work)/\(number).flac", withDestinationPath: "\(folder)/mix.flac")
          try score.write(to: "\(work)/\(number)-score.csv")
        }
      }
    }
  }

  /// The notes of a piece at constant tempo, as long as they are played.
  private static func writtenNotes(in folder: String) throws -> NoteTable {
    let played = try NoteTable(path: "\(folder)/notes.csv")
    let rows = try columns(
      ["nominal_start", "audio_start", "pitch"], of: "\(folder)/alignment.csv")
    var table = NoteTable()
    for row in rows {
      let pitch = Int(row[2])
      let note = played.rows.first { $0.pitch == pitch && abs($0.start - row[1]) < 0.002 }
      table.append(start: row[0], pitch: pitch, duration: note?.duration ?? "0.3")
    }
    return table
  }
}
