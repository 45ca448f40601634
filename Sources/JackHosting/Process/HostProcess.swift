// Thread: audio

internal import CJack
import DivisiRealtime
import LV2Hosting
import Synchronization

/// The audio thread's half of the host: all that a block touches.
///
///     JACK's ports ──▶ samples, MIDI ──▶ plugin ──▶ samples, MIDI ──▶ JACK's ports
///     session ──▶ controls, messages ──▶   │   ──▶ messages, controls ──▶ session
///     transport ──▶ time:Position ─────────▶
///
/// Neither allocates nor locks nor waits.
package struct HostProcess: ~Copyable {
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

  /// The ports of JACK's that a block reads and writes.
  struct Ports {
    var inputs: [AudioPort] = []
    var outputs: [AudioPort] = []
    var midiInputs: [MIDIPort] = []
    var midiOutputs: [MIDIPort] = []
  }

  /// The ports of the plugin's that mean something to a host; nil where it has none.
  struct Roles {
    /// Where positions and messages go.
    var control: AtomSequence?
    /// Where messages come from.
    var notify: AtomSequence?
    /// The index of the control that says whether nobody waits for the sound.
    var freewheel: Int?
  }

  /// What the audio thread shares with others; it must stay as long as blocks are done.
  struct Exchange {
    let controllers: ControlTable.Process
    /// Messages to the plugin and from it, by the URID of their type.
    let incoming: MessageRing.View
    let outgoing: MessageRing.View
    let shared: UnsafePointer<SharedState>
  }

  /// Samples that the plugin is given at most at once.
  package static var longestBlock: Int {
    @_noLocks get { 8192 }
  }

  let plugin: InstanceProcess
  private let client: OpaquePointer
  private let audio: UnsafeMutableBufferPointer<AudioPort>
  /// The first are inputs, the rest outputs.
  private let inputCount: Int
  let midiInputs: UnsafeMutableBufferPointer<MIDIPort>
  private let midiOutputs: UnsafeMutableBufferPointer<MIDIPort>
  let midiType: UInt32
  let roles: Roles
  let exchange: Exchange
  private let position: PositionEvent

  /// Where the plugin takes the transport to be at the next block.
  private var expected = HostTransport()
  private var hasPosition = false

  /// - Parameters:
  ///   - plugin: what is run.
  ///   - client: whose transport it follows.
  ///   - urids: the numbers of its world.
  /// - Thread: setup.
  init(
    _ plugin: InstanceProcess, of client: OpaquePointer, ports: Ports, roles: Roles,
    exchange: Exchange, urids: URIDMap
  ) {
    self.plugin = plugin
    self.client = client
    audio = .copy(ports.inputs + ports.outputs)
    inputCount = ports.inputs.count
    midiInputs = .copy(ports.midiInputs)
    midiOutputs = .copy(ports.midiOutputs)
    midiType = urids.map("http://lv2plug.in/ns/ext/midi#MidiEvent")
    position = PositionEvent(urids: urids)
    self.roles = roles
    self.exchange = exchange
  }

  deinit {
    audio.deallocate()
    midiInputs.deallocate()
    midiOutputs.deallocate()
  }

  /// Does a block.
  @_noLocks
  package mutating func run(_ count: Int) {
    fetchBuffers(count)
    plugin.takeControls()
    moveControls()
    guard !exchange.shared.pointee.isTaken.exchange(true, ordering: .acquiring) else {
      silence(count)
      return
    }
    let transport = host_transport(client)
    if transport.rolls { exchange.shared.pointee.isWaiting.store(false, ordering: .relaxed) }
    if exchange.shared.pointee.isWaiting.load(ordering: .relaxed) {
      silence(count)
    } else {
      if let freewheel = roles.freewheel {
        let isOn = exchange.shared.pointee.isFreewheeling.load(ordering: .relaxed)
        plugin.setControl(freewheel, to: isOn ? 1 : 0)
      }
      sendPosition(transport, count)
      takeMessages()
      var done = 0
      repeat {
        let length = min(Self.longestBlock, count &- done)
        runPlugin(from: done, length)
        done &+= length
      } while done < count
    }
    exchange.shared.pointee.isTaken.store(false, ordering: .releasing)
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

  /// Says where the transport is, where that is not what the plugin takes it to be.
  @_noLocks
  private mutating func sendPosition(_ transport: HostTransport, _ count: Int) {
    guard let control = roles.control else { return }
    if !hasPosition || !host_transport_goes_on(transport, expected) {
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
    expected = transport
    if transport.rolls { expected.frame &+= UInt32(truncatingIfNeeded: count) }
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
  guard let context else { return 0 }
  context.assumingMemoryBound(to: HostProcess.self).pointee.run(Int(count))
  return 0
}
