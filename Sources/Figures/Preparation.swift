internal import AudioFiles
import Foundation

/// Makes files that a measurement needs beside the recordings.
struct Preparation: Sendable {
  /// - Parameters:
  ///   - data: the folder of the benchmark data.
  ///   - work: where to make the files.
  let make: @Sendable (_ data: String, _ work: String) throws -> Void

  /// All drum tracks with scores whose strokes are equally loud: `drums/<track>/MIX.flac` and `notes.csv`.
  static let equalVelocities = drumTracks { played, _ in played.settingVelocities(to: 100) }

  /// All drum tracks with other scores: `drums/<track>/MIX.flac` and `notes.csv`.
  ///
  /// - Parameter score: makes it of what is played in a track's folder.
  static func drumTracks(
    score: @escaping @Sendable (_ played: NoteTable, _ folder: String) throws -> NoteTable
  ) -> Preparation {
    Preparation { data, work in
      for track in try entries("\(data)/drums") where track.hasPrefix("d") {
        let (source, target) = ("\(data)/drums/\(track)", "\(work)/drums/\(track)")
        try makeFolder(target)
        let notes = try score(NoteTable(path: "\(source)/notes.csv"), source)
        try notes.write(to: "\(target)/notes.csv")
        for file in try entries(source) where file.hasSuffix(".flac") {
          try FileManager.default.createSymbolicLink(
            atPath: "\(target)/\(file)", withDestinationPath: "\(source)/\(file)")
        }
      }
    }
  }

  /// The second halves of separated piano pieces and of their true parts: `true/<piece>`, `found/<piece>`.
  static let secondHalves = Preparation { data, work in
    for piece in try entries("\(work)/stems") {
      for part in ["left", "right"] {
        try writeHalf(
          of: "\(data)/piano-hands/\(piece)/\(part).flac", to: "\(work)/true/\(piece)/\(part).wav")
        try writeHalf(
          of: "\(work)/stems/\(piece)/\(part).flac", to: "\(work)/found/\(piece)/\(part).wav")
      }
    }
  }

  /// The drums of songs, the true ones and those that were found: `true/<song>/drums.flac`, `found/<song>/drums.flac`.
  static let songDrums = Preparation { data, work in
    for song in try entries("\(work)/stems") {
      for (folder, source) in [
        ("true", "\(data)/acoustic/mdb-fullmix/\(song)/drums.flac"),
        ("found", "\(work)/stems/\(song)/minus-rest.flac"),
      ] {
        try makeFolder("\(work)/\(folder)/\(song)")
        try FileManager.default.createSymbolicLink(
          atPath: "\(work)/\(folder)/\(song)/drums.flac", withDestinationPath: source)
      }
    }
  }

  /// The strokes of a kit, each in a file of its own: `<kit>/<pitch>-<number>.wav`.
  static func strokes(of kit: String) -> Preparation {
    Preparation { data, work in
      try makeFolder("\(work)/\(kit)")
      for drum in ["KD", "SD", "HH"] {
        let path = "\(data)/drums/strokes/\(kit)/\(drum)"
        let sound = try AudioFile.read(path: path + ".flac")
        let notes = try NoteTable(path: path + ".csv").rows
        for (index, note) in notes.enumerated() {
          // A little earlier, so that the attack is whole.
          let start = max(0, Int((note.start - 0.01) * Double(sound.sampleRate)))
          let end =
            index + 1 < notes.count
            ? Int((notes[index + 1].start - 0.01) * Double(sound.sampleRate)) : sound.sampleCount
          try write(
            sound.channels.map { Array($0[start..<end]) }, like: sound,
            to: "\(work)/\(kit)/\(note.pitch)-\(index + 1).wav")
        }
      }
    }
  }

  /// Piano pieces one after another, as one recording: `<name>/mix.wav`, `left.wav`, `right.wav` and
  /// `score.csv`.
  static func joined(_ pieces: [String], as name: String) -> Preparation {
    Preparation { data, work in
      try makeFolder("\(work)/\(name)")
      var table = NoteTable()
      var signals: [String: [Float]] = [:]
      for piece in pieces {
        let folder = "\(data)/piano-hands/\(piece)"
        let start = Double(signals["mix"]?.count ?? 0) / 44_100
        table.append(try NoteTable(path: "\(folder)/notes.csv"), at: start)
        for file in ["mix", "left", "right"] {
          signals[file, default: []] +=
            try AudioFile.read(path: "\(folder)/\(file).flac").channels[0]
        }
      }
      try table.write(to: "\(work)/\(name)/score.csv")
      for (file, samples) in signals {
        try AudioFile.write(
          AudioBuffer(sampleRate: 44_100, channels: [samples]), to: "\(work)/\(name)/\(file).wav",
          as: .wav16)
      }
    }
  }

  private static func writeHalf(of path: String, to target: String) throws {
    let sound = try AudioFile.read(path: path)
    let half = sound.channels.map { Array($0[(sound.sampleCount / 2)...]) }
    try makeFolder(String(target[..<target.lastIndex(of: "/")!]))
    try write(half, like: sound, to: target)
  }

  private static func write(_ channels: [[Float]], like sound: AudioBuffer, to path: String) throws
  {
    try AudioFile.write(
      AudioBuffer(sampleRate: sound.sampleRate, channels: channels), to: path, as: .wavFloat)
  }

  private static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  static func entries(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }
}
