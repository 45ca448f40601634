internal import Glibc

/// What this process may still take.
///
/// - Thread: any but the audio thread: it reads files of the kernel.
public enum AvailableMemory {
  /// Bytes: the least of what the system has to give, what the process may map (`RLIMIT_AS`, `RLIMIT_DATA`),
  /// and what its control group may take; nil where none of them is known.
  public static var byteCount: Int? {
    [
      system, rest(of: RLIMIT_AS, taken: "VmSize"), rest(of: RLIMIT_DATA, taken: "VmData"),
      controlGroup,
    ].compactMap { $0 }.min()
  }

  /// Memory that is free or can be made free, and room to swap: proc(5), `meminfo`.
  private static var system: Int? {
    let text = contents("/proc/meminfo")
    guard let available = kibibytes("MemAvailable", in: text) else { return nil }
    return available + (kibibytes("SwapFree", in: text) ?? 0)
  }

  private static func rest(of kind: __rlimit_resource, taken name: String) -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0, limit.rlim_cur < UInt(Int.max)
    else { return nil }
    let taken = kibibytes(name, in: contents("/proc/self/status")) ?? 0
    return max(0, Int(limit.rlim_cur) - taken)
  }

  /// The limit of the second version of control groups, without files that are only cached.
  private static var controlGroup: Int? {
    let line = contents("/proc/self/cgroup").split(separator: "\n").first { $0.hasPrefix("0::") }
    guard let group = line?.dropFirst(3) else { return nil }
    let folder = "/sys/fs/cgroup\(group == "/" ? "" : group)"
    func number(_ name: String) -> Int? {
      contents("\(folder)/\(name)").split(separator: "\n").first.flatMap { Int($0) }
    }
    guard let limit = number("memory.max"), let taken = number("memory.current") else { return nil }
    let cached = contents("\(folder)/memory.stat").split(separator: "\n")
      .filter { $0.hasPrefix("inactive_file ") || $0.hasPrefix("active_file ") }
      .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    return max(0, limit - taken + cached.reduce(0, +))
  }

  /// A line such as `MemAvailable:  123 kB`, in bytes.
  private static func kibibytes(_ name: String, in text: String) -> Int? {
    text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      .flatMap { $0.split { $0 == " " || $0 == "\t" }.dropFirst().first }.flatMap { Int($0) }
      .map { $0 * 1024 }
  }

  /// The text of a small file; empty where there is none.
  private static func contents(_ path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
