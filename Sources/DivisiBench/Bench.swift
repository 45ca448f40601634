public import ArgumentParser
import Glibc
import Terminal

/// `divisi-bench`.
public struct Bench: ParsableCommand {
  /// What it is called and does.
  public static let configuration = CommandConfiguration(
    commandName: "divisi-bench",
    abstract: "Time the inner loops, the models, and a hop of live mode, on one core.",
    discussion: """
      Each is timed beside plain dense loops in the same run, and what it allocates is counted. Times \
      are processor time; compare them on one machine only, the ratios anywhere. \
      'plugin' is what the plugin that 'make bundle' has built costs a host, 'host' what the host \
      adds to it; the latter starts a JACK server, and so runs on request only.
      """)

  @Argument(
    help: ArgumentHelp(
      "What to time: \(known.joined(separator: ", ")). All but 'host' unless told otherwise.",
      valueName: "name"))
  var names: [String] = []

  @Option(
    help: ArgumentHelp(
      "Time another divisi-bench too, in turn with this one, and compare.", valueName: "program"),
    completion: .file())
  var against: String?

  @Option(help: ArgumentHelp("With --against: how often each has its turn.", valueName: "count"))
  var rounds = 5

  @Flag(help: "Leave out the plain dense loops.")
  var timeOnly = false

  /// Everything there is, from small to large.
  private static let benchmarks =
    KernelBenchmarks.all + TransformBenchmarks.all + ModelBenchmarks.all + HopBenchmarks.all
  private static let loads = ["plugin", "host"]
  private static let known = Self.benchmarks.map(\.name) + loads

  /// All benchmarks.
  public init() {}

  /// Throws where an argument is none of those there are.
  public func validate() throws {
    if let name = names.first(where: { !Self.known.contains($0) }) {
      throw ValidationError(
        "no benchmark '\(name)'; there are \(Self.known.joined(separator: ", "))")
    }
    guard rounds > 0 else { throw ValidationError("--rounds: expected 1 or more, found \(rounds)") }
    if against != nil, let load = names.first(where: Self.loads.contains) {
      throw ValidationError("--against: expected no '\(load)' beside it, whose lines are no table")
    }
  }

  /// Measures and prints a line for each benchmark.
  public func run() throws {
    try reporting {
      guard !isDebugBuild else {
        throw Failure(
          "built without optimisation, so its figures would mean nothing; "
            + "use make bench")
      }
      guard Allocations.areSeen else { throw Failure("expected to see what libraries allocate") }
      let wanted = names.isEmpty ? Self.benchmarks.map(\.name) + ["plugin"] : names
      let benchmarks = Self.benchmarks.filter { wanted.contains($0.name) }
      if let against {
        return try Comparison(other: against, rounds: rounds).run(benchmarks.map(\.name))
      }
      if !benchmarks.isEmpty {
        if !timeOnly { say(StandardTask.shared.summary) }
        say(Report.header)
      }
      for benchmark in benchmarks {
        say(Report.line(name: benchmark.name, benchmark.measure(timeOnly ? 0 : 1)))
      }
      if wanted.contains("plugin") { try measurePlugin() }
      if wanted.contains("host") { try measureHost() }
    }
  }

  /// The package's folder; lilv wants absolute paths.
  private var folder: String { realpath(".", nil).map { String(cString: $0) } ?? "." }

  /// The plugin as `make bundle` leaves it.
  private func measurePlugin() throws {
    for load in PluginLoad.all {
      do {
        say(
          try load.line(bundles: "\(folder)/build/bundle", recordings: "\(folder)/Tests/Recordings")
        )
      } catch {
        throw Failure("\(error); run make bundle in the package's folder first")
      }
    }
  }

  /// The host, if JACK is there.
  private func measureHost() throws {
    do {
      say(
        try HostLoad.line(
          bundles: "\(folder)/build/bundle", plugin: "urn:divisi:drums",
          controls: ["lookahead": 0]))
    } catch {
      throw Failure("\(error); it needs jackd and make bundle")
    }
  }

  private var isDebugBuild: Bool {
    var result = false
    assert(
      {
        result = true
        return true
      }())
    return result
  }
}
