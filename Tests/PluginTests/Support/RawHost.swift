import Foundation
import LV2Hosting
import Testing

/// The programs of `Tests/RealTime`, compiled once, which host a plugin with nothing between.
enum RawHost {
  private static let sources = Bundle.root + "/Tests/RealTime"
  private static let folder = Bundle.root + "/build/tests/realtime"

  /// The folder, or what the compilers said.
  private static let built: Result<String, BuildError> = {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      for program in ["cycles", "threads", "state", "realtime"] {
        try compile("cc", program, [program + ".c", "host.c"], ["-lfftw3f"])
      }
      try compile("cc", "jackplay", ["jackplay.c"], ["-ljack"])
      try compile(
        "cc", "face", ["face.c", "facehost.c", "faceplay.c", "faceothers.c", "host.c"],
        ["-lX11", "-lcairo"])
      try compile(clang(), "sanitized", ["realtime.c", "host.c"], ["-fsanitize=realtime"])
      try compile("cc", "counter.so", ["counter.c"], ["-shared", "-fPIC"])
      try compile("cc", "counter-post.so", ["counter.c"], ["-shared", "-fPIC", "-DMAY_POST"])
      for (fault, first) in Fault.all {
        try compile(
          "cc", "\(fault)-\(first).so", ["faulty.c"],
          ["-shared", "-fPIC", "-D\(fault)", "-DFIRST=\(first)"])
      }
      return .success(folder)
    } catch { return .failure(error as? BuildError ?? BuildError(text: "\(error)")) }
  }()

  struct BuildError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  /// What `faulty.c` can do wrong, and in which block.
  enum Fault {
    static let all = ["ALLOCATES", "LOCKS", "CALLS"].flatMap { [($0, 0), ($0, 100)] }
  }

  /// The path of what was built.
  static func file(_ name: String) throws -> String { try built.get() + "/" + name }

  private static func compile(
    _ compiler: String, _ name: String, _ files: [String], _ flags: [String]
  ) throws {
    // Other tests may be using the one that is there, in a process of their own.
    let (path, new) = (folder + "/" + name, "\(folder)/\(name)-\(getpid())")
    let child = try Child(
      compiler,
      ["-O1", "-g"] + files.map { sources + "/" + $0 } + flags
        + ["-o", new, "-lm", "-ldl", "-pthread"])
    guard child.wait() == 0, rename(new, path) == 0 else {
      throw BuildError(text: "\(compiler) \(name): \(child.text)")
    }
  }

  /// The toolchain's clang, which has RealtimeSanitizer; it is beside `swift`.
  private static func clang() throws -> String {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for folder in path.split(separator: ":") {
      let swift = URL(fileURLWithPath: "\(folder)/swift").resolvingSymlinksInPath()
      let clang = swift.deletingLastPathComponent().appendingPathComponent("clang").path
      if FileManager.default.isExecutableFile(atPath: swift.path),
        FileManager.default.isExecutableFile(atPath: clang)
      {
        return clang
      }
    }
    throw BuildError(text: "there is no clang beside swift")
  }

  /// Writes what the programs need to know of a plugin's ports, and returns the file's path.
  static func ports(
    of uri: String, controls: [String: Float], in folder: TemporaryFolder
  ) throws -> String {
    let lines = try Bundle.world().plugin(uri).ports.map { port in
      let kind = port.kind == .audio ? "a" : port.kind == .atom ? "e" : "c"
      let value = controls[port.symbol] ?? (port.default.isNaN ? 0 : port.default)
      return "\(port.index) \(kind) \(port.isInput ? "i" : "o") \(port.symbol) \(value)\n"
    }
    return try folder.write(lines.joined(), to: "ports.txt")
  }
}
