import DivisiDSP
import DivisiScore

/// What a score says about pitched parts: which keys may sound when, for whom, and with which
/// partials.
///
/// Every pitch of an instrument has components of its own, which all parts of that instrument share: its full
/// sound (or several of them, a little higher and lower), its first 0.3 s beside that, and the noise of its onset,
/// flat over all bins. A frame of a pitch belongs to the part of the instrument that struck it last: a key has one
/// string for both hands. Where several parts strike it at once, they share it by their velocities. Another instrument that
/// plays the same pitch is not disturbed by that.
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

  /// The notes of each sound, in the order of their onsets.
  private(set) var strikes: [Sound: [Strike]]

  /// Length of the second comb: worth 0.1 dB SDR on ten piano pieces.
  private static let attackSeconds = 0.3
  /// Length of the onset's noise, to which the tolerance is added. 0.1 to 0.15 s in all measure alike,
  /// 0.2 s costs 0.1 dB.
  private static let onsetSeconds = 0.12
  /// Parts strike a key at once if it is within this time.
  static var unisonSeconds: Double {
    @_noLocks get { 0.05 }
  }
  /// A note sounds this long at least, whatever the score says of its release.
  private static let shortestSeconds = 0.05

  /// - Parameter releaseSeconds: how long strings sound after they are damped.
  init(parts: [Part], releaseSeconds: Double) {
    var strikes: [Sound: [Strike]] = [:]
    for (index, part) in parts.enumerated() {
      for note in part.notes {
        strikes[Sound(instrument: part.instrument, pitch: note.pitch), default: []].append(
          Strike(note: note, part: index, endSeconds: note.dampedSeconds + releaseSeconds))
      }
    }
    self.strikes = strikes.mapValues { $0.sorted { $0.note.onsetSeconds < $1.note.onsetSeconds } }
  }

  /// The sounds, in ascending order: components come in this order.
  var sounds: [Sound] { strikes.keys.sorted() }

  /// Sets when the sound of each note has died away.
  mutating func setEnds(_ end: (_ sound: Sound, _ index: Int) -> Double) {
    for sound in sounds {
      for index in strikes[sound]!.indices { strikes[sound]![index].endSeconds = end(sound, index) }
    }
  }

  /// The components with partials, of the sound at an index of ``sounds``.
  static func tonalComponents(ofSoundAt index: Int, settings: SeparationSettings) -> Range<Int> {
    let components = settings.pitchComponents
    let first = index * components.count
    return first..<first + components.count { $0.kind != .onset }
  }

  /// The frames of a note in which each component of its pitch sounds, counted from the onset.
  static func ages(grid: TimeGrid, settings: SeparationSettings) -> [Range<Int32>] {
    func frame(_ seconds: Double) -> Int32 { Int32(grid.frame(atSeconds: seconds)) }
    let tolerance = settings.toleranceSeconds
    return settings.pitchComponents.map { component in
      let end =
        switch component.kind {
        case .tone: Int32.max
        case .attack: frame(attackSeconds) + 1
        case .onset: frame(onsetSeconds + tolerance) + 1
        }
      return frame(-tolerance)..<end
    }
  }

  /// Draws masks and start values on a time grid.
  ///
  /// - Parameter bank: what the templates of an instrument start from, within the masks of the comb; nil for the
  ///   comb.
  func constraints(
    comb: PitchComb, bank: (_ instrument: Int) -> NoteBank? = { _ in nil }, grid: TimeGrid,
    frameCount: Int, binCount: Int, settings: SeparationSettings
  ) -> Constraints {
    let sounds = sounds
    let rows = sounds.flatMap {
      self.rows(of: $0, grid: grid, frameCount: frameCount, settings: settings)
    }
    let columns = sounds.flatMap { sound in
      Self.templates(
        ofPitch: sound.pitch, comb: comb, bank: bank(sound.instrument), grid: grid,
        binCount: binCount, settings: settings
      ).map(settings.templateMask.applied)
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
    let kinds = settings.pitchComponents
    result.sounds = sounds.indices.flatMap { index in kinds.map { _ in index } }
    return result
  }

  /// When each component of a sound may sound, in the order of the settings' components.
  func rows(of sound: Sound, grid: TimeGrid, frameCount: Int, settings: SeparationSettings)
    -> [ActivationPattern.Row]
  {
    let tolerance = settings.toleranceSeconds
    func row(until end: (Strike) -> Double) -> ActivationPattern.Row {
      var row = ActivationPattern.Row(frameCount: frameCount)
      // What other parts struck at once with the next strike.
      var others: [(strike: Strike, frames: Range<Int>)] = []
      for strike in strikes[sound] ?? [] {
        let onset = strike.note.onsetSeconds
        let frames = grid.frames(
          fromSeconds: onset - tolerance,
          toSeconds: max(end(strike), onset + Self.shortestSeconds), frameCount: frameCount)
        row.open(frames, part: strike.part)
        others.removeAll {
          $0.strike.part == strike.part || onset - $0.strike.note.onsetSeconds >= Self.unisonSeconds
        }
        for frame in others.isEmpty ? 0..<0 : frames {
          let sounding = others.filter { $0.frames.contains(frame) }
          // Magnitudes are about as velocities.
          let sum = sounding.reduce(max(1, strike.note.velocity)) { $0 + $1.strike.note.velocity }
          let shares = sounding.filter { $0.strike.note.velocity > 0 }.map {
            ActivationPattern.Share(
              part: Int16($0.strike.part), amount: Float($0.strike.note.velocity) / Float(sum))
          }
          if !shares.isEmpty { row.share(frame: frame, with: shares) }
        }
        others.append((strike, frames))
      }
      return row
    }
    return settings.pitchComponents.map { component in
      switch component.kind {
      case .tone: row { $0.endSeconds }
      case .attack: row { min($0.endSeconds, $0.note.onsetSeconds + Self.attackSeconds) }
      case .onset: row { $0.note.onsetSeconds + Self.onsetSeconds + tolerance }
      }
    }
  }

  /// The start values of a pitch's components, in the order of the settings, K values each.
  static func templates(
    ofPitch pitch: Int, comb: PitchComb, bank: NoteBank?, grid: TimeGrid, binCount: Int,
    settings: SeparationSettings
  ) -> [[Float]] {
    settings.pitchComponents.map { component in
      let comb = comb.shifted(byCents: component.cents)
      let start =
        component.kind == .onset
        ? [Float](repeating: 1 / Float(binCount), count: binCount)
        : comb.template(pitch: pitch, grid: grid, binCount: binCount)
      return bank?.start(
        pitch: pitch, kind: component.kind, comb: start, tuningCents: comb.tuningCents, grid: grid)
        ?? start
    }
  }
}
