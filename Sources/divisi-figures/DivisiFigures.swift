import ArgumentParser
import Figures
import Foundation

@main struct DivisiFigures: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divisi-figures",
    abstract: "Compute the figures that README and docs quote, and say which pages are off.",
    discussion: """
      Writes docs/figures.json. Most figures need the benchmark data in ../shared/data, which do not ship. The exit code \
      is 1 if a page says something else by more than 0.05, or by one in a count.
      """)

  @Argument(
    help: ArgumentHelp(
      "What to compute, by the beginning of its name, as piano.hands or drums. (default: everything)",
      valueName: "name"))
  var names: [String] = []
  @Option(help: "The command line to run.")
  var program = ".build/release/divisi"
  @Flag(help: "Compute nothing: hold the pages against docs/figures.json as it is.")
  var check = false
  @Flag(help: "Put the figures into the pages.")
  var update = false

  func run() throws {
    let root = FileManager.default.currentDirectoryPath
    if !check {
      try Computation(program: program, root: root) { print($0) }.run(names)
    }
    let book = try FigureBook(path: root + "/docs/figures.json")
    let pages = try Pages(root: root)
    if update { try pages.update(from: book) }
    let problems = try pages.problems(against: book)
    for problem in problems { print(problem) }
    if !problems.isEmpty { throw ExitCode(1) }
  }
}
