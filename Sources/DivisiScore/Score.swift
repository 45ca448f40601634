/// One note or stroke as a score file states it, in seconds of the score.
public struct Note: Sendable, Hashable {
  /// When the note is struck, in seconds from the start of the score.
  public var onsetSeconds: Double
  /// When the key is released, in seconds; not before the onset.
  public var releaseSeconds: Double
  /// When the string is damped, in seconds: the release, or the end of the pedal that holds it on.
  public var dampedSeconds: Double
  /// MIDI note number, 0 to 127; a General MIDI drum number for percussion.
  public var pitch: Int
  /// MIDI velocity, 1 to 127.
  public var velocity: Int
  /// The track of a MIDI file or the part of a MusicXML file, counted from 1; 1 for CSV.
  public var track: Int
  /// MIDI channel, 1 to 16, where the format has channels.
  public var channel: Int?
  /// Staff within the part, counted from 1 at the top, where the format has staves.
  public var staff: Int?
  /// Voice within the part, where the format has voices.
  public var voice: Int?
  /// Whether the pitch is a pitch or a drum's number.
  public var kind: Kind
  /// The label column of a CSV score; empty elsewhere.
  public var label: String
  /// Where the note stands in print, in seconds, if it is not played there by rule: with grace notes before it, in a
  /// spread chord, or as a grace note, which stands with its main note.
  public var printedOnsetSeconds: Double?
  /// Whether it is printed as a grace note before another; formats that print nothing do not say.
  public var isGrace = false

  /// A note that is damped when its key is released, unless `dampedSeconds` says otherwise.
  ///
  /// A note on channel 10 is a drum, unless `kind` says otherwise.
  ///
  /// - Parameters:
  ///   - onsetSeconds: seconds from the start of the score.
  ///   - releaseSeconds: seconds, not before the onset.
  ///   - dampedSeconds: seconds, not before the release; nil for the release itself.
  ///   - pitch: 0 to 127.
  ///   - velocity: 1 to 127; the default stands for a score that gives none.
  ///   - track: from 1.
  ///   - channel: 1 to 16, or nil.
  ///   - staff: from 1, or nil.
  ///   - voice: as the score numbers it, or nil.
  ///   - kind: nil for what the channel says.
  ///   - label: may be empty.
  public init(
    onsetSeconds: Double, releaseSeconds: Double, dampedSeconds: Double? = nil, pitch: Int,
    velocity: Int = Note.unspecifiedVelocity, track: Int = 1, channel: Int? = nil,
    staff: Int? = nil, voice: Int? = nil, kind: Kind? = nil, label: String = ""
  ) {
    self.onsetSeconds = onsetSeconds
    self.releaseSeconds = releaseSeconds
    self.dampedSeconds = dampedSeconds ?? releaseSeconds
    self.pitch = pitch
    self.velocity = velocity
    self.track = track
    self.channel = channel
    self.staff = staff
    self.voice = voice
    self.kind = kind ?? (channel == Self.percussionChannel ? .drum : .pitched)
    self.label = label
  }

  /// The velocity of a note whose score gives none: mezzo forte.
  public static let unspecifiedVelocity = 80

  /// The General MIDI channel of percussion.
  static let percussionChannel = 10

  /// What a note's pitch means.
  public enum Kind: UInt8, Sendable, Hashable {
    /// A tone.
    case pitched
    /// The number of a drum.
    case drum
    /// A metronome for the players, which is in no recording and in no part unless somebody names it.
    case click
  }

  /// Whether the pitch is a drum's number.
  var isPercussion: Bool { kind == .drum }
}

extension [Note] {
  /// The tones at other pitches, and all else as it is; those that would leave MIDI's pitches are left out.
  public func transposed(by semitones: Int) -> [Note] {
    semitones == 0
      ? self
      : compactMap { note in
        guard note.kind == .pitched else { return note }
        var copy = note
        copy.pitch += semitones
        return (0...127).contains(copy.pitch) ? copy : nil
      }
  }
}

