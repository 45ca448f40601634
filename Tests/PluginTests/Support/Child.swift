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
  init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    in working: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // The threads that tests run on have signals blocked, which programs inherit.
    process.arguments = ["--default-signal", path] + arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["LV2_PATH": Bundle.searchPath, "LC_ALL": "C"]) { $1 }.merging(environment) { $1 }
    if let working { process.currentDirectoryURL = URL(fileURLWithPath: working) }
    // Through files, because a full pipe would stop the program.
    let captured = [try Self.handle(folder.file("output")), try Self.handle(folder.file("errors"))]
    // Foundation keeps what it has run, and files that it keeps open are too many for it after some hundred runs.
    defer { for handle in captured { try? handle.close() } }
    process.standardOutput = captured[0]
    process.standardError = captured[1]
    process.standardInput = stdin
    try process.run()
  }

  deinit {
    end()
    try? stdin.fileHandleForWriting.close()
  }

  private static func handle(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  var isRunning: Bool { process.isRunning }
  /// What it has written to either stream so far.
  var text: String {
    ((try? folder.text("output")) ?? "") + ((try? folder.text("errors")) ?? "")
  }
  var output: String { (try? folder.text("output")) ?? "" }

  /// Writes a line to its standard input.
  func say(_ line: String) { stdin.fileHandleForWriting.write(Data((line + "\n").utf8)) }

  /// Sends it a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Ends it if it still runs: first politely, then not.
  func end() {
    guard process.isRunning else { return }
    try? stdin.fileHandleForWriting.close()
    process.terminate()
    // A JACK server that is killed stays in the list of all servers, which has room for eight.
    for _ in 0..<6000 where process.isRunning { usleep(10_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// Waits until it ends by itself; −signal if it was killed, as it is if it hangs.
  @discardableResult
  func wait() -> Int32 {
    try? stdin.fileHandleForWriting.close()
    _ = wait { false }
    end()
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  /// Waits until a condition holds, as long as the program runs, and not for ever.
  func wait(until condition: () -> Bool) -> Bool {
    let start = ContinuousClock.now
    while process.isRunning, start.duration(to: .now) < Self.timeout {
      if condition() { return true }
      usleep(5_000)
    }
    return condition()
  }

  /// Longer than anything takes that does not hang.
  private static let timeout = Duration.seconds(900)

  /// Runs a program to its end, which has to be a good one.
  @discardableResult
  static func run(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    in working: String? = nil, status: Int32 = 0, location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let child = try Child(path, arguments, environment: environment, in: working)
    let ended = child.wait()
    #expect(
      ended == status, "\(path) \(arguments.joined(separator: " "))\n\(child.text.suffix(4000))",
      sourceLocation: location)
    return child.output
  }
}
