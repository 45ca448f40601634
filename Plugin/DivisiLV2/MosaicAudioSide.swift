// Thread: audio

internal import CLV2
import DivisiControls
import Mosaics
import Synchronization

/// The audio thread's half of a mosaic: all that `run` touches.
///
///     in L, R ─▶ inputs ─▶ LiveMosaic ─┬▶ delayed ── 1 − m ──┬─▶ out L, R
///                                      └▶ played ─── m · g ──┘
///
/// The block is cut at events and at 256 samples, which changes no sample; with its host freewheeling, it is interrupted
/// where there is work. m and g are the controls, in ramps of 10 ms; m is 0 where there is no source.
///
/// Neither allocates nor locks nor waits.
struct MosaicAudioSide: ~Copyable {
  var ports: ControlPorts
  /// Whether there is something new for the worker.
  var needsWork = false

  private let map: MosaicPortMap
  private let urids: URIDs
  private let channels: MosaicChannels
  private let sampleRate: Double
  private var mosaic: LiveMosaic
  private var transpose: WorkerControl
  private var path = PendingText(.source)
  private var question = PendingText(.get)
  private var share = Ramp(0)
  private var gain = Ramp(1)
  private var isFresh = true

  private var done = 0
  private var count = 0
  private var events = EventReader()

  /// Samples between two cuts.
  private static var capacity: Int { @_noLocks get { 256 } }
  /// How long controls take to act, in seconds.
  private static var rampSeconds: Double { @_noLocks get { 0.01 } }

  /// Two channels each of what comes in, of that one window later, and of the mosaic; then the ramps.
  private let storage: UnsafeMutablePointer<Float>
  private let buffers: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private static let bufferCount = 8

  init(sampleRate: Double, urids: URIDs, channels: MosaicChannels) {
    map = MosaicPortMap()
    self.urids = urids
    self.channels = channels
    self.sampleRate = sampleRate
    ports = ControlPorts(kind: .mosaic)
    transpose = WorkerControl(map.transpose, .transpose)
    mosaic = LiveMosaic(sampleRate: sampleRate, sources: channels.flags.pointee.sources.user)
    storage = .allocate(capacity: Self.bufferCount * Self.capacity)
    storage.initialize(repeating: 0, count: Self.bufferCount * Self.capacity)
    buffers = .allocate(capacity: Self.bufferCount)
    for index in 0..<Self.bufferCount {
      (buffers + index).initialize(to: storage + index * Self.capacity)
    }
  }

  deinit {
    storage.deallocate()
    buffers.deallocate()
  }

  /// Starts anew; while nothing runs.
  mutating func restart() {
    transpose.sent = transposition
    mosaic.restart()
    isFresh = true
    needsWork = false
  }

  /// By how many semitones the source is to be transposed.
  var transposition: Int { transpose.value(ports) }

  /// Whether all work is to be done at once.
  var isFreewheeling: Bool { ports.isOn(map.freewheel) }

  /// Whether the block is done.
  var isFinished: Bool {
    @_noLocks get { done >= count && events.nextFrame() == nil }
  }

  /// Starts a block: takes what the controls say.
  @_noLocks
  mutating func begin(count: Int) {
    self.count = count
    done = 0
    events = EventReader(ports.pointer(map.control), urids: urids)
    mosaic.restraints.polyphony = Int(ports.value(map.polyphony))
    mosaic.restraints.repetition = Int(ports.value(map.repetition))
    mosaic.restraints.continuity = ports.value(map.continuity)
    sendRequests()
    let decibels = ports.value(map.gain)
    let target: Float = decibels <= -60 ? 0 : decibels == 0 ? 1 : divisi_exp10f(decibels / 20)
    if isFresh { gain = Ramp(target) }
    gain.go(to: target, samples: Int(Self.rampSeconds * sampleRate))
    setShare()
    isFresh = false
  }

  @_noLocks
  private mutating func setShare() {
    let target = ports.isOn(map.enabled) && mosaic.hasSource ? ports.value(map.mix) : 0
    if isFresh { share = Ramp(target) }
    share.go(to: target, samples: Int(Self.rampSeconds * sampleRate))
  }

  @_noLocks
  private mutating func sendRequests() {
    if path.send(channels.requests) { needsWork = true }
    if question.send(channels.requests) { needsWork = true }
    if transpose.tell(ports, channels.requests) { needsWork = true }
  }

