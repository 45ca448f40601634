// Thread: audio

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

  /// The stream in the outputs; nil where none could be made.
  var main: StreamSlot?
  /// The one to cross-fade to, when its latency has passed.
  var next: StreamSlot?
  /// The settings that were requested last, by the place in ``EngineControl``.
  let requested: UnsafeMutablePointer<Float>
  /// Those that the controls have said since they last changed, and for how many samples.
  let wanted: UnsafeMutablePointer<Float>
  var settledSamples = 0
  var requestedChannelCount = 2
  var sentSettings = 0
  let engineControlCount: Int
  /// Updates that came too late since activation, and what of it the main stream says; −1 before it
  /// has been read.
  var lateCount = 0
  var mainLateCount = 0
  /// Whether there is something new for the worker.
  var needsWork = false
  /// Whether the host had no room for a request.
  var mustReschedule = false

  /// Where in the block we are.
  var done = 0
  var count = 0
  var events = EventReader()
  /// The samples that are being done, and how many of them each stream has done.
  var chunkCount = 0
  var mainDone = 0
  var nextDone = 0

  var source: Float = 0
  var sentSlot = 0
  var followsHost = false
  var offsetSeconds = 0.0
  /// Whether gains are where the controls say, because no sample has been processed yet.
  var isFresh = true

  private let inputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let constInputs: UnsafeMutablePointer<UnsafePointer<Float>>
  let levels: UnsafeMutablePointer<Float>

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
    requested = .allocate(capacity: engineControlCount)
    requested.initialize(repeating: 0, count: engineControlCount)
    wanted = .allocate(capacity: engineControlCount)
    wanted.initialize(repeating: 0, count: engineControlCount)
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
    requested.deallocate()
    wanted.deallocate()
  }

  /// Whether the block is done.
  var isFinished: Bool {
    @_noLocks get { done >= count && events.nextFrame() == nil }
  }

  /// Makes room for a stream to start anew with; while nothing runs.
  mutating func discardStreams() {
    if let next { retire(next.stream) }
    next = nil
    while let read = channels.streams.read(), let stream = read { retire(stream) }
  }

  /// Starts anew with the stream that has been made for ``requested``; while nothing runs.
  mutating func restart() {
    sentSettings = channels.flags.pointee.servedSettings.load(ordering: .acquiring)
    transport = Transport(sampleRate: sampleRate)
    mixer.endCrossFade()
    chunkCount = 0
    isFresh = true
    sentSlot = requestedSlot
    // Without a new stream the old one goes on.
    while let read = channels.streams.read(), let stream = read {
      if let main { retire(main.stream) }
      main = StreamSlot(stream)
    }
    lateCount = 0
    mainLateCount = -1
    needsWork = false
    mustReschedule = false
    for stem in 0..<stemCount { levels[stem] = 0 }
  }

  /// The score slot that the controls ask for; 0 for none.
  var requestedSlot: Int {
    @_noLocks get { map.scoreSlot < 0 ? 0 : Int(ports.value(map.scoreSlot)) }
  }

  /// Whether all work is to be done at once.
  var isFreewheeling: Bool { ports.isOn(map.freewheel) }

  /// Takes notice of updates that have come too late.
  mutating func countLate() {
    guard let main else { return }
    let now = main.stream.process.pointee.lateUpdateCount
    if mainLateCount >= 0 { lateCount += max(0, now - mainLateCount) }
    mainLateCount = now
  }

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

  /// Does some samples, at most so many; stops where there is work, and goes on there when called
  /// again.
  @_noLocks
  private mutating func render(_ wanted: Int) {
    if chunkCount == 0 { adoptStreams() }
    guard let main else {
      passThrough(wanted)
      return
    }
    if chunkCount == 0 { beginChunk(wanted, channelCount: main.stream.channelCount) }
    if mainDone < chunkCount { mainDone &+= run(main.stream, mixer.stems, from: mainDone) }
    if let next, nextDone < chunkCount && !needsWork {
      nextDone &+= run(next.stream, mixer.nextStems, from: nextDone)
    }
    guard mainDone == chunkCount, next == nil || nextDone == chunkCount else { return }
    endChunk(main.stream)
  }

  @_noLocks
  private mutating func beginChunk(_ wanted: Int, channelCount: Int) {
    let position = transport.position(followsHost: followsHost, offset: offsetSeconds)
    main?.update(source: source, position: position, sampleRate: sampleRate)
    next?.update(source: source, position: position, sampleRate: sampleRate)
    chunkCount = min(wanted, Mixer.capacity)
    mainDone = 0
    nextDone = 0
    var inputCount = channelCount
    if let next {
      inputCount = max(inputCount, next.stream.channelCount)
      // Up to where the next stream has output, and up to the end of the cross-fade.
      let silent = next.stream.latency &- next.processedCount
      if silent > 0 { chunkCount = min(chunkCount, silent) }
      if mixer.crossFade.isMoving { chunkCount = min(chunkCount, mixer.crossFade.left) }
    }
    copyInputs(chunkCount, channelCount: inputCount)
  }

  /// Has a stream do what is left of the chunk, or a part of it.
  @_noLocks
  private mutating func run(
    _ stream: StreamHandle, _ stems: UnsafeMutablePointer<UnsafeMutablePointer<Float>>,
    from offset: Int
  ) -> Int {
    let residual = stems + (stemCount &- 1) &* stream.channelCount
    let length = stream.process.pointee.run(
      inputs: UnsafePointer(constInputs), parts: UnsafePointer(stems),
      residual: UnsafePointer(residual), offset: offset, count: chunkCount &- offset)
    if stream.process.pointee.isUpdateDue { needsWork = true }
    return length
  }

  @_noLocks
  private mutating func endChunk(_ stream: StreamHandle) {
    var channelCount = stream.channelCount
    if let next, mixer.crossFade.isMoving {
      channelCount = mixer.blend(
        count: chunkCount, channelCount: channelCount, nextChannelCount: next.stream.channelCount)
    }
    mixer.run(count: chunkCount, channelCount: channelCount)
    copyOutputs(chunkCount, channelCount: channelCount)
    isFresh = false
    done &+= chunkCount
    transport.clock &+= chunkCount
    chunkCount = 0
    advanceCrossFade()
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
}
