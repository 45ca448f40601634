package import DivisiDSP
import FoundationEssentials
import WorkerThreads

/// Work spread over some threads; pieces are taken in order by whichever thread is free.
package func threads(_ count: Int) -> Parallel {
  guard count > 1 else { return sequentially }
  let pool = WorkerPool(helperCount: count - 1)
  return { pool.run($0, $1) }
}

/// The most threads that may be asked for.
package let mostThreads = 256

/// How many cores this program may run on, up to ``mostThreads``. Two threads on one core would wait for
/// the same memory.
package func coreCount() -> Int {
  let cores = Set(
    allowedProcessors().map { processor in
      let path = "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
      return (try? String(contentsOfFile: path, encoding: .utf8)) ?? "\(processor)"
    })
  return min(max(cores.count, 1), mostThreads)
}

/// Where the system lets this program run.
private func allowedProcessors() -> [Int] {
  let title = "Cpus_allowed_list:"
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let lines = status.split(separator: "\n")
  guard let line = lines.first(where: { $0.hasPrefix(title) }) else {
    return Array(0..<ProcessInfo.processInfo.activeProcessorCount)
  }
  // As in "0-3,8".
  return line.dropFirst(title.count).split { ", \t".contains($0) }.flatMap { range in
    let ends = range.split(separator: "-").compactMap { Int($0) }
    return Array((ends.first ?? 0)..<(ends.last ?? 0) + 1)
  }
}
