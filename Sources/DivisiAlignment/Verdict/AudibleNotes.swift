import DivisiDSP

/// Which notes begin where a path puts them.
///
/// A note is audible if its pitch rises more there than at least half of the pitches around it that nothing plays. Of 112
/// right pairs of recordings and scores, 8 % of the notes of most and 11 % of any are not audible; of 48 scores in which
/// three notes in ten were moved by up to seven semitones, 17 % of the notes of half, and 11 % of all.
struct AudibleNotes {
  /// When each note is played, in seconds of the recording, ascending.
  private let onsets: [Double]
  /// Of each whether it is audible; nil where too few pitches around it are left to tell.
  private let isAudible: [Bool?]

  /// How many semitones around a note are compared with it, in which range of a piano, and how many of them have to be
  /// left.
  private static let (reach, range, leastRivals) = (9, 21...107, 4)
  /// Pitches of notes that are closer than this are not compared, in seconds.
  private static let nearby = 0.35
  /// Fewer notes than this that are not audible say nothing.
  private static let fewNotes = 4

  /// - Parameters:
  ///   - notes: in seconds of the recording, at the pitches that sound there; in any order.
  ///   - recording: its features.
  /// - Returns: nil for drums, which have no pitches.
  /// - Complexity: O(notes · bands).
  init?(_ notes: [SketchedNote], in recording: PathFeatures, instrument: Instrument) {
    guard !instrument.isPercussive else { return nil }
    let notes = notes.sorted { $0.onset < $1.onset }
    onsets = notes.map(\.onset)
    let frameCount = recording.frameCount
    guard frameCount >= 3 else {
      isAudible = notes.map { _ in nil }
      return
    }
    var (first, end) = (0, 0)
    // How many notes nearby play each pitch.
    var played: [Int: Int] = [:]
    isAudible = notes.map { note in
      while end < notes.count, notes[end].onset < note.onset + Self.nearby {
        played[notes[end].pitch, default: 0] += 1
        end += 1
      }
      while notes[first].onset <= note.onset - Self.nearby {
        played[notes[first].pitch, default: 0] -= 1
        first += 1
      }
      let rivals = (note.pitch - Self.reach...note.pitch + Self.reach)
        .filter { Self.range.contains($0) && played[$0, default: 0] == 0 }
      guard rivals.count >= Self.leastRivals else { return nil }
      let frame = min(max(1, Int(note.onset * recording.frameRate)), frameCount - 2)
      let own = Self.rise(of: instrument[note.pitch], in: recording, around: frame)
      let outdone = rivals.filter {
        Self.rise(of: instrument[$0], in: recording, around: frame) < own
      }
      return 2 * outdone.count >= rivals.count
    }
  }

  /// How much a sound resembles what begins in one of three frames.
  private static func rise(
    of sound: Instrument.Sound, in recording: PathFeatures, around frame: Int
  ) -> Float {
    let (before, at, after) = (
      recording.onsets.column(frame - 1), recording.onsets.column(frame),
      recording.onsets.column(frame + 1)
    )
    var sum: Float = 0
    for (band, magnitude) in zip(sound.bands, sound.magnitudes) {
      sum += magnitude * max(before[band], at[band], after[band])
    }
    return sum
  }

  /// How many notes were looked at, and how many of them are audible.
  struct Count: Sendable {
    var audible = 0
    var all = 0

    /// Nil where none was looked at.
    var share: Double? {
      all - audible < AudibleNotes.fewNotes && all > 0
        ? 1 : all > 0 ? Double(audible) / Double(all) : nil
    }

    static func + (a: Count, b: Count) -> Count {
      Count(audible: a.audible + b.audible, all: a.all + b.all)
    }
  }

  /// - Parameter seconds: of the recording; nil for all of it.
  func count(in seconds: Range<Double>? = nil) -> Count {
    var result = Count()
    for (onset, isAudible) in zip(onsets, isAudible) where seconds?.contains(onset) ?? true {
      guard let isAudible else { continue }
      result.all += 1
      if isAudible { result.audible += 1 }
    }
    return result
  }
}
