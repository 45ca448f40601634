import FoundationEssentials
import Glibc

/// What the program holds in memory, as the kernel counts it.
enum Memory {
  /// Forgets the peak so far, gives back what is free, and returns what is resident, in bytes; nil
  /// where the kernel does not let a program do so.
  static func reset() -> Int? {
    trim()
    // 5 resets the peak of the resident set: proc(5), clear_refs.
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard write(descriptor, "5", 1) == 1 else { return nil }
    return status("VmRSS")
  }

  /// Gives back what the allocator keeps for later: `malloc_trim`, whose header Swift does not import.
  private static func trim() {
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    typealias Trim = @convention(c) (Int) -> CInt
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }

  /// The peak since ``reset()``, in bytes.
  static var peak: Int? { status("VmHWM") }

  private static func status(_ name: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix(name + ":") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        .map { $0 * 1024 }
    }
    return nil
  }
}
