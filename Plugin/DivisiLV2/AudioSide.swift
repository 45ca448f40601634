// Thread: audio

internal import CLV2
import DivisiEngine
import DivisiPorts
import Synchronization

/// The audio thread's half of an instance: all that `run` touches.
///
/// Neither allocates nor locks nor waits. Owns memory that ``deallocate()`` frees.
struct AudioSide: @unchecked Sendable {
  let map: PortMap
  let urids: URIDs
  let channels: Channels
  let stemCount: Int
  let sampleRate: Double
  var ports: ControlPorts
  var mixer: Mixer
  var transport: Transport

  /// The stream that is heard; nil where none could be made.
  var slot: StreamSlot.View?
  /// How many streams have been published by when this one was adopted.
  var adoptedStreams = 0
  /// The settings that were asked for last, by the place in ``EngineControl``.
  let asked: UnsafeMutablePointer<Float>
  var askedChannelCount = 2
  var sentSettings = 0
  /// Updates that came too late, of streams that are gone.
  var lateBefore = 0
  /// Whether there is something new for the worker.
  var needsWork = false
  /// Whether the host had no room for a request.
  var mustAskAgain = false

  /// Where in the block we are.
  var done = 0
  var count = 0
  var events = EventReader()

  var source: Float = -1
  var toldSlot = 0
  var followsHost = false
  var offsetSeconds = 0.0
  /// Whether gains are where the controls say, because nothing has been heard yet.
  var isFresh = true
  /// Whether a new stream has nothing to say yet: outputs stay silent until it has.
  var isAwaitingSound = false

  let engineControlCount: Int

  private let inputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let constInputs: UnsafeMutablePointer<UnsafePointer<Float>>
  private let levels: UnsafeMutablePointer<Float>

