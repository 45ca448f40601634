/// What the command line says, in words of the page: who reads it there sees no options.
enum PageWords {
  private static let words = [
    (
      "accept it with --force-score",
      "choose ‘Use the score although it seems to be of another piece’"
    ),
    (
      "try --jumps any if it is played in another order",
      "choose ‘The recording leaves out or repeats passages’ if it is played in another order"
    ),
    (
      "align it with --align on, move it with --score-offset or --score-rate, or accept it with --partial",
      "let the score’s times be aligned"
    ),
    (
      "say which is which with --split C4 or --parts",
      "say below which note the left hand plays, such as C4, or choose another preset"
    ),
    (
      "the score comes after --score, the recording before it",
      "drop it where the recording belongs"
    ),
    ("--score: expected a score;", "expected a score;"),
    ("--split:", "Left hand plays below:"), ("--preset:", "Preset:"),
    ("--align:", "The score’s times:"), ("--anchor:", "Bars:"),
  ]

  static func text(_ text: String) -> String {
    words.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  /// Lines of standard error, without those on how the command line is used.
  static func lines(_ lines: [String]) -> [String] {
    lines.filter { !$0.hasPrefix("Usage:") && !$0.hasPrefix("  See ") }.map {
      text($0.hasPrefix("Error: ") ? String($0.dropFirst("Error: ".count)) : $0)
    }
  }
}
