import Glibc
import Synchronization
import Terminal

/// This program once more, as the command line `divisi`, so that stems are those of `divisi separate`, and what goes wrong
/// there ends nothing here.
enum ChildProgram {
  /// What a run has said.
  struct Run {
    /// 0 for success; −signal where it was ended by one.
    let status: Int32
    let output: String
    /// Lines of standard error that are for a person.
    let errors: [String]
  }

  /// The most that is kept of what it says, in bytes.
  private static let mostBytes = 4 << 20

  /// How long it may take to end when it is asked to.
  private static let patience = Duration.seconds(4)

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - arguments: of the command line.
  ///   - isCancelled: asked ten times per second; then it is asked to end.
  ///   - progress: gets what it says of how far it is, from 0 to 1.
  static func run(
    _ arguments: [String], isCancelled: () -> Bool = { false },
    progress: (Double) -> Void = { _ in }
  ) throws -> Run {
    let child = try turn.withLock { _ in try start(arguments) }
    defer {
      close(child.output)
      close(child.errors)
    }
    var lines = LineCollector()
    var output: [UInt8] = []
    var polled = [
      pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
    ]
    var asked: ContinuousClock.Instant?
    while polled.contains(where: { $0.fd >= 0 }) {
      if asked == nil, isCancelled() {
        kill(child.pid, SIGTERM)
        asked = .now
      }
      if let asked, .now - asked > patience { kill(child.pid, SIGKILL) }
      poll(&polled, 2, 100)
      for index in polled.indices where polled[index].revents != 0 {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = bytes.withUnsafeMutableBytes {
          read(polled[index].fd, $0.baseAddress, $0.count)
        }
        guard count > 0 else {
          if count < 0 && errno == EINTR { continue }
          polled[index].fd = -1
          continue
        }
        if index == 1 {
          lines.add(bytes[..<count], progress)
        } else if output.count < mostBytes {
          output += bytes[..<count]
        }
      }
    }
    var status: Int32 = 0
    while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return Run(
      status: signal == 0 ? status >> 8 & 0xFF : -signal,
      output: String(decoding: output, as: UTF8.self), errors: lines.finished(progress))
  }

  /// Held while descriptors are made that another child must not have.
  private static let turn = Mutex(())

  private struct Started {
    let pid: pid_t
    let output: Int32, errors: Int32
  }

  private static func start(_ arguments: [String]) throws -> Started {
    var output: [Int32] = [-1, -1]
    var errors: [Int32] = [-1, -1]
    guard pipe(&output) == 0 else { throw Failure("there is no room for another file") }
    guard pipe(&errors) == 0 else {
      for end in output { close(end) }
      throw Failure("there is no room for another file")
    }
    for end in output + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer {
      close(output[1])
      close(errors[1])
    }
    do {
      let pid = try spawn(arguments, output: output[1], errors: errors[1])
      return Started(pid: pid, output: output[0], errors: errors[0])
    } catch {
      close(output[0])
      close(errors[0])
      throw error
    }
  }

  private static func spawn(_ arguments: [String], output: Int32, errors: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var pid: pid_t = 0
    let problem = Spawning.start(
      "/proc/self/exe", [commandName] + arguments, actions: &actions, pid: &pid)
    guard problem == 0 else {
      throw Failure("divisi: cannot be started; \(String(cString: strerror(problem)))")
    }
    // Sound that plays comes first.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(pid), 5)
    return pid
  }

  /// What this program is called when it is the command line.
  static let commandName = "divisi"
}

/// Lines of standard error: what is for a person, and how far the work is.
private struct LineCollector {
  private var rest: [UInt8] = []
  private var lines: [String] = []
  private static let mostLines = 1000

  mutating func add(_ bytes: ArraySlice<UInt8>, _ progress: (Double) -> Void) {
    rest += bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      take(String(decoding: rest[..<end], as: UTF8.self), progress)
      rest.removeSubrange(...end)
    }
  }

  mutating func finished(_ progress: (Double) -> Void) -> [String] {
    if !rest.isEmpty { take(String(decoding: rest, as: UTF8.self), progress) }
    return lines
  }

  private mutating func take(_ line: String, _ progress: (Double) -> Void) {
    let start = "{\"progress\":"
    if line.hasPrefix(start), let fraction = Double(line.dropFirst(start.count).dropLast()) {
      return progress(fraction)
    }
    guard lines.count < Self.mostLines else { return }
    let name = ChildProgram.commandName + ": "
    lines.append(line.hasPrefix(name) ? String(line.dropFirst(name.count)) : line)
  }
}
