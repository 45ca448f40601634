internal import CMalloc
internal import Glibc
import Synchronization

/// Counts what the process allocates.
///
/// The linker gives the functions below the names of the C library's, whose place they take in this
/// program and in everything that it loads; they hand the work on.
enum Allocations {
  fileprivate static let count = Atomic(0)

  /// How many blocks a piece of work asks for, on any thread.
  static func during(_ body: () -> Void) -> Int {
    let before = count.load(ordering: .relaxed)
    body()
    return count.load(ordering: .relaxed) - before
  }

  /// Whether a library's allocation is seen.
  static var areSeen: Bool { during { free(realpath("/", nil)) } > 0 }

  @inline(__always)
  fileprivate static func add() { count.add(1, ordering: .relaxed) }
}

/// `malloc`, counted.
@c(divisi_bench_malloc)
public func countedAllocation(_ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.add()
  return __libc_malloc(size)
}

/// `calloc`, counted.
@c(divisi_bench_calloc)
public func countedZeros(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.add()
  return __libc_calloc(count, size)
}

/// `realloc`, counted.
@c(divisi_bench_realloc)
public func countedGrowth(_ block: UnsafeMutableRawPointer?, _ size: Int)
  -> UnsafeMutableRawPointer?
{
  Allocations.add()
  return __libc_realloc(block, size)
}

/// `memalign`, counted.
@c(divisi_bench_memalign)
public func countedAlignment(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.add()
  return __libc_memalign(alignment, size)
}

/// `aligned_alloc`, counted.
@c(divisi_bench_aligned_alloc)
public func countedAlignedAllocation(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.add()
  return __libc_memalign(alignment, size)
}

/// `posix_memalign`, counted.
@c(divisi_bench_posix_memalign)
public func countedAlignedBlock(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
) -> CInt {
  Allocations.add()
  guard let block = __libc_memalign(alignment, size) else { return ENOMEM }
  result.pointee = block
  return 0
}
