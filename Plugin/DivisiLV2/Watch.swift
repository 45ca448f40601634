// Thread: audio

import DivisiControls

/// Who looks at the plugin's own window: nobody, until it asks, and again when it no longer does.
struct Watch: ~Copyable {
  private let patience: Int
  private let interval: Int
  /// Samples until nobody looks any more.
  private var left = 0
  /// Samples until a place is told again, and another message of the worker's.
  private var placePause = 0
  private var talePause = 0
  /// What a place is written from.
  let place: UnsafeMutablePointer<FaceMessage.Place>

  init(sampleRate: Double) {
    patience = Int(FaceMessage.patienceSeconds * sampleRate)
    interval = Int(sampleRate / FaceMessage.rate)
    place = .allocate(capacity: 1)
    place.initialize(
      to: FaceMessage.Place(
        seconds: 0, streamSeconds: 0, latencySeconds: 0, stream: 0, isRolling: 0))
  }

  deinit { place.deallocate() }

  var isWatched: Bool {
    @_noLocks get { left > 0 }
  }

  /// Whether a place is to be told with this block.
  var isPlaceDue: Bool {
    @_noLocks get { left > 0 && placePause <= 0 }
  }

  /// Whether another message may be passed on, so that they do not come all at once.
  var isTaleDue: Bool {
    @_noLocks get { talePause <= 0 }
  }

  /// The window has asked.
  @_noLocks
  mutating func renew() { left = patience }

  /// A block has passed.
  @_noLocks
  mutating func advance(_ count: Int) {
    left = max(0, left &- count)
    placePause = max(0, placePause &- count)
    talePause = max(0, talePause &- count)
  }

  @_noLocks
  mutating func placeIsTold() { placePause = interval }

  @_noLocks
  mutating func taleIsTold() { talePause = interval / 2 }
}

/// What the plugin's own window is told; see ``FaceMessage``.
extension AudioSide {
  /// Tells where the sound is.
  @_noLocks
  mutating func tellPlace(_ writer: inout EventWriter) {
    guard let main else { return }
    let now = transport.position(
      followsHost: mainPlacement.followsHost, offset: mainPlacement.offsetSeconds)
    watch.place.pointee.seconds = now.seconds
    watch.place.pointee.streamSeconds = Double(main.processedCount) / sampleRate
    watch.place.pointee.latencySeconds = Double(main.stream.latency) / sampleRate
    watch.place.pointee.stream = UInt32(truncatingIfNeeded: main.stream.number)
    watch.place.pointee.isRolling = now.isRolling ? 1 : 0
    let isTold = writer.set(
      urids.place, type: urids.chunk,
      text: UnsafeRawPointer(watch.place).assumingMemoryBound(to: UInt8.self),
      count: MemoryLayout<FaceMessage.Place>.size, frame: max(count &- 1, 0), isText: false,
      urids: urids)
    if isTold { watch.placeIsTold() }
  }

  /// Passes on what the worker has to tell; where nobody looks any more, it is dropped.
  ///
  /// - Returns: false where it has to wait.
  @_noLocks
  mutating func tell(_ entry: TextRing.Entry, _ writer: inout EventWriter) -> Bool {
    if watch.isWatched {
      guard watch.isTaleDue else { return false }
      let property: UInt32
      switch entry.subject {
      case .notes: property = urids.notes
      case .beats: property = urids.beats
      default: property = urids.heard
      }
      let isTold = writer.set(
        property, type: urids.chunk, text: entry.bytes, count: entry.count,
        frame: max(count &- 1, 0), isText: false, urids: urids)
      // What finds no room in an empty buffer never will.
      guard isTold || writer.isEmpty else { return false }
      watch.taleIsTold()
    }
    channels.replies.removeFirst()
    _ = channels.flags.pointee.waitingTales.subtract(1, ordering: .relaxed)
    if channels.flags.pointee.hasBacklog.load(ordering: .relaxed) { needsWork = true }
    return true
  }
}

extension TextRing.Subject {
  /// Whether it is for the plugin's own window alone.
  var isTale: Bool {
    @_noLocks get {
      switch self {
      case .notes, .beats, .heard: true
      default: false
      }
    }
  }
}
