public import InputFiles

extension Score {
  /// Reads a score file: MIDI, MusicXML, compressed MusicXML or CSV.
  ///
  /// - Parameters:
  ///   - path: a path of the file system; it names the file in errors.
  ///   - drumTable: what the numbers of drums mean; nil for General MIDI, unless they fit another table
  ///     alone.
  ///   - pipeSeconds: how long it may take if it is a pipe; nil if a pipe is refused.
  ///   - isAbandoned: whether nobody wants the score any more.
  /// - Throws: if the file cannot be read, is larger than 256 MiB, is no usable score, or is abandoned.
  public static func read(
    path: String, drumTable: DrumTable? = nil, pipeSeconds: Int? = InputFile.pipeSeconds,
    isAbandoned: @escaping InputFile.IsAbandoned = { false }
  ) throws(ScoreError) -> Score {
    var score = try parse(
      bytes: fileBytes(path: path, pipeSeconds: pipeSeconds, isAbandoned: isAbandoned), name: path,
      isAbandoned: isAbandoned)
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
  ///   - isAbandoned: whether nobody wants the score any more.
  /// - Throws: if the bytes are no score, are damaged, hold no note, or are abandoned.
  public static func parse(
    bytes: [UInt8], name: String, isAbandoned: @escaping InputFile.IsAbandoned = { false }
  ) throws(ScoreError) -> Score {
    let abandonment = Abandonment(of: name, isAbandoned)
    if bytes.isEmpty {
      throw ScoreError(in: name, expected: "a MIDI, MusicXML or CSV score", found: "an empty file")
    }
    if let foreign = ForeignFormat.described(bytes: bytes, name: name) {
      throw ScoreError(in: name, expected: "a MIDI, MusicXML or CSV score", found: foreign)
    }
    let score: Score
    switch ScoreFormat.detect(bytes: bytes, name: name) {
    case .midi: score = try MIDIFile.parse(bytes: bytes, name: name, abandonment)
    case .musicXML: score = try MusicXML.parse(bytes: bytes, name: name, abandonment)
    case .compressedMusicXML: score = try MusicXML.parse(compressed: bytes, name: name, abandonment)
    case .csv: score = try CSV.parse(bytes: bytes, name: name, abandonment)
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

  /// The bytes of a score, as ``read(path:drumTable:pipeSeconds:isAbandoned:)`` reads them.
  ///
  /// - Throws: for what is no file, or too large.
  package static func fileBytes(
    path: String, pipeSeconds: Int? = InputFile.pipeSeconds,
    expecting what: String = "a score", isAbandoned: InputFile.IsAbandoned = { false }
  ) throws(ScoreError) -> [UInt8] {
    do throws(InputFile.Failure) {
      return try InputFile.read(
        path, limit: ScoreLimits.fileBytes, pipeSeconds: pipeSeconds, isAbandoned: isAbandoned)
    } catch {
      throw ScoreError(fileName: path, problem: error.problem(expecting: what))
    }
  }
}

extension DrumTable {
  /// Reads a table from a text file; see ``parse(bytes:name:)``.
  public static func read(path: String) throws(ScoreError) -> DrumTable {
    try parse(bytes: Score.fileBytes(path: path, expecting: "a drum map"), name: path)
  }
}
