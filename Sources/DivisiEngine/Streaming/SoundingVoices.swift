// Thread: audio

import DivisiDSP

/// What the voices of a stream, the pitches of each instrument, play at the frame that was reached last.
///
/// A voice plays the note that was struck last, and with it those that other parts struck at once, two at most: hands that
/// strike one key share its sound, as in ``PitchConstraints``.
///
/// It owns its memory.
struct SoundingVoices: ~Copyable {
  /// A note, silent where `endFrame` has passed.
  struct Sounding: BitwiseCopyable {
    var note: StreamNote
    /// The note's onset and end on the stream, in frames.
    var onsetFrame: Int
    var endFrame: Int
    /// The note's place in the log, of notes that came by MIDI: their ends come later.
    var place: Int

    @_noLocks
    init(note: StreamNote, onsetFrame: Int, endFrame: Int, place: Int) {
      self.note = note
      self.onsetFrame = onsetFrame
      self.endFrame = endFrame
      self.place = place
    }
  }

  let count: Int
  /// One for each voice: what was struck last.
  private let newest: UnsafeMutablePointer<Sounding>
  /// What other parts struck at once with that, ``partnerCount`` for each voice, the newest first.
  private let partners: UnsafeMutablePointer<Sounding>
  private let areShared: Bool

  /// How many other parts may strike a key at once.
  static var partnerCount: Int {
    @_noLocks get { 2 }
  }

  /// - Parameter areShared: whether parts share what they strike at once; else the last one has it.
  init(count: Int, areShared: Bool) {
    self.count = count
    self.areShared = areShared
    let silent = Sounding(note: StreamNote(), onsetFrame: 0, endFrame: .min, place: -1)
    newest = .allocate(capacity: count)
    newest.initialize(repeating: silent, count: count)
    partners = .allocate(capacity: count * Self.partnerCount)
    partners.initialize(repeating: silent, count: count * Self.partnerCount)
  }

  deinit {
    newest.deallocate()
    partners.deallocate()
  }

  /// What a voice plays, by number from 0, what was struck last, to ``partnerCount``.
  @_noLocks
  func sounding(_ number: Int, ofVoice voice: Int) -> Sounding {
    number == 0 ? newest[voice] : partners[voice &* Self.partnerCount &+ number &- 1]
  }

  @_noLocks
  func strike(_ struck: Sounding) {
    let voice = struck.note.voice
    if areShared { keepPartners(of: struck.note, voice) }
    newest[voice] = struck
  }

  /// Keeps what other parts struck at once with a note, and forgets the others.
  @_noLocks
  private func keepPartners(of note: StreamNote, _ voice: Int) {
    let own = partners + voice &* Self.partnerCount
    let last = newest[voice]
    if isPartner(last, of: note) {
      var place = Self.partnerCount &- 1
      while place > 0 {
        own[place] = own[place &- 1]
        place &-= 1
      }
      own[0] = last
    }
    var place = 0
    while place < Self.partnerCount {
      if !isPartner(own[place], of: note) { silence(own + place) }
      place &+= 1
    }
  }

  @_noLocks
  private func isPartner(_ other: Sounding, of note: StreamNote) -> Bool {
    other.endFrame != .min && other.note.part != note.part
      && note.onsetSeconds - other.note.onsetSeconds < PitchConstraints.unisonSeconds
  }

  /// Takes the ends of notes that came by MIDI.
  @_noLocks
  func setEnds(from log: borrowing NoteLog, grid: TimeGrid) {
    var place = 0
    while place < count {
      setEnd(newest + place, log, grid)
      place &+= 1
    }
    place = 0
    while place < count &* Self.partnerCount {
      setEnd(partners + place, log, grid)
      place &+= 1
    }
  }

  @_noLocks
  private func setEnd(
    _ sounding: UnsafeMutablePointer<Sounding>, _ log: borrowing NoteLog, _ grid: TimeGrid
  ) {
    let place = sounding.pointee.place
    if place >= log.firstIndex {
      sounding.pointee.endFrame = grid.nearestFrame(atSeconds: log.note(place).endSeconds)
    } else if place >= 0 {
      // So old that the log has forgotten it.
      sounding.pointee.endFrame = .min
    }
  }

  @_noLocks
  func silence() {
    var place = 0
    while place < count {
      silence(newest + place)
      place &+= 1
    }
    place = 0
    while place < count &* Self.partnerCount {
      silence(partners + place)
      place &+= 1
    }
  }

  @_noLocks
  private func silence(_ sounding: UnsafeMutablePointer<Sounding>) {
    sounding.pointee.endFrame = .min
    sounding.pointee.place = -1
  }
}
