/// Where the music goes on, as words over the staff say: D.C. al Fine, To Coda.
enum Jump {
  /// How far to play after a jump.
  enum Aim: Equatable {
    case fine
    case coda
  }

  case daCapo(Aim?)
  case dalSegno(Aim?)
  case fine
  case toCoda
  case coda

  /// What words mean; nil for all others.
  init?(words: String) {
    let letters = String(words.lowercased().filter(\.isLetter))
    let isCapo =
      Self.daCapoWords.contains(letters)
      || Self.daCapoWords.contains { Self.goesOn(letters, after: $0) }
    let isSegno =
      Self.dalSegnoWords.contains(letters)
      || Self.dalSegnoWords.contains { Self.goesOn(letters, after: $0) }
    if isCapo || isSegno {
      let aim: Aim? =
        if letters.contains("coda") || letters.contains("кода") || letters.contains("коды") {
          .coda
        } else if Self.fineWords.contains(where: { letters.hasSuffix($0) }) {
          .fine
        } else {
          nil
        }
      self = isCapo ? .daCapo(aim) : .dalSegno(aim)
    } else if Self.fineWords.contains(letters) {
      self = .fine
    } else if Self.toCodaWords.contains(letters) {
      self = .toCoda
    } else if letters == "coda" || letters == "кода" {
      self = .coda
    } else {
      return nil
    }
  }

  /// Whether a jump is followed by how far to play, rather than by other letters of a word.
  private static func goesOn(_ letters: String, after start: String) -> Bool {
    guard letters.hasPrefix(start) else { return false }
    let rest = letters.dropFirst(start.count)
    return Self.links.contains { rest.hasPrefix($0) }
  }

  private static let daCapoWords = [
    "dc", "dacapo", "vonanfang", "vomanfang", "vonvorne", "dudébut", "audébut", "desdeelprincipio",
    "сначала",
  ]
  private static let dalSegnoWords = [
    "ds", "dalsegno", "delsegno", "vomzeichen", "ausigne", "dusigne", "desdelaseñal", "отзнака",
  ]
  private static let fineWords = ["fine", "fin", "fim", "ende", "schluss", "конец", "конца"]
  private static let toCodaWords = [
    "tocoda", "zurcoda", "allacoda", "alcoda", "àlacoda", "alacoda", "aocoda", "naarcoda", "codaal",
    "ккоде",
  ]
  private static let links = [
    "al", "à", "au", "ao", "bis", "et", "e", "und", "and", "poi", "senza", "sin", "sem", "con",
    "to", "until", "till", "hasta", "jusqu", "до", "wh", "no", "ii", "i",
  ]
}

extension MeasureFrame {
  /// Adds what words say, unless sounds have said more.
  mutating func read(_ jump: Jump) {
    switch jump {
    case .daCapo(let aim):
      if dalSegno == nil { isDaCapo = true }
      jumpAim = jumpAim ?? aim
    case .dalSegno(let aim):
      if !isDaCapo { dalSegno = dalSegno ?? "" }
      jumpAim = jumpAim ?? aim
    case .fine: isFine = true
    case .toCoda: toCoda = toCoda ?? ""
    case .coda: hasCodaSign = true
    }
  }
}

extension WrittenScore {
  /// Gives coda signs their meaning: the one at `To Coda`, or the first of two where no words say so,
  /// is where to leave, and the last is where to go on.
  mutating func settleCodas() {
    guard frames.contains(where: { $0.isDaCapo || $0.dalSegno != nil }) else { return }
    let signs = frames.indices.filter { frames[$0].hasCodaSign && frames[$0].coda == nil }
    let named = frames.contains { $0.coda != nil }
    if !frames.contains(where: { $0.toCoda != nil }), let first = signs.first,
      signs.count > 1 || named
    {
      // A sign at the start of a bar stands above its bar line.
      let place = frames[first].isCodaSignAtStart && first > 0 ? first - 1 : first
      frames[place].toCoda = ""
      frames[first].hasCodaSign = false
    }
    for index in signs where frames[index].hasCodaSign && frames[index].toCoda != nil {
      if named || signs.contains(where: { $0 > index }) { frames[index].hasCodaSign = false }
    }
    for index in signs where frames[index].hasCodaSign { frames[index].coda = "" }
  }

  /// Lets an ending bracket that is shorter than its repeat reach to the end of it.
  mutating func stretchEndings() {
    var index = 0
    while index + 1 < frames.count {
      defer { index += 1 }
      guard !frames[index].endings.isEmpty, frames[index + 1].endings.isEmpty,
        frames[index].repeatPasses == nil
      else { continue }
      var end = index + 1
      while end < frames.count, frames[end].repeatPasses == nil, frames[end].endings.isEmpty,
        !frames[end].beginsRepeat
      {
        end += 1
      }
      guard end + 1 < frames.count, frames[end].repeatPasses != nil, frames[end].endings.isEmpty,
        !frames[end].beginsRepeat, frames[end + 1].beginsEnding
      else {
        index = max(index, end - 1)
        continue
      }
      for place in index + 1...end { frames[place].endings = frames[index].endings }
    }
  }

  /// Lets bars in which nobody says how long they are last as the time signature says.
  mutating func fillEmptyBars() {
    var nominal = 4.0
    for index in frames.indices {
      nominal = frames[index].nominalLength ?? nominal
      if frames[index].length == 0 { frames[index].length = nominal }
    }
  }
}
