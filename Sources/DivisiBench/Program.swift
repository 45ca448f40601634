import Glibc
import Terminal

/// Another program, run to its end.
enum Program {
  /// Runs it; its standard error is dropped.
  ///
  /// - Returns: its exit code, or −1 if a signal has ended it, and its standard output.
  static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw failure("pipe", errno) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let problem = posix_spawn(&pid, path, &actions, nil, &words, environ)
    close(ends[1])
    guard problem == 0 else { throw failure(path, problem) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ends[0], &block, block.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += block[..<count]
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let isOver = status & 0x7f == 0
    return (isOver ? (status >> 8) & 0xff : -1, String(decoding: bytes, as: UTF8.self))
  }

  private static func failure(_ name: String, _ number: Int32) -> Failure {
    Failure("\(name): expected to run it; \(String(cString: strerror(number)))")
  }
}
