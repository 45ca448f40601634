public import ArgumentParser

/// `divisi`: the root of all commands.
public struct Divisi: ParsableCommand {
  /// What it is called, does and offers.
  public static let configuration = CommandConfiguration(
    commandName: "divisi",
    abstract: "Separate a recording into its parts, guided by its score.",
    discussion: """
      The left and right hand of a piano, the kick, snare and hi-hat of a drum track, or any group of notes: each becomes an \
      audio file as long as the recording. Together with the residual, the files add up to the recording.

        divisi separate nocturne.flac --score nocturne.mid -o stems
        divisi separate beat.wav --score beat.mid -p drums --residual -o stems
        divisi separate duet.flac --score duet.mxl --split C4 -o stems
      """,
    version: programVersion,
    subcommands: [
      Separate.self, Kit.self, RemixLoop.self, MosaicCommand.self, Align.self, Evaluate.self,
      Compare.self, Plot.self,
      Presets.self,
      Inspect.self, DrumMaps.self,
      Train.self, Doctor.self,
    ])

  /// A root without arguments.
  public init() {}
}
