import DivisiDSP
import DivisiScore

/// What a score says about pitched parts: which keys may sound when, for whom, and with which
/// partials.
///
/// Every pitch has up to three components, shared by all parts: its full sound, its first 0.3 s
/// beside that, and the noise of its onset, flat over all bins. A frame of a pitch belongs to the
/// part that struck it last.
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
    func row(until end: (Strike) -> Double) -> ActivationPattern.Row {
      var row = ActivationPattern.Row(frameCount: frameCount)
      for strike in strikes[pitch] ?? [] {
        let onset = strike.note.onsetSeconds
        row.open(
          grid.frames(
            fromSeconds: onset - tolerance,
            toSeconds: max(end(strike), onset + Self.shortestSeconds),
            frameCount: frameCount),
          part: strike.part)
      }
      return row
    }
    var rows = [row { $0.endSeconds }]
    if settings.hasAttackTemplates {
      rows.append(row { min($0.endSeconds, $0.note.onsetSeconds + Self.attackSeconds) })
    }
    if settings.hasOnsetTemplates {
      rows.append(row { $0.note.onsetSeconds + Self.onsetSeconds + tolerance })
    }
    return rows
  }

  /// The start values of a pitch's components, in the order of its rows, K values each.
  static func templates(from comb: [Float], settings: SeparationSettings) -> [[Float]] {
    let flat = [Float](repeating: 1 / Float(comb.count), count: comb.count)
    return [comb] + (settings.hasAttackTemplates ? [comb] : [])
      + (settings.hasOnsetTemplates ? [flat] : [])
  }
}
