/// Names of drums in the words that people use.
enum DrumName {
  /// Words that a name may consist of, and what they make of a drum.
  private struct Rule {
    /// How words begin, of which the name has to have one.
    var words: [String]
    var number: Int
    /// Numbers for names that also have one of these.
    var variants: [(words: [String], number: Int)] = []
  }

  /// The General MIDI number of a drum; nil for names that are none's.
  static func number(of name: String) -> Int? {
    let words = NameHint.words(of: name)
    // Compounds such as hi-hat count in one word too.
    let all = words + zip(words, words.dropFirst()).map { $0 + $1 }
    func has(_ starts: [String]) -> Bool {
      all.contains { word in starts.contains { word.hasPrefix($0) } }
    }
    guard let rule = rules.first(where: { has($0.words) }) else { return nil }
    return rule.variants.first { has($0.words) }?.number ?? rule.number
  }

  private static let open = ["open", "offen", "half", "halb", "ouvert", "abiert", "apert", "loose"]
  private static let pedal = ["pedal", "foot", "fuß", "chick", "splash"]
  private static let low = ["low", "tief", "grave", "bas", "bajo", "large"]
  private static let high = ["high", "hi", "hoch", "aigu", "alto", "small"]
  private static let mute = ["mute", "muted", "gedämpft", "closed"]

  private static let rules = [
    Rule(
      words: ["hihat", "hat", "hats", "charleston", "charley"], number: 42,
      variants: [(pedal, 44), (open, 46)]),
    Rule(words: ["sidestick", "crossstick", "crossstick", "rimclick", "rimknock"], number: 37),
    Rule(
      words: ["snare", "caisseclaire", "kleinetrommel", "rullante", "caja", "tarola"], number: 38,
      variants: [(["stick", "side", "cross"], 37), (["electr"], 40)]),
    Rule(
      words: [
        "bassdrum", "kick", "grossecaisse", "großetrommel", "grossetrommel", "bombo", "grancassa",
        "basstrommel", "bumbo", "cassa",
      ], number: 36),
    Rule(
      words: ["floortom", "standtom"], number: 43, variants: [(low, 41)]),
    Rule(
      words: ["racktom", "hängetom"], number: 48),
    Rule(
      words: ["tom", "toms", "tomtom"], number: 47,
      variants: [(["floor"], 43), (["rack"], 48), (low, 45), (["mid"], 47), (high, 50)]),
    Rule(words: ["china", "chinese"], number: 52),
    Rule(words: ["splash"], number: 55),
    Rule(words: ["ride"], number: 51, variants: [(["bell", "glocke"], 53)]),
    Rule(words: ["crash"], number: 49),
    Rule(
      words: ["cymbal", "cymbale", "becken", "piatti", "platillo", "prato"], number: 49,
      variants: [(["suspend"], 49)]),
    Rule(
      words: ["triangle", "triangel", "triangolo", "triángulo"], number: 81, variants: [(mute, 80)]),
    Rule(words: ["tambourin", "tamburin", "schellen", "pandereta", "pandeiro"], number: 54),
    Rule(words: ["cowbell", "kuhglocke", "cencerro"], number: 56),
    Rule(
      words: ["woodblock", "holzblock", "templeblock", "woodenblock"], number: 76,
      variants: [(low, 77)]),
    Rule(words: ["clave", "claves"], number: 75),
    Rule(words: ["shaker", "shakers", "egg"], number: 82),
    Rule(words: ["maraca"], number: 70),
    Rule(words: ["conga", "congas"], number: 63, variants: [(low, 64), (mute, 62)]),
    Rule(words: ["tumba"], number: 64),
    Rule(words: ["bongo", "bongos"], number: 60, variants: [(low, 61)]),
    Rule(words: ["timbale", "timbales"], number: 65, variants: [(low, 66)]),
    Rule(words: ["agogo", "agogô"], number: 67, variants: [(low, 68)]),
    Rule(words: ["cabasa"], number: 69),
    Rule(words: ["guiro", "güiro"], number: 74),
    Rule(words: ["whistle", "pfeife"], number: 72),
    Rule(words: ["cuica", "cuíca"], number: 79),
    Rule(words: ["vibraslap"], number: 58),
    Rule(words: ["clap", "claps", "handclap", "klatschen", "palmas"], number: 39),
    Rule(words: ["castanet", "kastagnett"], number: 85),
    Rule(words: ["sleighbell", "jinglebell", "bellshaker", "jingle"], number: 83),
    Rule(words: ["belltree", "windchime", "marktree"], number: 84),
    Rule(words: ["surdo"], number: 87),
  ]
}
