/// Which General MIDI drums the note numbers of a sampler or an electronic kit stand for.
public struct DrumTable: Sendable, Equatable {
  /// What `--drum-map` calls it, or its file.
  public let name: String
  /// What it is for, in a few words.
  public let description: String
  /// General MIDI numbers by note number; empty for General MIDI itself.
  private let numbers: [Int: Int]

  /// Whether numbers mean what General MIDI says.
  public var isGeneralMIDI: Bool { numbers.isEmpty }

  /// The General MIDI number of a note number, 0 to 127.
  public func number(of pitch: Int) -> Int {
    numbers.isEmpty ? pitch : numbers[pitch] ?? DrumMap.unknownNumber
  }

  /// All tables that are known by name.
  public static let all = [generalMIDI, addictiveDrums, superior, roland, yamaha, alesis]

  /// The numbers of General MIDI.
  public static let generalMIDI = DrumTable(
    name: "general-midi",
    description: "General MIDI, and kits, samplers and loops that follow it",
    numbers: [:])

  /// The default map of Addictive Drums 2, of which the kit's main zones are here.
  private static let addictiveDrums = DrumTable(
    name: "addictive-drums", description: "XLN Addictive Drums",
    numbers: [
      36: 36, 37: 38, 38: 38, 39: 38, 40: 38, 41: 38, 42: 37, 43: 38, 44: 37, 48: 42, 49: 42,
      50: 42,
      51: 42, 52: 42, 53: 42, 54: 46, 55: 46, 56: 46, 57: 46, 58: 46, 59: 44, 60: 51, 61: 53,
      62: 51,
      63: 51, 65: 41, 66: 41, 67: 43, 68: 43, 69: 47, 70: 47, 71: 50, 72: 50, 77: 49, 78: 49,
      79: 57,
      80: 57, 81: 49, 82: 49,
    ])

  /// The map of Toontrack's samplers: General MIDI, with more hi-hats, crashes and second drums around it.
  ///
  /// After the note lists that users publish of EZdrummer 2's standard kit and of kits of Superior
  /// Drummer, which agree.
  private static let superior = DrumTable(
    name: "superior-drummer", description: "Toontrack Superior Drummer and EZdrummer",
    numbers: [
      34: 36, 35: 36, 36: 36, 33: 38, 37: 37, 38: 38, 39: 38, 40: 40,
      21: 44, 22: 42, 23: 44, 24: 46, 25: 46, 26: 46, 42: 42, 44: 44, 46: 46, 60: 46, 61: 42,
      62: 42, 63: 42, 64: 42, 65: 42,
      41: 41, 43: 43, 45: 45, 47: 47, 48: 48, 50: 50,
      27: 49, 28: 49, 29: 49, 30: 57, 31: 57, 32: 57, 49: 49, 52: 52, 54: 49, 55: 49, 57: 57,
      58: 57, 51: 51, 53: 53, 59: 59, 56: 56,
    ])

  /// The factory map of Roland's V-Drums.
  ///
  /// - SeeAlso: Roland, "TD-17: Default Factory MIDI Note Map".
  private static let roland = DrumTable(
    name: "roland", description: "Roland V-Drums",
    numbers: [
      36: 36, 38: 38, 40: 40, 37: 37, 48: 48, 50: 48, 45: 45, 47: 45, 43: 43, 58: 43, 41: 41,
      39: 41,
      42: 42, 22: 42, 46: 46, 26: 46, 44: 44, 49: 49, 55: 49, 57: 57, 52: 57, 51: 51, 59: 51,
      53: 53,
    ])

  /// The factory maps of Yamaha's DTX kits, old (kick 33, snare 31) and new.
  ///
  /// - SeeAlso: Yamaha, "DTXPLORER: Owner's Manual", page 31; "DTX502: Reference Manual", page 11.
  private static let yamaha = DrumTable(
    name: "yamaha", description: "Yamaha DTX",
    numbers: [
      33: 36, 35: 36, 36: 36, 27: 37, 31: 38, 34: 40, 37: 37, 38: 38, 40: 40,
      42: 42, 79: 42, 86: 42, 44: 44, 46: 46, 78: 46, 83: 46, 85: 46, 43: 43, 47: 47, 48: 48,
      49: 49, 55: 49, 57: 57, 59: 49, 51: 51, 52: 51, 53: 53,
    ])

