import DivisiDSP
import Glibc

/// Times kernels and models on one core, each against plain dense loops in the same run.
///
/// `divisi-bench` runs everything, `divisi-bench NAME…` what is named. Times are processor time;
/// compare them on one machine only, the ratios anywhere.
@main
struct Bench {
  static func main() {
    let names = Array(CommandLine.arguments.dropFirst())
    let known = Benchmark.all.map(\.name) + ["plugin", "host"]
    if let unknown = names.first(where: { !known.contains($0) }) {
      fail(
        "no benchmark '\(unknown)'; there are \(known.joined(separator: ", "))",
        code: EX_USAGE)
    }
    if isDebugBuild {
      fail(
        "built without optimisation, so its figures would mean nothing; "
          + "use swift run -c release divisi-bench",
        code: EXIT_FAILURE)
    }
    if names.isEmpty || names.contains("plugin") { measurePlugin() }
    if names.contains("host") { measureHost() }
    if !names.isEmpty && Set(names).isSubset(of: ["plugin", "host"]) { return }
    let task = StandardTask()
    print(task.summary)
    print(Report.header)
    for benchmark in Benchmark.all where names.isEmpty || names.contains(benchmark.name) {
      print(Report.line(name: benchmark.name, benchmark.measure(task)))
      fflush(nil)
    }
  }

  /// The plugin as `make bundle` leaves it, from the package's folder.
  private static func measurePlugin() {
    // lilv wants absolute paths.
    let folder = realpath(".", nil).map { String(cString: $0) } ?? "."
    for load in PluginLoad.all {
      do {
        print(
          try load.line(bundles: "\(folder)/build/bundle", recordings: "\(folder)/Tests/Recordings")
        )
      } catch {
        fail("\(error); run make bundle in the package's folder first", code: EXIT_FAILURE)
      }
      fflush(nil)
    }
  }

  /// The host, if JACK is there; only on request, since it starts a server.
  private static func measureHost() {
    let folder = realpath(".", nil).map { String(cString: $0) } ?? "."
    do {
      print(
        try HostLoad.line(
          bundles: "\(folder)/build/bundle", plugin: "urn:divisi:drums",
          controls: ["lookahead": 0]))
    } catch {
      fail("\(error); it needs jackd and make bundle", code: EXIT_FAILURE)
    }
  }

  private static var isDebugBuild: Bool {
    var result = false
    assert(
      {
        result = true
        return true
      }())
    return result
  }

  private static func fail(_ problem: String, code: Int32) -> Never {
    let line = "divisi-bench: \(problem)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(code)
  }
}
