public import ArgumentParser
internal import Glibc

extension ParsableCommand {
  /// Does what the command line asks for, and ends the process.
  ///
  /// As `main`, but what is said of wrong usage, which repeats what was typed, is harmless to a terminal.
  public static func runProgram() -> Never {
    do {
      var command = try parseAsRoot()
      try command.run()
      Glibc.exit(EXIT_SUCCESS)
    } catch {
      let text = fullMessage(for: error)
      let code = exitCode(for: error)
      if !text.isEmpty {
        put(text.printableLines + "\n", to: code.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
      }
      Glibc.exit(code.rawValue)
    }
  }
}
