// Thread: audio

internal import CJack
import LV2Hosting
import Synchronization

/// The audio thread's half of the host: all that a block touches.
///
/// Neither allocates nor locks nor waits. It owns no memory; `JackClient` does.
package struct HostProcess: @unchecked Sendable {
  /// A port with samples, here and there.
  struct AudioPort {
    let jack: OpaquePointer
    let index: Int
    var buffer: UnsafeMutablePointer<Float>?
  }

  /// A port with events, here and there; one of the host's own has none of the plugin's.
  struct MIDIPort {
    let jack: OpaquePointer
    let events: AtomSequence?
    var buffer: UnsafeMutableRawPointer?
  }

  /// Samples that the plugin is given at most at once.
  package static var longestBlock: Int {
    @_noLocks get { 8192 }
  }

  let plugin: InstanceProcess
  let client: OpaquePointer
  let audio: UnsafeMutableBufferPointer<AudioPort>
  /// The first are inputs, the rest outputs.
  let inputCount: Int
  let midiInputs: UnsafeMutableBufferPointer<MIDIPort>
  let midiOutputs: UnsafeMutableBufferPointer<MIDIPort>
  let midiType: UInt32
  let controllers: ControlTable
  /// Where positions and messages go, and where the plugin's come from.
  let control: AtomSequence?
  let notify: AtomSequence?
  let position: PositionEvent
  let incoming: MessageRing
  let outgoing: MessageRing
  let freewheel: UnsafeMutablePointer<Float>?
  let shared: UnsafeMutablePointer<SharedState>

  /// What the plugin believes of the transport at the next block.
  private var told = HostTransport()
  private var hasPosition = false

  /// Does a block.
  @_noLocks
  package mutating func run(_ count: Int) {
    fetchBuffers(count)
    moveControls()
    guard !shared.pointee.isTaken.exchange(true, ordering: .acquiring) else {
      silence(count)
      return
    }
    let transport = host_transport(client)
    if transport.rolls { shared.pointee.isWaiting.store(false, ordering: .relaxed) }
    if shared.pointee.isWaiting.load(ordering: .relaxed) {
      silence(count)
    } else {
      if let freewheel {
        freewheel.pointee = shared.pointee.isFreewheeling.load(ordering: .relaxed) ? 1 : 0
      }
      tellPosition(transport, count)
      takeMessages()
      var done = 0
      repeat {
        let length = min(Self.longestBlock, count &- done)
        runPlugin(from: done, length)
        done &+= length
      } while done < count
    }
    shared.pointee.isTaken.store(false, ordering: .releasing)
  }

  @_noLocks
  private func fetchBuffers(_ count: Int) {
    let frames = UInt32(truncatingIfNeeded: count)
    var index = 0
    while index < audio.count {
      audio[index].buffer = host_port_buffer(audio[index].jack, frames)?
        .assumingMemoryBound(to: Float.self)
      index &+= 1
    }
    index = 0
    while index < midiInputs.count {
      midiInputs[index].buffer = host_port_buffer(midiInputs[index].jack, frames)
      index &+= 1
    }
    index = 0
    while index < midiOutputs.count {
      midiOutputs[index].buffer = host_port_buffer(midiOutputs[index].jack, frames)
      host_midi_clear(midiOutputs[index].buffer)
      index &+= 1
    }
  }

  @_noLocks
  private func silence(_ count: Int) {
    var index = inputCount
    while index < audio.count {
      audio[index].buffer?.update(repeating: 0, count: count)
      index &+= 1
    }
  }

  @_noLocks
  private func runPlugin(from start: Int, _ length: Int) {
    var index = 0
    while index < audio.count {
      plugin.connect(audio[index].index, to: audio[index].buffer.map { $0 + start })
      index &+= 1
    }
    index = 0
    while index < midiInputs.count {
      readMIDI(midiInputs[index], from: start, length)
      index &+= 1
    }
    plugin.run(length)
    index = 0
    while index < midiOutputs.count {
      writeMIDI(midiOutputs[index], at: start)
      index &+= 1
    }
    passMessages()
  }

  // MARK: Events

  /// Sets controls that are mapped, from this block on.
  @_noLocks
  private func moveControls() {
    var port = 0
    var event = jack_midi_event_t()
    while port < midiInputs.count {
      if let buffer = midiInputs[port].buffer {
        let count = host_midi_count(buffer)
        var index: UInt32 = 0
        while index < count {
          if host_midi_get(&event, buffer, index) == 0, let bytes = event.buffer {
            controllers.act(on: bytes, count: event.size, plugin)
          }
          index &+= 1
        }
      }
      port &+= 1
    }
  }

  @_noLocks
  private func readMIDI(_ port: MIDIPort, from start: Int, _ length: Int) {
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
  private func writeMIDI(_ port: MIDIPort, at start: Int) {
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

  /// Tells the plugin where the transport is, where that is not what it believes.
  @_noLocks
  private mutating func tellPosition(_ transport: HostTransport, _ count: Int) {
    guard let control else { return }
    if !hasPosition || !host_transport_goes_on(transport, told) {
      position.set(frame: Int(transport.frame), rolls: transport.rolls)
      if transport.hasBeats {
        position.set(
          bar: Int(transport.bar) &- 1,
          barBeat: Float(Double(transport.beat &- 1) + transport.beatFraction),
          beatUnit: transport.beatUnit, beatsPerBar: transport.beatsPerBar,
          beatsPerMinute: Float(transport.beatsPerMinute))
      }
      hasPosition = position.append(to: control, at: 0, hasBeats: transport.hasBeats)
    }
    told = transport
    if transport.rolls { told.frame &+= UInt32(truncatingIfNeeded: count) }
  }

  /// Gives the plugin what was sent to it.
  @_noLocks
  private func takeMessages() {
    guard let control else { return }
    while let message = incoming.next() {
      if !control.append(at: 0, type: message.number, body: message.message, count: message.count) {
        countLoss()
      }
    }
  }

  /// Passes on what the plugin says, but for music.
  @_noLocks
  private func passMessages() {
    guard let notify else { return }
    var event = notify.next(after: nil)
    while let found = event {
      if found.type != midiType, !outgoing.write(found.type, found.body, count: found.count) {
        countLoss()
      }
      event = notify.next(after: found)
    }
  }

  @_noLocks
  private func countLoss() {
    shared.pointee.lostCount.add(1, ordering: .relaxed)
  }

  init(
    plugin: InstanceProcess, client: OpaquePointer, inputs: [AudioPort], outputs: [AudioPort],
    midiInputs: [MIDIPort], midiOutputs: [MIDIPort], midiType: UInt32,
    controllers: ControlTable, control: AtomSequence?, notify: AtomSequence?,
    position: PositionEvent, incoming: MessageRing, outgoing: MessageRing,
    freewheel: UnsafeMutablePointer<Float>?, shared: UnsafeMutablePointer<SharedState>
  ) {
    self.plugin = plugin
    self.client = client
    audio = .copy(inputs + outputs)
    inputCount = inputs.count
    self.midiInputs = .copy(midiInputs)
    self.midiOutputs = .copy(midiOutputs)
    self.midiType = midiType
    self.controllers = controllers
    self.control = control
    self.notify = notify
    self.position = position
    self.incoming = incoming
    self.outgoing = outgoing
    self.freewheel = freewheel
    self.shared = shared
  }

  /// Frees the tables of ports.
  ///
  /// - Thread: setup, when nothing runs.
  func deallocate() {
    audio.deallocate()
    midiInputs.deallocate()
    midiOutputs.deallocate()
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(_ elements: [Element]) -> Self {
    let buffer = Self.allocate(capacity: elements.count)
    _ = buffer.initialize(from: elements)
    return buffer
  }
}

/// JACK's process callback; the context is a pointer to a `HostProcess`.
@_noLocks
func processBlock(_ count: UInt32, _ context: UnsafeMutableRawPointer?) -> Int32 {
  context?.assumingMemoryBound(to: HostProcess.self).pointee.run(Int(count))
  return 0
}
