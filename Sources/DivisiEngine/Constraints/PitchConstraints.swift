import DivisiDSP
import DivisiScore

/// What a score says about pitched parts: which keys may sound when, for whom, and with which
/// partials.
///
/// Every pitch has up to three components, shared by all parts: its full sound, its first 0.3 s
/// beside that, and the noise of its onset, flat over all bins. A frame of a pitch belongs to the
/// part that struck it last; but a part that strikes what another one holds, as two instruments do, has the
/// second component beside it for as long as its note lasts.
///
/// - SeeAlso: Ewert & Müller, "Using score-informed constraints for NMF-based source separation",
///   ICASSP 2012.
struct PitchConstraints {
  /// One note and how long its string may sound.
  struct Strike {
    let note: Note
    let part: Int
    /// When the sound has died away, in seconds.
    var endSeconds: Double
  }

  /// The notes of each pitch, in the order of their onsets.
  private(set) var strikes: [Int: [Strike]]

  /// Length of the second comb: worth 0.1 dB SDR on ten piano pieces.
  private static let attackSeconds = 0.3
  /// Length of the onset's noise, to which the tolerance is added. 0.1 to 0.15 s in all measure alike,
  /// 0.2 s costs 0.1 dB.
  private static let onsetSeconds = 0.12
  /// Where a held note starts from beside another part's of its pitch. A violin and a flute in unison come out as loud as they are
  /// with 0.5; with 1 the flute is lost in the violin, with 0.3 the violin in the flute.
  private static let heldShare: Float = 0.5
  /// A note sounds this long at least, whatever the score says of its release.
  private static let shortestSeconds = 0.05

  /// - Parameter releaseSeconds: how long strings sound after they are damped.
  init(parts: [Part], releaseSeconds: Double) {
    var strikes: [Int: [Strike]] = [:]
    for (index, part) in parts.enumerated() {
      for note in part.notes {
        strikes[note.pitch, default: []].append(
          Strike(note: note, part: index, endSeconds: note.dampedSeconds + releaseSeconds))
      }
    }
    self.strikes = strikes.mapValues { $0.sorted { $0.note.onsetSeconds < $1.note.onsetSeconds } }
  }

  /// The pitches, in ascending order: components come in this order.
  var pitches: [Int] { strikes.keys.sorted() }

  /// Sets when the sound of each note has died away.
  mutating func setEnds(_ end: (_ pitch: Int, _ index: Int) -> Double) {
    for pitch in pitches {
      for index in strikes[pitch]!.indices { strikes[pitch]![index].endSeconds = end(pitch, index) }
    }
  }

  /// The components with partials, of the pitch at an index of ``pitches``.
  static func tonalComponents(ofPitchAt index: Int, settings: SeparationSettings) -> Range<Int> {
    let tonal = settings.hasAttackTemplates ? 2 : 1
    let first = index * (tonal + (settings.hasOnsetTemplates ? 1 : 0))
    return first..<first + tonal
  }

  /// The frames of a note in which each component of its pitch sounds, counted from the onset.
  static func ages(grid: TimeGrid, settings: SeparationSettings) -> [Range<Int32>] {
    func frame(_ seconds: Double) -> Int32 { Int32(grid.frame(atSeconds: seconds)) }
    let tolerance = settings.toleranceSeconds
    var ends = [Int32.max]
    if settings.hasAttackTemplates { ends.append(frame(attackSeconds) + 1) }
    if settings.hasOnsetTemplates { ends.append(frame(onsetSeconds + tolerance) + 1) }
    return ends.map { frame(-tolerance)..<$0 }
  }

  /// Draws masks and start values on a time grid.
  ///
  /// - Parameter bank: what the templates start from, within the masks of the comb; nil for the comb.
  func constraints(
    comb: PitchComb, bank: NoteBank? = nil, grid: TimeGrid, frameCount: Int, binCount: Int,
    settings: SeparationSettings
  ) -> Constraints {
    let rows = pitches.flatMap {
      self.rows(ofPitch: $0, grid: grid, frameCount: frameCount, settings: settings)
    }
    let kinds =
      [0] + (settings.hasAttackTemplates ? [1] : []) + (settings.hasOnsetTemplates ? [2] : [])
    let columns = pitches.flatMap { pitch in
      let combs = Self.templates(
        from: comb.template(pitch: pitch, grid: grid, binCount: binCount), settings: settings)
      return bank?.starts(
        pitch: pitch, kinds: kinds, combs: combs, tuningCents: comb.tuningCents, grid: grid)
        ?? combs
    }
    let supports = columns.map { column in BinBlocks(binCount: binCount) { column[$0] > 0 } }
    let templates = Templates(binCount: binCount, supports: supports, frameCount: settings.frames)
    for (component, column) in columns.enumerated() {
      for frame in 0..<settings.frames {
        let values = templates.frame(frame, ofComponent: component)
        for bin in 0..<binCount { values[bin] = column[bin] / Float(settings.frames) }
      }
    }
    var result = Constraints.assemble(
      templates: templates, rows: rows, starts: rows.map(\.weights), strokes: rows.map { _ in [] },
      settings: settings)
    result.sounds = pitches.flatMap { pitch in kinds.map { _ in pitch } }
    return result
  }

