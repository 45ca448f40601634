import Synchronization

/// Who waits for an answer, until the connection ends.
///
/// - Thread: any.
final class Asker: Sendable {
  private let isGone = Atomic(false)

  /// Why work was given up.
  struct Gone: Error {}

  /// Says that nobody waits any more.
  func leave() { isGone.store(true, ordering: .relaxed) }

  /// - Throws: ``Gone``, if nobody waits any more.
  func check() throws { if isGone.load(ordering: .relaxed) { throw Gone() } }
}
