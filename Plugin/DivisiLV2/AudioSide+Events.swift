// Thread: audio

internal import CLV2
import DivisiEngine

/// Events, and values for the host.
extension AudioSide {
  @_noLocks
  mutating func handle(_ event: EventReader.Event) {
    if event.type == urids.midiEvent {
      receive(event)
    } else if let object = ObjectReader(event, urids: urids) {
      if object.type == urids.position {
        transport.locate(
          frame: object.number(urids.positionFrame, urids: urids),
          speed: object.number(urids.positionSpeed, urids: urids),
          isOfOutput: object.value(urids.ardourScale) != nil)
      } else if object.type == urids.set {
        set(object)
      } else if object.type == urids.get {
        let property = object.word(urids.property, urids: urids)
        if property != 0, property == urids.notes || property == urids.place {
          watch.renew()
          if property == urids.place { return }
          outbox.add(.tell)
        } else {
          outbox.add(.get)
        }
        if outbox.send() { needsWork = true }
      }
    }
  }

  @_noLocks
  private func receive(_ event: EventReader.Event) {
    guard event.size >= 2, event.size <= 3 else { return }
    let status = event.body.load(as: UInt8.self)
    var first = event.body.load(fromByteOffset: 1, as: UInt8.self)
    if status & 0xE0 == 0x80 { first = drumNumbers.number(of: first, map: drumMap.value(ports)) }
    let second = event.size > 2 ? event.body.load(fromByteOffset: 2, as: UInt8.self) : 0
    if mainPlacement.source == 1 {
      main?.stream.process.pointee.receive(status: status, first: first, second: second)
    }
    if placement.source == 1 {
      next?.stream.process.pointee.receive(status: status, first: first, second: second)
    }
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
    outbox.add(property == urids.score ? .score : .modelFile, text, count: length)
    if outbox.send() { needsWork = true }
  }

  /// Ends a block: tells the host what the worker has to say.
  @_noLocks
  mutating func notify() {
    guard var writer = EventWriter(ports.pointer(map.notify), urids: urids) else { return }
    watch.advance(count)
    channels.flags.pointee.isWatched.store(watch.isWatched, ordering: .relaxed)
    if watch.isPlaceDue { tellPlace(&writer) }
    while let entry = channels.replies.first {
      if entry.subject.isTale {
        guard tell(entry, &writer) else { return }
        continue
      }
      guard writer.set(entry, frame: max(count &- 1, 0), urids: urids) else {
        // What finds no room in an empty buffer never will, and must not hold up the rest.
        if writer.isEmpty { channels.replies.removeFirst() }
        return
      }
      channels.replies.removeFirst()
      if channels.flags.pointee.hasBacklog.load(ordering: .relaxed) { needsWork = true }
    }
  }

  /// Tells the host what is going on; after a block.
  @_noLocks
  mutating func report() {
    var latency = 0
    var progress: Float = 0
    if let main {
      latency = main.stream.latency
      progress = min(1, Float(main.processedCount) / Float(max(main.stream.historySamples, 1)))
    }
    ports.report(Float(latency), map.latency)
    transport.latency = latency
    ports.report(Float(lateCount), map.late)
    ports.report(progress, map.progress)
    reportFollowing()
    let state = scoreState
    ports.report(Float(state.rawValue), map.scoreState)
    countScoreless(state)
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