/// The notes of a score file, as yet undivided.
///
/// Notes are sorted by onset, then pitch, then track. How they group into parts is a
/// ``PartSelection``.
public struct Score: Sendable, Equatable {
  /// All notes, sorted by onset, then pitch, then track.
  public var notes: [Note]
  /// The name of each track or part, in order; empty strings where there is none.
  public var trackNames: [String]
  /// Whether the score presses a sustain pedal, so that ``Note/dampedSeconds`` says more than the
  /// release.
  ///
  /// Events that only ever lift the pedal, which many programs write as a reset, do not count.
  public var hasPedal: Bool
  /// When pedals are down, in no order.
  public var pedals: [PedalSpan] = []
  /// The bars in the order of playing; none where the format has none.
  public var bars: [Bar] = []
  /// The names of channels where one track holds them all, as in MIDI files of format 0; else empty.
  public var channelNames: [Int: String] = [:]
  /// The General MIDI program of each track of MIDI that has only one, from 0; by track.
  public var programs: [Int: Int] = [:]
  /// What the numbers of drums mean.
  public var drumTable = DrumTable.generalMIDI
  /// What was doubtful in the file and how it was read, a line each that names the file.
  public var warnings: [String] = []

  /// A score of these notes, which are sorted here.
  public init(notes: [Note], trackNames: [String], hasPedal: Bool) {
    self.notes = notes.sorted { a, b in
      if a.onsetSeconds != b.onsetSeconds { return a.onsetSeconds < b.onsetSeconds }
      if a.pitch != b.pitch { return a.pitch < b.pitch }
      return a.track < b.track
    }
    self.trackNames = trackNames
    self.hasPedal = hasPedal
  }

  /// The score moved and stretched to fit a recording: every time t becomes t / rate + offset.
  ///
  /// A rate of 2 plays the score twice as fast; the offset is in seconds of the result, so that it
  /// reads as "the recording starts this much before the score". Times may become negative.
  ///
  /// - Parameters:
  ///   - offsetSeconds: finite.
  ///   - rate: finite, above zero.
  public func adjusted(offsetSeconds: Double, rate: Double) -> Score {
    precondition(rate > 0 && rate.isFinite && offsetSeconds.isFinite, "rate above 0, finite offset")
    var result = self
    for i in result.notes.indices {
      result.notes[i].onsetSeconds = notes[i].onsetSeconds / rate + offsetSeconds
      result.notes[i].releaseSeconds = notes[i].releaseSeconds / rate + offsetSeconds
      result.notes[i].dampedSeconds = notes[i].dampedSeconds / rate + offsetSeconds
      result.notes[i].printedOnsetSeconds = notes[i].printedOnsetSeconds.map {
        $0 / rate + offsetSeconds
      }
    }
    for i in result.pedals.indices {
      result.pedals[i].startSeconds = pedals[i].startSeconds / rate + offsetSeconds
      result.pedals[i].endSeconds = pedals[i].endSeconds / rate + offsetSeconds
    }
    for i in result.bars.indices {
      result.bars[i].beats = bars[i].beats.map { $0 / rate + offsetSeconds }
      result.bars[i].endSeconds = bars[i].endSeconds / rate + offsetSeconds
    }
    return result
  }
}

/// The notes that somebody wants to hear alone.
public struct Part: Sendable, Equatable {
  /// The name of the stem: `left`, `kick`, …
  public var name: String
  /// The part's notes, sorted by onset.
  public var notes: [Note]
  /// What plays it: parts of one number are hands or voices of one instrument. See ``Instrumentation``.
  public var instrument: Int

  /// A part with a name that is safe as a file name (``PartName``), and notes sorted by onset.
  public init(name: String, notes: [Note], instrument: Int = 0) {
    self.name = name
    self.notes = notes
    self.instrument = instrument
  }
}
