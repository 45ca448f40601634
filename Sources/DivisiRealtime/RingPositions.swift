public import Synchronization

/// Where the writing and the reading thread of a ring are: the core that all rings share.
///
///     0 ……… read ▒▒▒▒▒▒▒▒▒ written ……▶          positions only grow; place = position mod capacity
///              └ waits, the reader's ┘ └ free, the writer's
///
/// A writer stores what it writes before it moves `written` (releasing), and a reader is done with what
/// it reads before it moves `read` (releasing); each loads the other's position acquiring. Positions are
/// slots of an ``SPSCRing`` and bytes of a ``MessageRing``.
@usableFromInline
struct RingPositions: ~Copyable {
  @usableFromInline let written = Atomic<Int>(0)
  @usableFromInline let read = Atomic<Int>(0)

  @usableFromInline init() {}

  /// The least power of two that is not below a count, so that a place is a position's last bits.
  static func capacity(atLeast count: Int) -> Int {
    var capacity = 1
    while capacity < count { capacity *= 2 }
    return capacity
  }
}