  /// Goes on with the block until it ends, or there is work for which it is to stop.
  @_noLocks
  mutating func advance(stopsForWork: Bool) {
    while !isFinished && !(needsWork && stopsForWork) {
      let frame = min(max(events.nextFrame() ?? count, done), count)
      if done < frame {
        render(min(frame &- done, Self.capacity))
      } else if let event = events.next() {
        handle(event)
      }
    }
  }

  /// Ends a block: tells the host what there is to say.
  @_noLocks
  mutating func end() {
    notify()
    ports.report(Float(mosaic.latency), map.latency)
    let isReading = channels.flags.pointee.isReading.load(ordering: .relaxed)
    ports.report(isReading ? 1 : mosaic.hasSource ? 2 : 0, map.sourceState)
  }

  // MARK: Samples

  @_noLocks
  private mutating func render(_ length: Int) {
    var side = 0
    while side < 2 {
      let buffer = buffers[side]
      var index = 0
      if let input = ports.samples(map.firstInput &+ side) ?? ports.samples(map.firstInput) {
        while index < length {
          buffer[index] = input[done &+ index]
          index &+= 1
        }
      } else {
        buffer.update(repeating: 0, count: length)
      }
      side &+= 1
    }
    let hasAdopted = mosaic.run(
      inputs: buffers, delayed: buffers + 2, played: buffers + 4, count: length)
    share.fill(buffers[6], count: length)
    gain.fill(buffers[7], count: length)
    side = 0
    while side < 2 {
      if let output = ports.samples(map.firstOutput &+ side) {
        let (dry, wet, shares, gains) = (
          buffers[2 &+ side], buffers[4 &+ side], buffers[6], buffers[7]
        )
        var index = 0
        while index < length {
          let share = shares[index]
          output[done &+ index] = (1 - share) * dry[index] + share * gains[index] * wet[index]
          index &+= 1
        }
      }
      side &+= 1
    }
    done &+= length
    if hasAdopted {
      // The source that has given way is to be freed.
      needsWork = true
      setShare()
    }
  }

  // MARK: Events

  @_noLocks
  private mutating func handle(_ event: EventReader.Event) {
    guard let object = ObjectReader(event, urids: urids) else { return }
    if object.type == urids.get {
      question.put(nil, count: 0)
    } else if object.type == urids.set {
      let property = object.word(urids.property, urids: urids)
      guard property != 0, property == urids.sourceFile, let value = object.value(urids.value),
        value.type == urids.path || value.type == urids.string
      else { return }
      let text = value.body.assumingMemoryBound(to: UInt8.self)
      var length = 0
      while length < value.size && text[length] != 0 { length &+= 1 }
      path.put(text, count: length)
    }
    sendRequests()
  }

  @_noLocks
  private mutating func notify() {
    guard var writer = EventWriter(ports.pointer(map.notify), urids: urids) else { return }
    while let entry = channels.replies.first {
      guard writer.set(entry, frame: max(count &- 1, 0), urids: urids) else {
        // What finds no room in an empty buffer never will, and must not hold up the rest.
        if writer.isEmpty { channels.replies.removeFirst() }
        return
      }
      channels.replies.removeFirst()
      if channels.flags.pointee.hasBacklog.load(ordering: .relaxed) { needsWork = true }
    }
  }
}

/// Where the ports of a mosaic are.
private struct MosaicPortMap: BitwiseCopyable {
  /// Left and right follow each other.
  let firstInput, firstOutput: Int
  let control, notify: Int
  let enabled, freewheel, latency: Int
  let mix, gain, polyphony, repetition, continuity, transpose, sourceState: Int

  init() {
    let symbols = PluginKind.mosaic.ports.map(\.symbol)
    func place(_ symbol: String) -> Int { symbols.firstIndex(of: symbol) ?? -1 }
    firstInput = place("in_l")
    firstOutput = place("out_l")
    control = place("control")
    notify = place("notify")
    enabled = place("enabled")
    freewheel = place("freewheel")
    latency = place("latency")
    mix = place("mix")
    gain = place("gain")
    polyphony = place("polyphony")
    repetition = place("repetition")
    continuity = place("continuity")
    transpose = place("transpose")
    sourceState = place("source_state")
  }
}
