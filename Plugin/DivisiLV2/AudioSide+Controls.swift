// Thread: audio

internal import CLV2
import DivisiEngine
import DivisiPorts
import Synchronization

/// Controls and events.
extension AudioSide {
  /// Starts a block: takes what the controls say.
  @_noLocks
  mutating func begin(count: Int) {
    self.count = count
    done = 0
    if mustAskAgain {
      mustAskAgain = false
      needsWork = true
    }
    events =
      map.control < 0 ? EventReader() : EventReader(ports.pointer(map.control), urids: urids)
    mixer.setActive(ports.isOn(map.enabled), atOnce: isFresh)
    readRemix()
    readSource()
    followsHost = map.sync >= 0 && ports.value(map.sync) < 0.5
    offsetSeconds = Double(ports.value(map.scoreOffset))
    readSlot()
    askForStream()
    adoptStream()
  }

  @_noLocks
  private func readRemix() {
    var isAnySolo = false
    var stem = 0
    while stem < stemCount {
      if ports.isOn(map.firstRemix &+ 4 &* stem &+ 2) { isAnySolo = true }
      stem &+= 1
    }
    stem = 0
    while stem < stemCount {
      let first = map.firstRemix &+ 4 &* stem
      let decibels = ports.value(first)
      let isSilent =
        decibels <= -60 || ports.isOn(first &+ 1) || (isAnySolo && !ports.isOn(first &+ 2))
      let gain: Float = isSilent ? 0 : decibels == 0 ? 1 : divisi_exp10f(decibels / 20)
      let pan = ports.value(first &+ 3)
      mixer.setGain(
        ofStem: stem, left: gain * min(1, 1 - pan), right: gain * min(1, 1 + pan), atOnce: isFresh)
      stem &+= 1
    }
  }

  /// Where notes come from.
  @_noLocks
  mutating func readSource() {
    let value = ports.value(map.scoreSource)
    guard value != source, let slot else { return }
    source = value
    slot.process.pointee.setSource(value < 0.5 ? .score : value < 1.5 ? .midi : .none)
  }

  @_noLocks
  private mutating func readSlot() {
    guard map.scoreSlot >= 0 else { return }
    let value = requestedSlot
    guard value != toldSlot, channels.requests.write(.slot, number: value) else { return }
    toldSlot = value
    needsWork = true
  }

  /// How many channels the host has connected.
  var wantedChannelCount: Int {
    @_noLocks get {
      let isMono = ports.samples(map.firstInput) != nil && ports.samples(map.firstInput &+ 1) == nil
      return isMono ? 1 : 2
    }
  }

  /// Takes the settings that the controls say as those that were asked for.
  ///
  /// - Returns: whether they differ from those before.
  @_noLocks
  mutating func ask() -> Bool {
    var differs = askedChannelCount != wantedChannelCount
    askedChannelCount = wantedChannelCount
    var index = 0
    while index < engineControlCount {
      let value = ports.value(map.firstEngine &+ index)
      if asked[index] != value { differs = true }
      asked[index] = value
      index &+= 1
    }
    return differs
  }

  /// Asks for another stream where the controls no longer fit this one; one at a time.
  @_noLocks
  private mutating func askForStream() {
    guard channels.flags.pointee.servedSettings.load(ordering: .acquiring) == sentSettings,
      channels.flags.pointee.publishedStreams.load(ordering: .acquiring) == adoptedStreams,
      !channels.requests.isFull, ask(),
      channels.requests.write(
        .settings, UnsafeRawPointer(asked).assumingMemoryBound(to: UInt8.self),
        number: askedChannelCount, count: 4 &* engineControlCount)
    else { return }
    sentSettings &+= 1
    needsWork = true
  }

  // MARK: Events

  @_noLocks
  mutating func handle(_ event: EventReader.Event) {
    if event.type == urids.midiEvent {
      receive(event)
    } else if let object = ObjectReader(event, urids: urids) {
      if object.type == urids.position {
        transport.locate(
          frame: object.number(urids.positionFrame, urids: urids),
          speed: object.number(urids.positionSpeed, urids: urids))
      } else if object.type == urids.set {
        set(object)
      } else if object.type == urids.get {
        if channels.requests.write(.get) { needsWork = true }
      }
    }
  }

  @_noLocks
  private func receive(_ event: EventReader.Event) {
    guard source == 1, let slot, event.size >= 2, event.size <= 3 else { return }
    let status = event.body.load(as: UInt8.self)
    let first = event.body.load(fromByteOffset: 1, as: UInt8.self)
    let second = event.size > 2 ? event.body.load(fromByteOffset: 2, as: UInt8.self) : 0
    slot.process.pointee.receive(status: status, first: first, second: second)
  }

  @_noLocks
  private mutating func set(_ object: ObjectReader) {
    let property = object.word(urids.property, urids: urids)
    guard property != 0, property == urids.score || property == urids.modelFile,
      let value = object.value(urids.value),
      value.type == urids.path || value.type == urids.string
    else { return }
    let text = value.body.assumingMemoryBound(to: UInt8.self)
    var length = 0
    while length < value.size && text[length] != 0 { length &+= 1 }
    if channels.requests.write(
      property == urids.score ? .score : .modelFile, text, count: length)
    {
      needsWork = true
    }
  }

  /// Ends a block: tells the host what the worker has to say.
  @_noLocks
  func notify() {
    guard map.notify >= 0, var writer = EventWriter(ports.pointer(map.notify), urids: urids) else {
      return
    }
    while let entry = channels.replies.first {
      let property: UInt32
      switch entry.subject {
      case .score: property = urids.score
      case .modelFile: property = urids.modelFile
      default: property = urids.message
      }
      guard
        writer.set(
          property, type: property == urids.message ? urids.string : urids.path,
          text: entry.bytes, count: entry.count, frame: max(count &- 1, 0), urids: urids)
      else { return }
      channels.replies.removeFirst()
    }
  }
}
