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
  /// Whether the key is up and the pedal holds the note.
  var isHeldByPedal = false

  @_noLocks
  init(
    onsetSeconds: Double = 0, endSeconds: Double = 0, pitch: UInt8 = 0, velocity: UInt8 = 100,
    part: Int16 = -1
  ) {
    self.onsetSeconds = onsetSeconds
    self.endSeconds = endSeconds
    self.pitch = pitch
    self.velocity = velocity
    self.part = part
  }
}

/// The last notes that arrived by MIDI, in the order of their onsets.
///
/// Keeps the newest ``capacity`` notes in memory that is allocated once; copies are the same log.
struct NoteLog: @unchecked Sendable {
  static var capacity: Int {
    @_noLocks get { 4096 }
  }

  private struct Head {
    /// Notes ever logged; note n is at n % capacity.
    var count = 0
    /// Channels whose pedal is down, a bit each.
    var pedals: UInt16 = 0
    var hasPedal = false
  }

  private let head: UnsafeMutablePointer<Head>
  private let notes: UnsafeMutablePointer<StreamNote>
  /// The note that each key of each channel sounds, −1 for none.
  private let sounding: UnsafeMutablePointer<Int>
  private let partTable: UnsafeMutablePointer<Int16>
  /// The voice of each pitch.
  private let voices: UnsafeMutablePointer<UInt8>

  init(layout: StreamLayout) {
    head = .allocate(capacity: 1)
    head.initialize(to: Head())
    notes = .allocate(capacity: Self.capacity)
    notes.initialize(repeating: StreamNote(), count: Self.capacity)
    sounding = .allocate(capacity: 16 * 128)
    sounding.initialize(repeating: -1, count: 16 * 128)
    partTable = .allocate(capacity: 16 * 128)
    _ = UnsafeMutableBufferPointer(start: partTable, count: 16 * 128)
      .initialize(from: layout.partTable())
    voices = .allocate(capacity: 128)
    _ = UnsafeMutableBufferPointer(start: voices, count: 128)
      .initialize(from: (0..<128).map { UInt8(layout.voice(ofPitch: $0)) })
  }

  func deallocate() {
    head.deallocate()
    notes.deallocate()
    sounding.deallocate()
    partTable.deallocate()
    voices.deallocate()
  }

  /// Notes ever logged.
  var count: Int {
    @_noLocks get { head.pointee.count }
  }
  /// The oldest note that is still there.
  var firstIndex: Int {
    @_noLocks get { max(0, head.pointee.count &- Self.capacity) }
  }
  /// Whether a pedal was ever pressed.
  var hasPedal: Bool { head.pointee.hasPedal }

  /// A note by its place among all that were ever logged.
  @_noLocks
  func note(_ index: Int) -> StreamNote { notes[index & (Self.capacity &- 1)] }

  /// Logs what an event says.
  @_noLocks
  func apply(_ event: StreamEvent, sampleRate: Double) {
    let seconds = Double(event.sample) / sampleRate
    let key = Int(event.channel & 15) &* 128 &+ Int(event.pitch & 127)
    switch event.kind {
    case .noteOn:
      end(key, at: seconds)
      let part = partTable[key]
      guard part >= 0 else { return }
      let index = head.pointee.count
      notes[index & (Self.capacity &- 1)] = StreamNote(
        onsetSeconds: seconds, endSeconds: .infinity, pitch: voices[Int(event.pitch & 127)],
        velocity: max(event.velocity, 1), part: part)
      sounding[key] = index
      head.pointee.count = index &+ 1
    case .noteOff:
      if head.pointee.pedals & (1 << UInt16(event.channel & 15)) == 0 {
        end(key, at: seconds)
      } else if let place = place(ofSounding: key) {
        notes[place].isHeldByPedal = true
      }
    case .pedalDown:
      head.pointee.pedals |= 1 << UInt16(event.channel & 15)
      head.pointee.hasPedal = true
    case .pedalUp:
      head.pointee.pedals &= ~(1 << UInt16(event.channel & 15))
      let first = Int(event.channel & 15) &* 128
      var key = first
      while key < first &+ 128 {
        if let place = place(ofSounding: key), notes[place].isHeldByPedal { end(key, at: seconds) }
        key &+= 1
      }
    case .allNotesOff:
      head.pointee.pedals &= ~(1 << UInt16(event.channel & 15))
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
