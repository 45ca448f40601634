// Thread: audio

import DivisiRealtime
import Synchronization

/// What happens beside the sound; all of it from the next sample on.
extension StreamProcess {
  /// Says where the score is.
  ///
  /// - Parameters:
  ///   - seconds: the position in the score; may be negative.
  ///   - isRolling: whether it moves with the stream, else it rests.
  @_noLocks
  public mutating func locate(seconds: Double, isRolling: Bool) {
    send(StreamEvent(kind: .locate, sample: position, seconds: seconds, isRolling: isRolling))
  }

  /// Says where notes come from; a stream starts with ``NoteSource/score``.
  @_noLocks
  public mutating func setSource(_ source: NoteSource) {
    let number: UInt8 =
      switch source {
      case .score: 0
      case .midi: 1
      case .none: 2
      }
    var event = StreamEvent(kind: .source, sample: position)
    event.pitch = number
    send(event)
  }

  /// A MIDI message of up to three bytes; those that are no notes, pedals or resets are ignored.
  @_noLocks
  public mutating func receive(status: UInt8, first: UInt8, second: UInt8) {
    var event = StreamEvent(kind: .noteOn, sample: position)
    event.channel = status & 15
    event.pitch = first & 127
    event.velocity = second & 127
    switch (status >> 4, first) {
    case (8, _): event.kind = .noteOff
    case (9, _): event.kind = second == 0 ? .noteOff : .noteOn
    case (11, 64): event.kind = second >= 64 ? .pedalDown : .pedalUp
    case (11, 120), (11, 123): event.kind = .allNotesOff
    default: return
    }
    send(event)
  }

  /// Updates since the start that were not done when the next was due; any thread.
  public var lateUpdateCount: Int { shared.pointee.lateUpdates.load(ordering: .relaxed) }

  /// Applies an event here, and sends it to the worker.
  ///
  /// Where the ring is full, as only a worker that does not come lets it be, the worker gets no more
  /// events but a copy of all notes with the next request for an update, and events again from there on.
  @_noLocks
  private mutating func send(_ event: StreamEvent) {
    timeline.apply(event)
    var event = event
    event.number = timeline.notes.eventCount
    isInStep = isInStep && shared.pointee.events.view.write(event)
    if !isInStep { _ = shared.pointee.recoveredEvents.add(1, ordering: .relaxed) }
  }
}
