// Thread: audio ⇄ worker

import DivisiRealtime
import Synchronization

/// What both threads see of a stream.
struct StreamShared: ~Copyable, @unchecked Sendable {
  let events = SPSCRing(capacity: 8192, filledWith: StreamEvent(kind: .source, sample: 0))
  /// What makes up for events that found no room.
  let recovery: NoteRecovery
  let snapshots = SnapshotExchange<StreamSnapshot>()
  let scores = SnapshotExchange<StreamScore>()
  /// The end of the frames that the newest request is about; the input up to its end is in the ring.
  let requestedEnd = Atomic<Int>(.min)
  /// The end of the frames that the last finished update was about.
  let servedEnd = Atomic<Int>(.min)
  /// Samples of input written to the rings.
  let writtenSamples = Atomic<Int>(0)
  /// Updates that were not done when the next was due, and so too late for their first frame.
  let lateUpdates = Atomic<Int>(0)
  /// Events that found no room in the ring.
  let recoveredEvents = Atomic<Int>(0)

  init(layout: StreamLayout) { recovery = NoteRecovery(layout: layout) }
}

/// A copy of all that was said about notes, on its way from the audio thread to the worker.
///
///     events  1 2 3 … 8192 │ lost … 9000 │ 9001 9002 … │ lost … 20000 │ 20001 …
///     copy                        9000 ┘                      20000 ┘
///
/// The audio thread offers a copy before it sends events again, and a newer one in its place when more
/// are lost. So a worker that finds a gap between events finds a copy that closes it, or one is being
/// written that stands for all events until then; and it leaves out events that a copy had.
///
/// - Thread: ``offer(_:)`` on the audio thread, real-time safe; ``take(into:)`` on the worker.
struct NoteRecovery: ~Copyable {
  private enum Phase {
    static var empty: Int {
      @_noLocks get { 0 }
    }
    static var offered: Int {
      @_noLocks get { 1 }
    }
    /// One of the threads is at the copy.
    static var busy: Int {
      @_noLocks get { 2 }
    }
  }

  private let phase = Atomic(0)
  private let notes: UnsafeMutablePointer<NoteState>

  init(layout: StreamLayout) {
    notes = .allocate(capacity: 1)
    notes.initialize(to: NoteState(layout: layout))
  }

  deinit {
    notes.deinitialize(count: 1)
    notes.deallocate()
  }

  /// Offers a copy, in the place of one that was not taken.
  ///
  /// - Returns: false if the worker is taking one now, and then nothing has happened.
  /// - Complexity: see ``NoteState/copy(from:)``.
  @_noLocks
  func offer(_ state: borrowing NoteState) -> Bool {
    guard phase.exchange(Phase.busy, ordering: .acquiring) != Phase.busy else { return false }
    notes.pointee.copy(from: state)
    phase.store(Phase.offered, ordering: .releasing)
    return true
  }

  /// Brings a state up to the copy, if there is one.
  func take(into state: inout NoteState) {
    let taken = phase.compareExchange(
      expected: Phase.offered, desired: Phase.busy, ordering: .acquiring)
    guard taken.exchanged else { return }
    state.copy(from: notes.pointee)
    phase.store(Phase.empty, ordering: .releasing)
  }
}
