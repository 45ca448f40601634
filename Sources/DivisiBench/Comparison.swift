import Glibc
import Terminal

/// This program and another revision of it, in turn, so that whatever else the machine does slows
/// down both.
struct Comparison {
  /// The path of the other program.
  let other: String
  let rounds: Int

  /// Prints the medians of both and their ratio, for every benchmark that both know.
  func run(_ names: [String]) throws {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw Failure("/proc/self/exe: expected this program's path")
    }
    defer { free(path) }
    let here = String(cString: path)
    say(Report.row(["benchmark", "before ms", "after ms", "before/after"]))
    for name in names {
      // Its first run also says whether the other knows the name.
      guard try measure(name, with: other) != nil else {
        say(Report.row([name, "-", "-", "-"]))
        continue
      }
      var (before, after) = ([Double](), [Double]())
      for _ in 0..<rounds {
        before.append(try measure(name, with: other) ?? .nan)
        after.append(try measure(name, with: here) ?? .nan)
      }
      let (old, new) = (Stopwatch.median(of: before), Stopwatch.median(of: after))
      say(
        Report.row([name, Report.precise(old), Report.precise(new), Report.precise(old / new)]))
    }
  }

  /// The time that a program prints for a benchmark; nil if it knows none of this name.
  private func measure(_ name: String, with program: String) throws -> Double? {
    // Older revisions know no options.
    for arguments in [["--time-only", name], [name]] {
      let output = try Program.run(program, arguments)
      if output.status == EX_USAGE { continue }
      let lines = output.text.split(separator: "\n").compactMap(Report.parse)
      guard output.status == 0, let line = lines.first(where: { $0.name == name }) else {
        throw Failure("\(program): expected a line for \(name), exit code \(output.status)")
      }
      return line.milliseconds
    }
    return nil
  }
}