  init(kind: PluginKind, sampleRate: Double, urids: URIDs, channels: Channels) {
    map = PortMap(kind)
    self.urids = urids
    self.channels = channels
    self.sampleRate = sampleRate
    stemCount = kind.stemSymbols.count
    engineControlCount = EngineControl.allCases.count
    ports = ControlPorts(kind: kind)
    mixer = Mixer(stemCount: stemCount, sampleRate: sampleRate)
    transport = Transport(sampleRate: sampleRate)
    inputs = .allocate(capacity: 2)
    constInputs = .allocate(capacity: 2)
    for channel in 0..<2 {
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: Mixer.capacity)
      buffer.initialize(repeating: 0, count: Mixer.capacity)
      (inputs + channel).initialize(to: buffer)
      (constInputs + channel).initialize(to: UnsafePointer(buffer))
    }
    asked = .allocate(capacity: engineControlCount)
    asked.initialize(repeating: 0, count: engineControlCount)
    levels = .allocate(capacity: stemCount)
    levels.initialize(repeating: 0, count: stemCount)
  }

  func deallocate() {
    ports.deallocate()
    mixer.deallocate()
    inputs[0].deallocate()
    inputs[1].deallocate()
    inputs.deallocate()
    constInputs.deallocate()
    levels.deallocate()
    asked.deallocate()
  }

  /// Whether the block is done.
  var isFinished: Bool {
    @_noLocks get { done >= count && events.nextFrame() == nil }
  }

  /// Takes up the stream that has been made for ``asked``; while nothing runs.
  mutating func restart() {
    sentSettings = channels.flags.pointee.servedSettings.load(ordering: .acquiring)
    transport = Transport(sampleRate: sampleRate)
    mixer.setPresent(true, atOnce: true)
    isFresh = true
    isAwaitingSound = false
    lateBefore = 0
    toldSlot = requestedSlot
    // Without a new stream the old one goes on.
    if channels.flags.pointee.publishedStreams.load(ordering: .acquiring) != adoptedStreams {
      slot = nil
      adoptStream()
    } else {
      lateBefore = -(slot?.process.pointee.lateUpdateCount ?? 0)
    }
    needsWork = false
    mustAskAgain = false
    for stem in 0..<stemCount { levels[stem] = 0 }
  }

  /// The score slot that the controls ask for; 0 for none.
  var requestedSlot: Int {
    @_noLocks get { map.scoreSlot < 0 ? 0 : Int(ports.value(map.scoreSlot)) }
  }

  /// Whether all work is to be done at once.
  var isFreewheeling: Bool { ports.isOn(map.freewheel) }

  /// Updates that came too late since activation.
  var lateCount: Int { lateBefore + (slot?.process.pointee.lateUpdateCount ?? 0) }

  /// Goes on with the block until it ends or there is work.
  @_noLocks
  mutating func advance() {
    while !isFinished && !needsWork {
      let frame = min(max(events.nextFrame() ?? count, done), count)
      if done < frame {
        render(frame &- done)
      } else if let event = events.next() {
        handle(event)
      }
    }
  }

  // MARK: Samples

  /// Does some samples, at most so many.
  @_noLocks
  private mutating func render(_ wanted: Int) {
    adoptStream()
    guard let slot else {
      passThrough(wanted)
      return
    }
    transport.tell(
      slot.process, followsHost: followsHost, offset: offsetSeconds, slack: slot.slackSeconds)
    var length = min(wanted, Mixer.capacity)
    if isAwaitingSound {
      length = min(length, max(1, slot.latency &- slot.process.pointee.position))
    }
    if mixer.presence.isMoving { length = min(length, mixer.presence.left) }
    copyInputs(length, channelCount: slot.channelCount)
    let residual = mixer.stems + (stemCount &- 1) &* slot.channelCount
    length = slot.process.pointee.run(
      inputs: UnsafePointer(constInputs), parts: UnsafePointer(mixer.stems),
      residual: UnsafePointer(residual), offset: 0, count: length)
    if slot.process.pointee.isUpdateDue { needsWork = true }
    mixer.run(count: length, channelCount: slot.channelCount)
    copyOutputs(length, channelCount: slot.channelCount)
    if isAwaitingSound && slot.process.pointee.position >= slot.latency {
      isAwaitingSound = false
      mixer.setPresent(true, atOnce: false)
    }
    isFresh = false
    done &+= length
    transport.clock &+= length
  }

  /// Goes over to a new stream if there is one: at once if the old one has not been heard, else when
  /// it has been faded out.
  @_noLocks
  mutating func adoptStream() {
    let published = channels.flags.pointee.publishedStreams.load(ordering: .acquiring)
    guard published != adoptedStreams else { return }
    var isUnheard = true
    if let slot { isUnheard = slot.process.pointee.position == 0 }
    guard isUnheard || (mixer.presence.value == 0 && !mixer.presence.isMoving) else {
      mixer.setPresent(false, atOnce: false)
      return
    }
    guard channels.streams.adopt(), let address = channels.streams.current else { return }
    slot = Unmanaged<StreamSlot>.fromOpaque(address)._withUnsafeGuaranteedRef { $0.view }
    adoptedStreams = published
    transport.isLost = true
    source = -1
    readSource()
    if isUnheard && isFresh {
      mixer.setPresent(true, atOnce: true)
    } else {
      mixer.setPresent(false, atOnce: true)
      isAwaitingSound = true
    }
    // Lets the worker free the old one.
    needsWork = true
  }

  @_noLocks
  private func copyInputs(_ length: Int, channelCount: Int) {
    let left = ports.samples(map.firstInput)
    let right = ports.samples(map.firstInput &+ 1) ?? left
    var channel = 0
    while channel < channelCount {
      let target = inputs[channel]
      var index = 0
      while index < length {
        var value: Float = 0
        if let source = channel == 0 ? left : right { value = source[done &+ index] }
        target[index] = value
        index &+= 1
      }
      channel &+= 1
    }
  }

  @_noLocks
  private func copyOutputs(_ length: Int, channelCount: Int) {
    var side = 0
    while side < 2 {
      copy(mixer.mix[side], toPort: map.firstMix &+ side, length)
      var stem = 0
      while stem < stemCount && map.firstStem >= 0 {
        copy(
          mixer.stem(stem, side: side, channelCount: channelCount),
          toPort: map.firstStem &+ 2 &* stem &+ side, length)
        stem &+= 1
      }
      side &+= 1
    }
  }

  @_noLocks
  private func copy(_ source: UnsafeMutablePointer<Float>, toPort port: Int, _ length: Int) {
    guard let target = ports.samples(port) else { return }
    var index = 0
    while index < length {
      target[done &+ index] = source[index]
      index &+= 1
    }
  }

  /// Without a stream the mix is the input, and there are no parts.
  @_noLocks
  private mutating func passThrough(_ wanted: Int) {
    let length = min(wanted, Mixer.capacity)
    copyInputs(length, channelCount: 2)
    var stem = 0
    while stem < 2 &* stemCount {
      mixer.stems[stem].update(repeating: 0, count: length)
      stem &+= 1
    }
    var side = 0
    while side < 2 {
      var index = 0
      while index < length {
        let value = inputs[side][index]
        mixer.mix[side][index] = abs(value) < 1e6 ? value : 0
        index &+= 1
      }
      side &+= 1
    }
    copyOutputs(length, channelCount: 2)
    done &+= length
    transport.clock &+= length
  }

  // MARK: Reports

  /// Tells the host what is going on; after a block.
  @_noLocks
  func report(late: Int) {
    ports.report(Float(slot?.latency ?? 0), map.latency)
    ports.report(Float(late), map.late)
    if let slot {
      ports.report(
        min(1, Float(slot.process.pointee.position) / Float(max(slot.historySamples, 1))),
        map.progress)
    }
    // 20 dB in a second.
    let decay = divisi_exp10f(-Float(count) / Float(sampleRate))
    var stem = 0
    while stem < stemCount {
      let level = max(mixer.peaks[stem], levels[stem] * decay)
      levels[stem] = level
      mixer.peaks[stem] = 0
      let decibels = 20 * divisi_log10f(max(level, 1e-3))
      ports.report(min(decibels, 12), map.firstLevel &+ stem)
      stem &+= 1
    }
  }
}
