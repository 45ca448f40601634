internal import Glibc

/// Zeros from the system: on the heap, or for a large matrix in pages of 2 MB of its own.
struct MatrixStorage {
  /// On a 64-byte boundary.
  let start: UnsafeMutableRawPointer
  private let block: UnsafeMutableRawPointer
  /// Bytes of pages; 0 on the heap.
  private let mappedCount: Int

  private static let lineSize = Matrix.alignment * MemoryLayout<Float>.stride

  /// Nil if there is no memory.
  init?(byteCount: Int) {
    guard byteCount >= largePageSize else {
      guard let block = calloc(byteCount + Self.lineSize, 1) else { return nil }
      self.block = block
      start = block.alignedUp(toMultipleOf: Self.lineSize)
      mappedCount = 0
      return
    }
    // Whole pages, unless a quarter would not be used; one more has room for them wherever it starts.
    let whole = (byteCount + largePageSize - 1) / largePageSize * largePageSize
    let count = whole - byteCount < byteCount / 4 ? whole : byteCount
    guard
      let block = mmap(
        nil, count + largePageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      block != MAP_FAILED
    else { return nil }
    self.block = block
    mappedCount = count + largePageSize
    start = block.alignedUp(toMultipleOf: largePageSize)
    preferLargePages(UnsafeMutableRawBufferPointer(start: start, count: count))
  }

  func free() {
    if mappedCount > 0 { munmap(block, mappedCount) } else { Glibc.free(block) }
  }
}

/// Asks the system for pages of 2 MB where memory fills some; to be asked before its first use.
///
/// To make pages of 4 kB one by one, as they are first touched, takes a thirtieth of a separation’s time.
public func preferLargePages(_ memory: UnsafeMutableRawBufferPointer) {
  // 4 kB on x86; up to 64 kB elsewhere.
  let page = Int(getpagesize())
  guard let start = memory.baseAddress?.alignedUp(toMultipleOf: page) else { return }
  let count = (memory.baseAddress! + memory.count - start) / page * page
  if count >= largePageSize { madvise(start, count, MADV_HUGEPAGE) }
}

private let largePageSize = 1 << 21
