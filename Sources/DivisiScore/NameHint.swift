/// What the name of a track says about its notes.
enum NameHint: Equatable {
  case drums
  /// A metronome for the players.
  case click
  /// A hand of a keyboard, or the keyboard.
  case keyboard
  /// Another instrument.
  case pitched

  /// What a name says; nil if it is empty or says nothing.
  init?(_ name: String) {
    let words = Self.words(of: name)
    let all = Set(words)
    if !all.isDisjoint(with: Self.clickWords) || name.lowercased().contains("count-in") {
      self = .click
    } else if words.contains(where: { $0.contains("steel") || $0 == "timpani" }) {
      self = .pitched
    } else if !all.isDisjoint(with: Self.drumWords)
      || words.contains(where: { $0.contains("drum") })
      || words.joined().hasPrefix("hihat")
    {
      self = .drums
    } else if Hands.isHand(named: name) || !all.isDisjoint(with: Self.keyboardWords) {
      self = .keyboard
    } else if words.contains(where: { word in
      Self.pitchedWords.contains { word.hasPrefix($0) }
    }) {
      self = .pitched
    } else {
      return nil
    }
  }

  /// Whether a track of that name may be part of a piano.
  var isPiano: Bool { self == .keyboard }

  /// The words of a name in lower case, without numbers: `RightHand 2` has two.
  static func words(of name: String) -> [String] {
    var spaced = ""
    var previous: Character?
    for character in name where character != "." {
      if character.isUppercase && previous?.isLowercase == true { spaced.append(" ") }
      spaced.append(character)
      previous = character
    }
    return spaced.lowercased().split { !$0.isLetter }.map(String.init)
  }

  private static let clickWords: Set<String> = [
    "click", "clicks", "clicktrack", "klick", "clic", "metronome", "metronom", "métronome",
    "metronomo", "metrónomo", "metrônomo", "countin", "einzähler", "метроном", "メトロノーム",
  ]
  private static let drumWords: Set<String> = [
    "kit", "perc", "percs", "percussion", "percusion", "percusión", "percussioni", "percussão",
    "perkussion", "perkusja", "batterie", "batteria", "bateria", "batería", "schlagzeug",
    "schlagwerk", "slagwerk", "trommel", "trommeln", "trommer", "trummor", "slagverk", "perkusja",
    "ударные", "барабаны", "перкуссия", "ドラム", "ドラムス", "ドラムセット", "打楽器", "鼓",
    "架子鼓", "爵士鼓", "kick", "kicks", "snare", "snares", "hihat", "hihats", "hat", "hats",
    "toms", "cymbal", "cymbals", "crash", "clap", "claps", "shaker", "tambourine", "cowbell",
    "congas", "bongos",
  ]
  private static let keyboardWords: Set<String> = [
    "piano", "pianoforte", "klavier", "flügel", "flugel", "fortepiano", "keyboard", "keyboards",
    "keys", "clavier", "рояль", "фортепиано", "пианино", "ピアノ", "钢琴", "鋼琴",
  ]
  /// How the names of instruments begin.
  private static let pitchedWords = [
    "violin", "viola", "vlc", "vln", "cello", "violon", "geige", "bratsche", "contrabass",
    "kontrabass",
    "bass", "guit", "gitar", "chitarra", "flute", "flöte", "piccolo", "oboe", "hautbois",
    "clarinet",
    "klarinet", "bassoon", "fagott", "sax", "horn", "trumpet", "trompet", "tromba", "trombon",
    "posaune", "tuba", "string", "streicher", "organ", "orgel", "harp", "harfe", "voice", "vocal",
    "vox", "choir", "chor", "soprano", "sopran", "alto", "tenor", "synth", "pad", "lead", "melod",
    "marimba", "vibraphon", "xylophon", "glocken", "celesta", "accordion", "akkordeon", "banjo",
    "mandolin", "ukulele", "recorder", "brass", "скрип", "виолонч", "флейт", "гитар", "бас",
    "バイオリン", "ヴァイオリン", "フルート", "ギター", "ベース",
  ]
}
