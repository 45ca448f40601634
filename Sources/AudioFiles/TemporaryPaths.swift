internal import Glibc
internal import Synchronization

/// Files and folders that must go when the program is stopped, in memory that a signal handler may
/// use.
///
/// A handler can interrupt any instruction, so it must neither allocate nor lock: paths are C
/// strings of fixed size, in slots that an atomic claims and frees. Slots come in blocks, which are made
/// when they are needed and stay.
struct TemporaryPaths: ~Copyable, @unchecked Sendable {
  /// The paths of this process.
  ///
  /// What finds no free slot is not removed after a signal; in all other cases it is.
  static let shared = TemporaryPaths()

  private static let pathSize = Int(PATH_MAX)
  private static let free = 0
  private static let changing = 1
  private static let full = 2

  /// Some slots, side by side.
  private struct Block {
    let states: UnsafeMutablePointer<Atomic<Int>>
    let paths: UnsafeMutablePointer<CChar>

    init(slotCount: Int) {
      states = .allocate(capacity: slotCount)
      for slot in 0..<slotCount { (states + slot).initialize(to: Atomic(TemporaryPaths.free)) }
      paths = .allocate(capacity: slotCount * TemporaryPaths.pathSize)
    }

    func free(slotCount: Int) {
      states.deinitialize(count: slotCount)
      states.deallocate()
      paths.deallocate()
    }
  }

  private let slotsPerBlock: Int
  private let blockLimit: Int
  private let blocks: UnsafeMutablePointer<Block>
  private let blockCount = Atomic<Int>(0)
  private let growth = Mutex<Void>(())

  /// Room for a number of paths: more than descriptors that a program may have open, by far.
  init(slotsPerBlock: Int = 256, blockLimit: Int = 1024) {
    self.slotsPerBlock = slotsPerBlock
    self.blockLimit = blockLimit
    blocks = .allocate(capacity: blockLimit)
  }

  deinit {
    for index in 0..<blockCount.load(ordering: .acquiring) {
      blocks[index].free(slotCount: slotsPerBlock)
    }
    blocks.deallocate()
  }

  /// Makes the first block, so that a handler finds all of this in place.
  func prepare() { if slotCount == 0 { _ = grow() } }

  /// Adds a path; folders before what is in them.
  func insert(_ path: String) {
    guard path.utf8.count < Self.pathSize else { return }
    repeat {
      for slot in 0..<slotCount where exchange(slot, from: Self.free, to: Self.changing) {
        strcpy(self.path(slot), path)
        state(slot).pointee.store(Self.full, ordering: .releasing)
        return
      }
    } while grow()
  }

  /// Forgets a path, which has been removed or has become an output.
  func remove(_ path: String) {
    for slot in 0..<slotCount
    where state(slot).pointee.load(ordering: .acquiring) == Self.full
      && strcmp(self.path(slot), path) == 0
    {
      state(slot).pointee.store(Self.free, ordering: .releasing)
      return
    }
  }

  /// Deletes all files, then the folders that are empty. Safe in a signal handler.
  func deleteAll() {
    for slot in 0..<slotCount where state(slot).pointee.load(ordering: .acquiring) == Self.full {
      unlink(path(slot))
    }
    for slot in (0..<slotCount).reversed()
    where state(slot).pointee.load(ordering: .acquiring) == Self.full {
      rmdir(path(slot))
    }
  }

  /// Makes another block.
  ///
  /// - Returns: whether there may be room now.
  private func grow() -> Bool {
    let full = slotCount
    return growth.withLock { _ in
      let count = blockCount.load(ordering: .acquiring)
      // Somebody else may have.
      guard count * slotsPerBlock == full else { return true }
      guard count < blockLimit else { return false }
      (blocks + count).initialize(to: Block(slotCount: slotsPerBlock))
      blockCount.store(count + 1, ordering: .releasing)
      return true
    }
  }

  private var slotCount: Int { blockCount.load(ordering: .acquiring) * slotsPerBlock }

  private func path(_ slot: Int) -> UnsafeMutablePointer<CChar> {
    blocks[slot / slotsPerBlock].paths + slot % slotsPerBlock * Self.pathSize
  }

  private func state(_ slot: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    blocks[slot / slotsPerBlock].states + slot % slotsPerBlock
  }

  private func exchange(_ slot: Int, from old: Int, to new: Int) -> Bool {
    state(slot).pointee.compareExchange(
      expected: old, desired: new, ordering: .acquiringAndReleasing
    )
    .exchanged
  }
}
