internal import Synchronization

/// The work that a pool has in hand, one at a time, and who is at it.
///
///     state   │ number of the work │ open │ helpers at it │
///             │      bits 17…      │  16  │   bits 0…15   │
///
///     open     number + 1, open, 0 helpers            the caller; only where nobody is at any work
///     join     helpers + 1, if still open             a helper, by compare and exchange
///     leave    helpers − 1                            a helper with no piece left
///     close    not open                               the caller, with no piece left
///
/// When the work is closed and has no helpers, the caller owns `count` and `piece` again, and the next
/// work may be opened. The number tells a helper work that it has already left from work that is new.
///
/// - Thread: ``open(_:_:)`` and ``close()`` on any, ``help()`` on those of helpers.
final class SharedWork: @unchecked Sendable {
  private struct State {
    var bits: Int
    static let open = 1 << 16
    var number: Int { bits >> 17 }
    var isOpen: Bool { bits & Self.open != 0 }
    var helperCount: Int { bits & (Self.open - 1) }
    var next: State { State(bits: (number + 1) << 17 | Self.open) }
  }

  private let state = Atomic(0)
  /// The piece that nobody has taken yet.
  private let next = Atomic(0)
  /// Whether some thread is between the beginning and the end of ``open(_:_:)``.
  private let isTaken = Atomic(false)
  private let isClosed = Atomic(false)
  private let sleepers = Sleepers()
  // Written while no helper may join.
  private var count = 0
  private var piece: (@Sendable (Int) -> Void)?
  /// Of the thread that asks.
  private var waiting = Waiting()

  /// Does some work together with the helpers.
  ///
  /// - Returns: false if there is other work, and nothing has been done.
  func open(_ count: Int, _ piece: @Sendable (Int) -> Void) -> Bool {
    guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
    withoutActuallyEscaping(piece) { piece in
      self.count = count
      self.piece = piece
      next.store(0, ordering: .relaxed)
      let now = State(bits: state.load(ordering: .relaxed)).next
      state.store(now.bits, ordering: .sequentiallyConsistent)
      sleepers.wake()
      takePieces()
      state.bitwiseAnd(~State.open, ordering: .acquiringAndReleasing)
      waiting.wait(sleepers) {
        State(bits: state.load(ordering: .sequentiallyConsistent)).helperCount == 0
      }
      self.piece = nil
    }
    isTaken.store(false, ordering: .releasing)
    return true
  }

  /// Helps with all work there will be.
  func help() {
    var last = 0
    var waiting = Waiting()
    while true {
      waiting.wait(sleepers) {
        let state = State(bits: state.load(ordering: .sequentiallyConsistent))
        return state.isOpen && state.number != last
          || isClosed.load(ordering: .sequentiallyConsistent)
      }
      if isClosed.load(ordering: .acquiring) { return }
      let now = State(bits: state.load(ordering: .acquiring))
      guard now.isOpen, now.number != last else { continue }
      let joined = state.compareExchange(
        expected: now.bits, desired: now.bits + 1, ordering: .acquiringAndReleasing)
      guard joined.exchanged else { continue }
      last = now.number
      takePieces()
      state.subtract(1, ordering: .sequentiallyConsistent)
      sleepers.wake()
    }
  }

  /// Lets the helpers go.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    sleepers.wake()
  }

  /// Never inlined, so that no helper has a reference to the piece once it has left.
  @inline(never)
  private func takePieces() {
    let (count, piece) = (count, piece!)
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      piece(index)
    }
  }
}
