import ArgumentParser
import Terminal

/// The program.
public enum HostProgram {
  /// Does what the command line asks for, and ends the process.
  public static func main() { HostCommand.runProgram() }
}

/// The root command.
struct HostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divisi-host",
    abstract: "Play LV2 effects in a JACK session, or put files through them.",
    discussion: """
      Without a name it hosts Divisi Drums: a recording goes in, and its parts come out on ports of their own.

        divisi-host --preset drums --score beat.mid --connect in=player:out_1,player:out_2
        divisi-host 'Divisi Hands' --score nocturne.mid --set gain_left=-60
        divisi-host render beat.wav --preset drums --score beat.mid -o parts
      """,
    version: "0.1.0",
    subcommands: [Play.self, Render.self], defaultSubcommand: Play.self)
}
