/// Percussion by number and by name, grouped into the parts of a drum kit.
///
/// Numbers are those of the General MIDI percussion map (35 to 81), with its neighbours of
/// General MIDI 2 (27 to 34, 82 to 87) and the two hi-hat edges of Roland's kits (22, 26).
public enum DrumMap {
  /// The parts of a kit, in the order in which they are listed.
  public static let groups = (NamedPart.kit + [.percussion]).map(\.name)

  /// The numbers that mean something.
  static let numbers = Set(27...87).union([22, 26])

  /// The part of the kit a percussion number belongs to.
  ///
  /// Everything that is no kick, snare, hi-hat, tom or cymbal is `percussion`: claps, cowbells,
  /// congas, shakers, and numbers outside the map.
  ///
  /// - Parameter number: 0 to 127.
  /// - Returns: one of ``groups``.
  public static func group(of number: Int) -> String {
    let part: NamedPart =
      switch number {
      case 35, 36: .kick
      case 37, 38, 40: .snare
      case 22, 26, 42, 44, 46: .hihat
      case 41, 43, 45, 47, 48, 50: .toms
      case 49, 51, 52, 53, 55, 57, 59: .cymbals
      default: .percussion
      }
    return part.name
  }

  /// The part of the kit a note belongs to: by its label if that is a drum's name, else by number.
  static func group(of note: Note) -> String {
    group(of: number(ofName: note.label) ?? note.pitch)
  }

  /// The number for strokes of which nothing is known.
  static let unknownNumber = 54

  /// The percussion number of a drum's name or abbreviation, in any case.
  ///
  /// Names that are not in the table are read word by word: `Snare - Rimshot`, `Hi-Hat (Closed)`.
  ///
  /// - Returns: nil for a name that is no drum's.
  public static func number(ofName name: String) -> Int? {
    let word = name.lowercased().filter { $0.isLetter || $0.isNumber }
    return word.isEmpty ? nil : numbersByName[word] ?? DrumName.number(of: name)
  }

  /// The percussion number usually meant by a place on a five-line percussion staff.
  ///
  /// After Weinberg, "Guidelines for Drumset Notation", Percussive Notes 32(3), 1994.
  ///
  /// - Parameters:
  ///   - step: C to B.
  ///   - octave: as on a staff with treble clef.
  static func number(displayStep step: Character, octave: Int) -> Int? {
    guard let semitones = NoteName.semitones(ofStep: step), abs(octave) < 12 else { return nil }
    return numbersByPlace[12 * (octave + 1) + semitones]
  }

  private static let numbersByName: [String: Int] = [
    "kd": 36, "bd": 36, "kick": 36, "kickdrum": 36, "bassdrum": 36, "bassdrum1": 36, "kk": 36,
    "acousticbassdrum": 35, "bassdrum2": 35,
    "sd": 38, "sn": 38, "snare": 38, "snaredrum": 38, "acousticsnare": 38, "electricsnare": 40,
    "sidestick": 37, "rimshot": 37, "rim": 37, "crossstick": 37,
    "hh": 42, "hihat": 42, "hhc": 42, "chh": 42, "closedhihat": 42, "hihatclosed": 42,
    "hhp": 44, "phh": 44, "pedalhihat": 44, "hhpedal": 44,
    "hho": 46, "ohh": 46, "openhihat": 46, "hihatopen": 46,
    "tom": 47, "toms": 47, "tt": 47, "ht": 50, "hightom": 50, "mt": 47, "midtom": 47,
    "hitom": 50, "lowmidtom": 47, "himidtom": 48, "highmidtom": 48, "lt": 45, "lowtom": 45,
    "ft": 43, "floortom": 43, "lowfloortom": 41, "highfloortom": 43,
    "cy": 49, "cymbal": 49, "cymbals": 49, "cr": 49, "crash": 49, "crashcymbal": 49,
    "crashcymbal1": 49, "crashcymbal2": 57, "rd": 51, "ride": 51, "ridecymbal": 51,
    "ridecymbal1": 51, "ridecymbal2": 59, "ridebell": 53, "chinesecymbal": 52, "china": 52,
    "splash": 55, "splashcymbal": 55,
    "clap": 39, "handclap": 39, "cp": 39, "tambourine": 54, "cowbell": 56, "cb": 56,
    "percussion": 54,
  ]

  private static let numbersByPlace: [Int: Int] = [
    62: 44, 64: 35, 65: 36, 67: 41, 69: 43, 71: 45, 72: 38, 74: 47, 76: 48, 77: 51, 79: 42,
    81: 49, 83: 57, 84: 52,
  ]
}
