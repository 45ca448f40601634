import ArgumentParser
import DivisiScore
import DivisiSeparation
import Terminal

/// `divisi inspect`.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a score contains and which parts it yields.",
    discussion: """
      Lists the tracks, channels, staves, voices and labels that --parts can name, with the part that their notes are in. To \
      hear what was understood, write it as a MIDI file.

        divisi inspect song.mid -p drums
        divisi inspect song.musicxml --notes
        divisi inspect song.musicxml --midi heard.mid
      """)

  @Argument(help: ArgumentHelp("The score.", valueName: "file"), completion: .file())
  var score: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The preset that chooses the parts. (default: hands, or drums where there is nothing else)"),
    completion: PresetStore.completion)
  var preset: String?

  @Flag(help: "Print the notes as played: start;duration;pitch;velocity;label;part, in seconds.")
  var notes = false

  @Flag(help: "Print all of it as JSON.")
  var json = false

  @Option(
    help: ArgumentHelp("Write the notes as played to a MIDI file.", valueName: "file"),
    completion: .file())
  var midi: String?

  @Flag(help: "Replace the MIDI file if it exists.")
  var force = false

  @OptionGroup var scoring: ScoreOptions

  func validate() throws {
    _ = try scoring.selection()
    guard !(notes && json) else {
      throw ValidationError("--notes and --json: expected only one of them")
    }
  }

  func run() throws {
    try reporting {
      let score = try scoring.read(path: self.score)
      let holdsDrumsAlone = score.notes.allSatisfy { $0.kind != .pitched }
      let choice = try PresetStore.choose(preset ?? (holdsDrumsAlone ? "drums" : "hands"))
      let selection = try scoring.selection() ?? choice.selection
      if let midi {
        let output = OutputFiles(overwrites: force)
        try output.check([midi], inputs: [self.score])
        try output.write([(midi, score.midiFile())])
      }
      let parts: [Part]
      do {
        parts = try scoring.assignInstruments(
          to: selection.parts(of: score, name: self.score), of: score, usually: choice.instruments)
      } catch {
        // What the score contains is of use where its parts are not clear.
        if !json {
          let listing = ScoreListing(name: self.score, score: score, parts: [])
          say(notes ? listing.table : listing.text)
        }
        throw error
      }
      let listing = ScoreListing(
        name: self.score, score: score, parts: parts,
        remark: selection.remark(on: score, name: self.score))
      for warning in listing.warnings { printError(warning) }
      say(json ? encodedAsLine(listing.record) : notes ? listing.table : listing.text)
    }
  }
}
