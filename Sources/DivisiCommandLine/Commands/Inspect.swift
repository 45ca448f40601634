import ArgumentParser
import DivisiScore
import Terminal

/// `divisi inspect`.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a score contains and which parts it yields.",
    discussion: "Lists the tracks, channels, staves, voices and labels that --parts can name.")

  @Argument(help: ArgumentHelp("The score.", valueName: "file"), completion: .file())
  var score: String

  @Option(
    name: .shortAndLong, help: "The preset that chooses the parts.",
    completion: PresetStore.completion)
  var preset = "hands"

  @OptionGroup var scoring: ScoreOptions

  func validate() throws { _ = try scoring.selection() }

  func run() throws {
    try reporting {
      let score = try scoring.read(path: self.score)
      let end = score.notes.reduce(0) { max($0, $1.releaseSeconds) }
      printLines(
        "\(score.notes.count) note\(score.notes.count == 1 ? "" : "s") in \(Int(end.rounded())) s\(score.hasPedal ? ", with pedal" : "")"
      )
      for (index, name) in score.trackNames.enumerated() {
        let notes = score.notes.filter { $0.track == index + 1 }
        guard !notes.isEmpty else { continue }
        let details = [
          described("channel", Set(notes.compactMap(\.channel))),
          described("staff", Set(notes.compactMap(\.staff))),
          described("voice", Set(notes.compactMap(\.voice))),
          described("label", Set(notes.map(\.label)).subtracting([""])),
          "pitch:\(notes.map(\.pitch).min() ?? 0)-\(notes.map(\.pitch).max() ?? 0)",
        ].compactMap { $0 }
        let line =
          "track:\(index + 1) '\(name)'  \(notes.count) notes  \(details.joined(separator: "  "))"
        printLines(line.printable)
      }
      let choice = try PresetStore.choose(preset)
      let selection = try scoring.selection() ?? choice.selection
      for part in try selection.parts(of: score, name: self.score) {
        printLines("part '\(part.name.printable)'  \(part.notes.count) notes")
      }
    }
  }

  private func described<Value: Comparable & Hashable>(_ title: String, _ values: Set<Value>)
    -> String?
  {
    guard !values.isEmpty else { return nil }
    return "\(title):" + values.sorted().map { "\($0)" }.joined(separator: ",")
  }
}
