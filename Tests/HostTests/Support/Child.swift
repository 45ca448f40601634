import Foundation
import Testing

/// Another program at work, which ends with the test at the latest.
final class Child {
  private let process = Process()
  private let folder: TemporaryFolder
  private let stdin = Pipe()

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - path: with its folder, or a name to be looked for in `PATH`.
  ///   - environment: changes to this process's own.
  ///   - terminal: where it reads and writes; else its output can be read here.
  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    terminal: FileHandle? = nil
  ) throws {
    folder = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The threads that tests run on have signals blocked, which programs inherit.
    process.arguments = ["--default-signal", path] + arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["LV2_PATH": Project.searchPath, "LC_ALL": "C"]) { $1 }
      .merging(environment) { $1 }
    // Through files, because a full pipe would stop the program.
    let captured = [try folder.handle("output"), try folder.handle("errors")]
    // Foundation keeps what it has run, and files that it keeps open are too many for it after some hundred runs.
    defer { for handle in captured { try? handle.close() } }
    process.standardOutput = captured[0]
    process.standardError = captured[1]
    process.standardInput = stdin
    if let terminal {
      process.standardInput = terminal
      process.standardOutput = terminal
      process.standardError = terminal
    }
    try process.run()
  }

  deinit {
    end()
    try? stdin.fileHandleForWriting.close()
  }

  /// What it has written so far.
  var output: String { (try? folder.text("output")) ?? "" }
  var errors: String { (try? folder.text("errors")) ?? "" }

  /// Writes a line to its standard input.
  func say(_ line: String) { stdin.fileHandleForWriting.write(Data((line + "\n").utf8)) }

  /// What the system calls it.
  var identifier: Int32 { process.processIdentifier }

  /// Sends it a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Ends it if it still runs: first politely, then not.
  func end() {
    guard process.isRunning else { return }
    process.terminate()
    for _ in 0..<300 where process.isRunning { usleep(10_000) }
    if process.isRunning { send(SIGKILL) }
    process.waitUntilExit()
  }

  /// Asks it to end, and waits until it does.
  func endPatiently() {
    process.terminate()
    _ = wait { false }
  }

  var isRunning: Bool { process.isRunning }

  /// Waits until it ends by itself; −signal if it was killed, as it is if it hangs.
  @discardableResult
  func wait() -> Int32 {
    _ = wait { false }
    end()
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  /// Waits until a condition holds, as long as the program runs, and not for ever.
  func wait(until condition: () -> Bool) -> Bool {
    let start = ContinuousClock.now
    while process.isRunning, start.duration(to: .now) < .seconds(900) {
      if condition() { return true }
      usleep(5_000)
    }
    return condition()
  }

  /// Waits until it has written a whole line that begins in some way, after so many characters of its output.
  func line(beginning start: String, after count: Int = 0) -> String? {
    var found: String?
    _ = wait {
      // What follows the last end of a line is still being written.
      let lines = output.dropFirst(count).split(separator: "\n", omittingEmptySubsequences: false)
      found = lines.dropLast().first { $0.hasPrefix(start) }.map(String.init)
      return found != nil
    }
    return found
  }

  /// Runs a program to its end.
  static func run(
    _ path: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String, errors: String) {
    let child = try Child(path, arguments, environment: environment)
    try child.stdin.fileHandleForWriting.close()
    return (child.wait(), child.output, child.errors)
  }
}

/// A folder that is gone when the test is.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "divisi-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: file(name), encoding: .utf8)
  }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }

  func handle(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: file(name), contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
  }

  /// All files below, in order, hidden ones too.
  var files: [String] {
    let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return all.filter { item in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: file(item), isDirectory: &isFolder)
      return !isFolder.boolValue
    }.sorted()
  }
}