  /// When each component of a pitch may sound: the full sound, the attack, the onset, as far as the
  /// settings want them.
  func rows(ofPitch pitch: Int, grid: TimeGrid, frameCount: Int, settings: SeparationSettings)
    -> [ActivationPattern.Row]
  {
    let tolerance = settings.toleranceSeconds
    let strikes = strikes[pitch] ?? []
    let areBeside =
      settings.hasAttackTemplates
      ? strikes.indices.map { isBeside($0, ofPitch: pitch) }
      : strikes.map { _ in false }
    func row(
      _ isOpen: (Bool) -> Bool = { _ in true }, until end: (Strike, _ isBeside: Bool) -> Double
    ) -> ActivationPattern.Row {
      var row = ActivationPattern.Row(frameCount: frameCount)
      for (strike, isBeside) in zip(strikes, areBeside) where isOpen(isBeside) {
        let onset = strike.note.onsetSeconds
        row.open(
          grid.frames(
            fromSeconds: onset - tolerance,
            toSeconds: max(end(strike, isBeside), onset + Self.shortestSeconds),
            frameCount: frameCount),
          part: strike.part)
      }
      return row
    }
    var rows = [row({ !$0 }, until: { strike, _ in strike.endSeconds })]
    for (strike, isBeside) in zip(strikes, areBeside) where isBeside {
      let shared = grid.frames(
        fromSeconds: strike.note.onsetSeconds - tolerance, toSeconds: strike.endSeconds,
        frameCount: frameCount)
      for frame in shared { rows[0].weights[frame] = min(rows[0].weights[frame], Self.heldShare) }
    }
    if settings.hasAttackTemplates {
      rows.append(
        row { strike, isBeside in
          isBeside
            ? strike.endSeconds
            : min(strike.endSeconds, strike.note.onsetSeconds + Self.attackSeconds)
        })
    }
    if settings.hasOnsetTemplates {
      rows.append(row { strike, _ in strike.note.onsetSeconds + Self.onsetSeconds + tolerance })
    }
    return rows
  }

  /// Whether another part holds the pitch when a note strikes it; strings that are struck again are damped then.
  private func isBeside(_ index: Int, ofPitch pitch: Int) -> Bool {
    let strike = strikes[pitch]![index]
    let onset = strike.note.onsetSeconds
    return strikes[pitch]![..<index].suffix(Self.reach).contains {
      $0.part != strike.part && $0.note.onsetSeconds < onset - Self.shortestSeconds
        && $0.note.dampedSeconds > onset + Self.shortestSeconds
    }
  }

  /// When a strike is the last moment of a note: the next by the same part, or by another one behind its end.
  func nextStrike(after index: Int, ofPitch pitch: Int) -> Double {
    let strikes = strikes[pitch]!
    let strike = strikes[index]
    return strikes[(index + 1)...].prefix(Self.reach).first {
      $0.part == strike.part
        || $0.note.onsetSeconds > strike.note.dampedSeconds - Self.shortestSeconds
    }?.note.onsetSeconds ?? .infinity
  }

  /// Whether another part holds the pitch on when a note ends, so that nothing shows how long the note rings.
  func isHeldOn(afterNote index: Int, ofPitch pitch: Int) -> Bool {
    let strikes = strikes[pitch]!
    let (part, end) = (strikes[index].part, strikes[index].note.dampedSeconds)
    let near = strikes[max(0, index - Self.reach)..<min(strikes.count, index + Self.reach)]
    return near.contains {
      $0.part != part && $0.note.onsetSeconds < end - Self.shortestSeconds
        && $0.note.dampedSeconds > end + Self.shortestSeconds
    }
  }

  /// How many notes of a pitch are looked at around one: more than parts can hold.
  private static let reach = 16

  /// The start values of a pitch's components, in the order of its rows, K values each.
  static func templates(from comb: [Float], settings: SeparationSettings) -> [[Float]] {
    let flat = [Float](repeating: 1 / Float(comb.count), count: comb.count)
    return [comb] + (settings.hasAttackTemplates ? [comb] : [])
      + (settings.hasOnsetTemplates ? [flat] : [])
  }
}