  /// The factory map of Alesis' Nitro.
  ///
  /// - SeeAlso: Alesis, "Nitro Drum Module: User Guide", 1.2, page 38.
  private static let alesis = DrumTable(
    name: "alesis", description: "Alesis Nitro and its relatives",
    numbers: [
      36: 36, 38: 38, 40: 40, 37: 37, 48: 48, 50: 48, 45: 45, 47: 45, 43: 43, 58: 43, 41: 41,
      39: 41,
      42: 42, 23: 46, 46: 46, 44: 44, 21: 44, 49: 49, 57: 57, 51: 51, 53: 53,
    ])

  /// Reads a table of lines such as `36 kick` or `C#2 hi-hat open`; what follows # is a remark, and
  /// numbers that are not there mean what General MIDI says.
  ///
  /// - Throws: with the line, if it has no note or no drum.
  public static func parse(bytes: [UInt8], name: String) throws(ScoreError) -> DrumTable {
    var numbers = Dictionary(uniqueKeysWithValues: (0...127).map { ($0, $0) })
    var count = 0
    let lines = String(decoding: bytes.prefix(1 << 20), as: UTF8.self)
      .split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let text = (line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0])
        .trimmed
      let whole = line.contains("#") && text.count <= 1 ? line.trimmed : text
      if whole.isEmpty || whole.first == "#" { continue }
      let words = whole.split(maxSplits: 1) { $0 == " " || $0 == "\t" || $0 == ";" || $0 == "=" }
      let drum = words.count == 2 ? String(words[1].trimmed) : ""
      let number = Int(drum).flatMap { (0...127) ~= $0 ? $0 : nil } ?? DrumMap.number(ofName: drum)
      guard let pitch = NoteName.pitch(of: words[0]), let number else {
        throw ScoreError(
          in: name, at: .line(index + 1), expected: "a note and a drum, such as 36 kick",
          found: quoted(whole))
      }
      numbers[pitch] = number
      count += 1
    }
    if count == 0 {
      throw ScoreError(in: name, expected: "lines such as 36 kick", found: "none")
    }
    return DrumTable(name: name, description: "", numbers: numbers)
  }

  /// The table that a kit's notes fit, where they do not fit General MIDI and fit only one other.
  ///
  /// Notes fit a table if it has them all, and if kick and snare are there and hi-hat and ride, which
  /// keep time, are at least as many as all that is neither. At most half of what then is a hi-hat may
  /// be a drum for General MIDI: beats on toms are nobody's hi-hat.
  ///
  /// - Parameter pitches: of all strokes.
  static func fitting(_ pitches: [Int]) -> DrumTable? {
    if generalMIDI.fits(pitches) { return nil }
    let others = all.filter { !$0.isGeneralMIDI && $0.fits(pitches) }
    guard others.count == 1, let table = others.first else { return nil }
    let hats = pitches.filter { DrumMap.group(of: table.number(of: $0)) == NamedPart.hihat.name }
    let drums = hats.filter {
      [NamedPart.kick, .snare, .toms].map(\.name).contains(DrumMap.group(of: $0))
    }
    return 2 * drums.count <= hats.count ? table : nil
  }

  private func has(_ pitch: Int) -> Bool {
    isGeneralMIDI ? DrumMap.numbers.contains(pitch) : numbers[pitch] != nil
  }

  private func fits(_ pitches: [Int]) -> Bool {
    guard pitches.allSatisfy(has) else { return false }
    var counts: [String: Int] = [:]
    var rideCount = 0
    for pitch in pitches {
      let number = number(of: pitch)
      counts[DrumMap.group(of: number), default: 0] += 1
      if [51, 53, 59].contains(number) { rideCount += 1 }
    }
    func count(_ part: NamedPart) -> Int { counts[part.name] ?? 0 }
    let timeCount = count(.hihat) + rideCount
    let otherCount = pitches.count - timeCount - count(.kick) - count(.snare)
    return count(.kick) > 0 && count(.snare) > 0 && timeCount >= otherCount
  }
}

extension Score {
  /// Sets the table that the drums' notes fit, and says so in a warning.
  mutating func guessDrumTable(name: String) {
    let drums = notes.filter { $0.isPercussion && $0.label.isEmpty }
    guard drums.count >= 8, let table = DrumTable.fitting(drums.map(\.pitch)) else { return }
    drumTable = table
    warnings.append(
      onOneLine(
        "\(name): the drums fit only the map of \(table.description), so they are read with it "
          + "(--drum-map \(DrumTable.generalMIDI.name) undoes this)"))
  }

  /// A note as it sounds: with the General MIDI number of its drum.
  public func sounding(_ note: Note) -> Note {
    guard !drumTable.isGeneralMIDI else { return note }
    var result = note
    result.pitch = drumTable.number(of: note.pitch)
    return result
  }
}
