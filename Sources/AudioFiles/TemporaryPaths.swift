internal import Glibc
internal import Synchronization

/// Files and folders that must go when the program is stopped, in memory that a signal handler may
/// use.
///
/// A handler can interrupt any instruction, so it must neither allocate nor lock: paths are C
/// strings of fixed size, in slots that an atomic claims and frees.
struct TemporaryPaths: ~Copyable, @unchecked Sendable {
  /// The paths of this process.
  ///
  /// What finds no free slot is not removed after a signal; in all other cases it is.
  static let shared = TemporaryPaths(capacity: 256)

  private static let pathSize = Int(PATH_MAX)
  private static let free = 0
  private static let changing = 1
  private static let full = 2

  private let capacity: Int
  private let states: UnsafeMutablePointer<Atomic<Int>>
  private let paths: UnsafeMutablePointer<CChar>

  /// Room for a number of paths.
  init(capacity: Int) {
    self.capacity = capacity
    states = .allocate(capacity: capacity)
    for slot in 0..<capacity { (states + slot).initialize(to: Atomic(Self.free)) }
    paths = .allocate(capacity: capacity * Self.pathSize)
  }

  deinit {
    states.deinitialize(count: capacity)
    states.deallocate()
    paths.deallocate()
  }

  /// Adds a path; folders before what is in them.
  func insert(_ path: String) {
    guard path.utf8.count < Self.pathSize else { return }
    for slot in 0..<capacity where exchange(slot, from: Self.free, to: Self.changing) {
      strcpy(self.path(slot), path)
      states[slot].store(Self.full, ordering: .releasing)
      return
    }
  }

  /// Forgets a path, which has been removed or has become an output.
  func remove(_ path: String) {
    for slot in 0..<capacity
    where states[slot].load(ordering: .acquiring) == Self.full && strcmp(self.path(slot), path) == 0
    {
      states[slot].store(Self.free, ordering: .releasing)
      return
    }
  }

  /// Deletes all files, then the folders that are empty. Safe in a signal handler.
  func deleteAll() {
    for slot in 0..<capacity where states[slot].load(ordering: .acquiring) == Self.full {
      unlink(path(slot))
    }
    for slot in (0..<capacity).reversed()
    where states[slot].load(ordering: .acquiring) == Self.full {
      rmdir(path(slot))
    }
  }

  private func path(_ slot: Int) -> UnsafeMutablePointer<CChar> {
    paths + slot * Self.pathSize
  }

  private func exchange(_ slot: Int, from old: Int, to new: Int) -> Bool {
    states[slot].compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing)
      .exchanged
  }
}
