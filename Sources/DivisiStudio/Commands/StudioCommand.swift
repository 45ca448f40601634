import ArgumentParser
import DivisiCommandLine
import FoundationEssentials
import Glibc
import Terminal
import WebServing

/// The program.
public enum StudioProgram {
  /// Does what the command line asks for, and ends the process.
  ///
  /// Under the name `divisi` it is that program: separations run in processes of their own.
  public static func main() {
    if CommandLine.arguments.first == ChildProgram.commandName { Divisi.runProgram() }
    StudioCommand.runProgram()
  }
}

/// The root command.
struct StudioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divisi-studio",
    abstract: "Open a recording and its score in a browser: hear, practise and correct the parts.",
    discussion: """
      Serves a page for this machine alone and opens it in a browser. A recording and a score that are given, or dropped on \
      the page, are copied into a project: a folder that can be moved, copied, and opened again.

        divisi-studio
        divisi-studio nocturne.mp3 nocturne.mxl
      """,
    version: "0.1.0")

  @Argument(help: "A recording to separate.", completion: .file())
  var recording: String?

  @Argument(
    help: "Its score: MIDI, MusicXML, .mxl or CSV, in time with it or not. Optional for drums.",
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    help: ArgumentHelp(
      "The folder of projects. (default: 'Divisi Studio' in your home)", valueName: "dir"),
    completion: .directory)
  var projects: String?

  @Option(
    help: ArgumentHelp(
      "The port to serve at, or 0 for any. (default: 8080 or the next free one)", valueName: "port")
  )
  var port: WebPort = .usual

  @Flag(help: "Print the page's address, and open no browser.")
  var noBrowser = false

  @Option(
    help: ArgumentHelp(
      "End when the page has not been open for so long and nothing is being done. (default: never)",
      valueName: "seconds"))
  var endAfter: Double?

  func validate() throws {
    guard endAfter.map({ $0 > 0 && $0 <= 86_400 }) ?? true else {
      throw ValidationError("--end-after: expected seconds, up to a day")
    }
    guard projects != "" else { throw ValidationError("--projects: expected a folder, found ''") }
  }

  func run() throws {
    try reporting {
      // Before threads are made, which inherit that.
      let signals = StopSignals()
      let folder = try projects ?? Self.usualFolder()
      let shelf = ProjectShelf(path: Self.absolute(folder))
      do { try shelf.prepare() } catch { throw Failure("--projects: \(Failure(of: error))") }
      let studio = try Studio(shelf: shelf)
      defer { studio.stop() }
      let project = try project(in: studio)
      let server = try StudioServer(studio, port: port) { printError($0) }
      defer { server.stop() }
      let url = server.url(project: project?.id)
      say("Divisi Studio at \(url)")
      if !noBrowser { BrowserStart.open(url) }
      signals.wait(
        until: endAfter.map { limit in
          { studio.presence.absence > .seconds(limit) && !studio.queue.isBusy }
        })
    }
  }

  /// What is to be shown first.
  ///
  /// A program that ends by itself was started from a menu: what is wrong with its files is said on the page.
  private func project(in studio: Studio) throws -> Project? {
    guard let recording else { return nil }
    do {
      return try studio.open([recording] + (score.map { [$0] } ?? []))
    } catch  where endAfter != nil {
      studio.problem.withLock { $0 = Failure(of: error).description }
      return nil
    } catch {
      throw Failure(of: error)
    }
  }

  private static func usualFolder() throws -> String {
    guard let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") else {
      throw Failure("--projects: expected a folder, since there is no home")
    }
    return home + "/Divisi Studio"
  }

  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
