/// Scores of programs whose files are not read here, but which can export one that is.
enum ForeignFormat {
  /// What a file is and how to get a score from it, for an error; nil for what is none of these.
  static func described(bytes: [UInt8], name: String) -> String? {
    let pieces = name.split(separator: ".")
    let suffix = pieces.count > 1 ? pieces.last.map { $0.lowercased() } ?? "" : ""
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let head = bytes.starts(with: byteOrderMark) ? bytes[3...].prefix(4096) : bytes.prefix(4096)
    for format in all {
      let isMarked =
        format.marks.contains { head.starts(with: $0.utf8) }
        || format.lines.contains { head.starts(with: $0.utf8) || contains("\n" + $0, in: head) }
      let isNamed = format.suffixes.contains(suffix) && !isReadable(head)
      let isArchive =
        head.starts(with: "PK".utf8) && format.entries.contains { contains($0, in: bytes) }
      if isMarked || isNamed || isArchive {
        return "\(format.description); \(format.advice)"
      }
    }
    return nil
  }

  /// Whether the content is of a format that is read, whatever the file is called.
  private static func isReadable(_ head: ArraySlice<UInt8>) -> Bool {
    head.starts(with: "MThd".utf8) || contains("<score-partwise", in: head)
      || contains("<score-timewise", in: head)
  }

  private static func contains(_ text: String, in bytes: some RandomAccessCollection<UInt8>) -> Bool
  {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, bytes.count >= wanted.count else { return false }
    var rest = bytes[...]
    while let index = rest.firstIndex(of: first) {
      rest = rest[index...]
      if rest.starts(with: wanted) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  private struct Format {
    var description: String
    var advice: String
    /// The ends of file names, lower case.
    var suffixes: [String]
    /// How the file begins.
    var marks: [String] = []
    /// How a line near the start of the file begins.
    var lines: [String] = []
    /// Names of files within a zip archive.
    var entries: [String] = []
  }

  private static let exportMusicXML = "export it as MusicXML"

  private static let all: [Format] = [
    Format(
      description: "a score of MuseScore",
      advice: "in MuseScore, choose File > Export > MusicXML, or run mscore -o score.mxl on it",
      suffixes: ["mscz", "mscx"], lines: ["<museScore"], entries: [".mscx"]),
    Format(
      description: "a tablature of Guitar Pro",
      advice:
        "in Guitar Pro, choose File > Export > MIDI or MusicXML; MuseScore and TuxGuitar can too",
      suffixes: ["gp", "gp3", "gp4", "gp5", "gpx", "gtp"],
      marks: ["\u{18}FICHIER GUITAR PRO", "BCFZ", "BCFS"], entries: ["score.gpif"]),
    Format(
      description: "a LilyPond source",
      advice:
        "put \\midi { } into its \\score block and run lilypond on it, which writes a MIDI file",
      suffixes: ["ly", "ily"], lines: ["\\version \"", "\\relative", "\\score", "\\new Staff"]),
    Format(
      description: "a tune in ABC notation",
      advice: "run abc2midi or abc2xml on it, which write MIDI and MusicXML",
      suffixes: ["abc"], marks: ["%abc"], lines: ["X:1\n", "X: 1\n", "X:1\r", "X: 1\r"]),
    Format(
      description: "a score of Sibelius",
      advice: "in Sibelius, choose File > Export > MusicXML", suffixes: ["sib"],
      marks: ["\u{F}SIBELIUS"]),
    Format(
      description: "a score of Finale", advice: "in Finale, choose File > Export > MusicXML",
      suffixes: ["mus", "musx", "ftm"], marks: ["ENIGMA BINARY FILE"],
      entries: ["NotationMetadata.xml"]),
    Format(
      description: "a project of Dorico", advice: "in Dorico, choose File > Export > MusicXML",
      suffixes: ["dorico"]),
    Format(
      description: "a score of capella", advice: "in capella, choose File > Export > MusicXML",
      suffixes: ["cap", "capx"], entries: ["score.capella"]),
    Format(
      description: "a score of NoteWorthy Composer",
      advice: "in NoteWorthy Composer, choose File > Export > MIDI", suffixes: ["nwc", "nwctxt"],
      marks: ["[NWZ]", "[NoteWorthy ArtWare]"]),
    Format(
      description: "a score of Encore or Overture", advice: exportMusicXML + " there",
      suffixes: ["enc", "ove"]),
    Format(
      description: "a tablature of TuxGuitar",
      advice: "in TuxGuitar, choose File > Export > MIDI", suffixes: ["tg"]),
    Format(
      description: "a tablature of Power Tab",
      advice: "open it in TuxGuitar and choose File > Export > MIDI", suffixes: ["ptb", "pt2"],
      marks: ["ptab"]),
    Format(
      description: "a score in MEI", advice: "open it in MuseScore and " + exportMusicXML,
      suffixes: ["mei"], lines: ["<mei "]),
    Format(
      description: "a score in Humdrum",
      advice: "convert it to MusicXML with music21 or Verovio Humdrum Viewer",
      suffixes: ["krn", "kern"], lines: ["**kern"]),
    Format(
      description: "a printed score",
      advice: "open it in a program that reads print, such as Audiveris, and " + exportMusicXML,
      suffixes: ["pdf"], marks: ["%PDF-"]),
    Format(
      description: "a project of a music program",
      advice: "export the notes as a MIDI file there",
      suffixes: [
        "als", "flp", "cpr", "rpp", "song", "ptx", "logicx", "band", "ardour", "mmpz", "mmp",
        "dawproject", "hydrogen", "h2song", "rg", "qtr",
      ]),
    Format(
      description: "a recording",
      advice: "the score comes after --score, the recording before it",
      suffixes: ["wav", "flac", "mp3", "ogg", "opus", "m4a", "aif", "aiff"],
      marks: ["fLaC", "OggS", "ID3"]),
  ]
}
