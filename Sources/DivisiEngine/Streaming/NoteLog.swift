// Thread: audio, and another log on the worker

/// One note as a stream sees it.
struct StreamNote: BitwiseCopyable {
  /// When it is struck and damped, in seconds: of the score, or of the stream for MIDI. The end of a
  /// note that still sounds is infinite.
  var onsetSeconds: Double
  var endSeconds: Double
  var pitch: UInt8
  var velocity: UInt8
  /// −1 for a note of no part.
  var part: Int16
  /// See ``Part/instrument``.
  var instrument: Int16
  /// Whether the key is up and the pedal holds the note.
  var isHeldByPedal = false

  @_noLocks
  init(
    onsetSeconds: Double = 0, endSeconds: Double = 0, pitch: UInt8 = 0, velocity: UInt8 = 100,
    part: Int16 = -1, instrument: Int16 = 0
  ) {
    self.onsetSeconds = onsetSeconds
    self.endSeconds = endSeconds
    self.pitch = pitch
    self.velocity = velocity
    self.part = part
    self.instrument = instrument
  }

  /// Which of the stream's voices plays it: a pitch of an instrument.
  var voice: Int {
    @_noLocks get { Int(instrument) &* 128 &+ Int(pitch & 127) }
  }
}

/// The last notes that arrived by MIDI, in the order of their onsets.
///
/// Keeps the newest ``capacity`` notes in memory that is allocated once.
struct NoteLog: ~Copyable {
  static var capacity: Int {
    @_noLocks get { 4096 }
  }

  /// Notes ever logged; note n is at n modulo ``capacity``.
  private(set) var count = 0
  /// Whether a pedal was ever pressed.
  private(set) var hasPedal = false
  /// Channels whose pedal is down, a bit each.
  private(set) var pedals: UInt16 = 0

  private let notes: UnsafeMutablePointer<StreamNote>
  /// The note that each key of each channel sounds, −1 for none.
  private let sounding: UnsafeMutablePointer<Int>
  private let partTable: UnsafeMutablePointer<Int16>
  /// The number under which each pitch is known.
  private let numbers: UnsafeMutablePointer<UInt8>
  private let instrumentCount: Int

  private static var keyCount: Int {
    @_noLocks get { 16 * 128 }
  }

  init(layout: StreamLayout) {
    notes = .allocate(capacity: Self.capacity)
    notes.initialize(repeating: StreamNote(), count: Self.capacity)
    sounding = .allocate(capacity: Self.keyCount)
    sounding.initialize(repeating: -1, count: Self.keyCount)
    partTable = .allocate(capacity: Self.keyCount)
    _ = UnsafeMutableBufferPointer(start: partTable, count: Self.keyCount)
      .initialize(from: layout.partTable())
    numbers = .allocate(capacity: 128)
    _ = UnsafeMutableBufferPointer(start: numbers, count: 128)
      .initialize(from: (0..<128).map { UInt8(layout.number(ofPitch: $0)) })
    instrumentCount = layout.instrumentCount
  }

  deinit {
    notes.deallocate()
    sounding.deallocate()
    partTable.deallocate()
    numbers.deallocate()
  }

  /// Becomes the same as another log of the same layout.
  @_noLocks
  mutating func copy(from other: borrowing NoteLog) {
    count = other.count
    hasPedal = other.hasPedal
    pedals = other.pedals
    UnsafeMutableRawPointer(notes).copyMemory(
      from: UnsafeRawPointer(other.notes),
      byteCount: min(count, Self.capacity) &* MemoryLayout<StreamNote>.stride)
    UnsafeMutableRawPointer(sounding).copyMemory(
      from: UnsafeRawPointer(other.sounding), byteCount: Self.keyCount &* MemoryLayout<Int>.stride)
  }

  /// The oldest note that is still there.
  var firstIndex: Int {
    @_noLocks get { max(0, count &- Self.capacity) }
  }

  /// A note by its place among all that were ever logged.
  @_noLocks
  func note(_ index: Int) -> StreamNote { notes[index & (Self.capacity &- 1)] }

  /// Logs what an event says.
  @_noLocks
  mutating func apply(_ event: StreamEvent, sampleRate: Double) {
    let seconds = Double(event.sample) / sampleRate
    let key = Int(event.channel & 15) &* 128 &+ Int(event.pitch & 127)
    switch event.kind {
    case .noteOn:
      end(key, at: seconds)
      let part = partTable[key]
      guard part >= 0 else { return }
      let index = count
      notes[index & (Self.capacity &- 1)] = StreamNote(
        onsetSeconds: seconds, endSeconds: .infinity, pitch: numbers[Int(event.pitch & 127)],
        velocity: max(event.velocity, 1), part: part,
        instrument: instrumentCount == 1 ? 0 : part)
      sounding[key] = index
      count = index &+ 1
    case .noteOff:
      if pedals & (1 << UInt16(event.channel & 15)) == 0 {
        end(key, at: seconds)
      } else if let place = place(ofSounding: key) {
        notes[place].isHeldByPedal = true
      }
    case .pedalDown:
      pedals |= 1 << UInt16(event.channel & 15)
      hasPedal = true
    case .pedalUp:
      pedals &= ~(1 << UInt16(event.channel & 15))
      let first = Int(event.channel & 15) &* 128
      var key = first
      while key < first &+ 128 {
        if let place = place(ofSounding: key), notes[place].isHeldByPedal { end(key, at: seconds) }
        key &+= 1
      }
    case .allNotesOff:
      pedals &= ~(1 << UInt16(event.channel & 15))
      let first = Int(event.channel & 15) &* 128
      var key = first
      while key < first &+ 128 {
        end(key, at: seconds)
        key &+= 1
      }
    case .locate, .source: break
    }
  }

  /// Where the note that a key sounds is stored; nil if none does, or if it has been overwritten.
  @_noLocks
  private func place(ofSounding key: Int) -> Int? {
    let index = sounding[key]
    return index >= firstIndex ? index & (Self.capacity &- 1) : nil
  }

  @_noLocks
  private func end(_ key: Int, at seconds: Double) {
    if let place = place(ofSounding: key) { notes[place].endSeconds = seconds }
    sounding[key] = -1
  }
}
