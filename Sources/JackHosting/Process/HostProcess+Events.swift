// Thread: audio

internal import CJack
import LV2Hosting
import Synchronization

/// What comes and goes between samples: MIDI and messages.
extension HostProcess {
  /// Sets controls that are mapped, from this block on.
  @_noLocks
  func moveControls() {
    var port = 0
    var event = jack_midi_event_t()
    while port < midiInputs.count {
      if let buffer = midiInputs[port].buffer {
        let count = host_midi_count(buffer)
        var index: UInt32 = 0
        while index < count {
          if host_midi_get(&event, buffer, index) == 0, let bytes = event.buffer {
            exchange.controllers.act(on: bytes, count: event.size, plugin)
          }
          index &+= 1
        }
      }
      port &+= 1
    }
  }

  @_noLocks
  func readMIDI(_ port: MIDIPort, from start: Int, _ length: Int) {
    guard let buffer = port.buffer, let events = port.events else { return }
    let count = host_midi_count(buffer)
    var index: UInt32 = 0
    var event = jack_midi_event_t()
    while index < count {
      if host_midi_get(&event, buffer, index) == 0 {
        let frame = Int(event.time) &- start
        if frame >= 0 && frame < length,
          !events.append(
            at: frame, type: midiType, body: UnsafeRawPointer(event.buffer), count: event.size)
        {
          countLoss()
        }
      }
      index &+= 1
    }
  }

  @_noLocks
  func writeMIDI(_ port: MIDIPort, at start: Int) {
    guard let events = port.events else { return }
    var event = events.next(after: nil)
    while let found = event {
      if found.type == midiType,
        host_midi_write(
          port.buffer, UInt32(truncatingIfNeeded: start &+ found.frame), found.body, found.count)
          != 0
      {
        countLoss()
      }
      event = events.next(after: found)
    }
  }

  /// Gives the plugin what was sent to it.
  @_noLocks
  func takeMessages() {
    guard let control = roles.control else { return }
    while let message = exchange.incoming.first {
      if !control.append(at: 0, type: message.kind, body: message.bytes, count: message.count) {
        countLoss()
      }
      exchange.incoming.removeFirst()
    }
  }

  /// Passes on what the plugin says, but for music.
  @_noLocks
  func passMessages() {
    guard let notify = roles.notify else { return }
    var event = notify.next(after: nil)
    while let found = event {
      if found.type != midiType,
        !exchange.outgoing.write(found.type, found.body, count: found.count)
      {
        countLoss()
      }
      event = notify.next(after: found)
    }
  }

  @_noLocks
  func countLoss() {
    exchange.shared.pointee.lostCount.add(1, ordering: .relaxed)
  }
}
