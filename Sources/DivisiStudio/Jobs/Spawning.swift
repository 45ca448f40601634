import Glibc

/// Starts programs as a shell does: signals as they are by default, whatever this program does with its own.
enum Spawning {
  /// - Parameters:
  ///   - program: a path, or a name that is looked for in `PATH`.
  ///   - words: its name and arguments.
  ///   - actions: what becomes of its files; nil for this program's.
  ///   - pid: gets the process.
  /// - Returns: 0, or the number of an error.
  static func start(
    _ program: String, _ words: [String],
    actions: UnsafePointer<posix_spawn_file_actions_t>? = nil, pid: inout pid_t
  ) -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    return posix_spawnp(&pid, program, actions, &attributes, arguments, environ)
  }
}
