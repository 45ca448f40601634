import Glibc

extension Score {
  /// Reads a score file: MIDI, MusicXML, compressed MusicXML or CSV.
  ///
  /// - Parameters:
  ///   - path: a path of the file system; it names the file in errors.
  ///   - drumTable: what the numbers of drums mean; nil for General MIDI, unless they fit another table
  ///     alone.
  /// - Throws: if the file cannot be read, is larger than 256 MiB, or is no usable score.
  public static func read(path: String, drumTable: DrumTable? = nil) throws(ScoreError) -> Score {
    var score = try parse(bytes: fileBytes(path: path), name: path)
    if let drumTable {
      score.drumTable = drumTable
    } else {
      score.guessDrumTable(name: path)
    }
    return score
  }

  /// Parses the contents of a score file.
  ///
  /// The format is found from the contents; see ``ScoreFormat/detect(bytes:name:)``.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what to call it in errors; its extension is a hint when the contents say nothing.
  /// - Throws: if the bytes are no score, are damaged, or hold no note.
  public static func parse(bytes: [UInt8], name: String) throws(ScoreError) -> Score {
    if bytes.isEmpty {
      throw ScoreError(in: name, expected: "a MIDI, MusicXML or CSV score", found: "an empty file")
    }
    if let foreign = ForeignFormat.described(bytes: bytes, name: name) {
      throw ScoreError(in: name, expected: "a MIDI, MusicXML or CSV score", found: foreign)
    }
    let score: Score
    switch ScoreFormat.detect(bytes: bytes, name: name) {
    case .midi: score = try MIDIFile.parse(bytes: bytes, name: name)
    case .musicXML: score = try MusicXML.parse(bytes: bytes, name: name)
    case .compressedMusicXML: score = try MusicXML.parse(compressed: bytes, name: name)
    case .csv: score = try CSV.parse(bytes: bytes, name: name)
    case nil:
      throw ScoreError(in: name, expected: "a MIDI, MusicXML or CSV score", found: "other data")
    }
    if score.notes.isEmpty {
      throw ScoreError(in: name, expected: "at least one note", found: "none")
    }
    if let last = score.notes.map(\.dampedSeconds).max(), !(last <= ScoreLimits.durationSeconds) {
      let hours = Int(ScoreLimits.durationSeconds / 3600)
      throw ScoreError(
        in: name, expected: "a score of at most \(hours) hours", found: "a note that ends later")
    }
    return score
  }

  fileprivate static func fileBytes(path: String) throws(ScoreError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw unreadable(path) }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw unreadable(path)
      }
      if count == 0 { return result }
      if count > ScoreLimits.fileBytes - result.count {
        let limit = ScoreLimits.fileBytes >> 20
        throw ScoreError(in: path, expected: "a score of at most \(limit) MiB", found: "more")
      }
      result += chunk[..<count]
    }
  }

  private static func unreadable(_ path: String) -> ScoreError {
    ScoreError(
      fileName: path, problem: "expected a readable file: \(String(cString: strerror(errno)))")
  }
}

extension DrumTable {
  /// Reads a table from a text file; see ``parse(bytes:name:)``.
  public static func read(path: String) throws(ScoreError) -> DrumTable {
    try parse(bytes: Score.fileBytes(path: path), name: path)
  }
}
