public import ArgumentParser

/// `divisi`: the root of all commands.
public struct Divisi: ParsableCommand {
  /// What it is called, does and offers.
  public static let configuration = CommandConfiguration(
    commandName: "divisi",
    abstract: "Take a recording and its score, and give every part back on its own.",
    discussion: """
      The left and right hand of a piano, the kick, snare and hi-hat of a drum track, or any group of notes: each comes back \
      as an audio file as long as the recording, and with a residual they add up to it.

        divisi separate nocturne.flac --score nocturne.mid -o stems
        divisi separate beat.wav --score beat.mid -p drums --residual -o stems
        divisi separate duet.flac --score duet.mxl --split C4 -o stems
      """,
    version: "0.1.0",
    subcommands: [
      Separate.self, Evaluate.self, Compare.self, Plot.self, Presets.self, Inspect.self, Learn.self,
      Train.self,
    ])

  /// A root without arguments.
  public init() {}
}
