import DivisiDSP
import DivisiScore
internal import Glibc

/// What a score says about drums: which articulation is struck when, and how hard.
///
/// Every articulation (see ``DrumKit/articulation(ofPitch:)``) is one component; H starts as
/// decaying envelopes whose heights follow the velocities.
///
/// - SeeAlso: Dittmar & Müller, "Reverse engineering the Amen break", IEEE/ACM TASLP 2016
///   (envelopes as a start).
struct StrokeConstraints {
  /// How long a stroke may be felt in H where no setting says it, as in streams; its template carries the sound itself.
  static let soundingSeconds = 0.5
  /// Time constant of the envelopes. 0.15 s gives 15.04 dB SDR on fourteen tracks, 0.1 s 15.09.
  private static let decaySeconds = 0.1
  /// Start of an envelope's end, against its peak; zero could never grow.
  private static let floor = 1e-3
  /// Tolerance up to which an envelope starts to decay at the notated onset; beyond it waits as
  /// much longer.
  private static let usualTolerance = 0.03

  /// When one articulation is struck.
  struct Envelope {
    /// See ``DrumKit/articulation(ofPitch:)``.
    let articulation: Int
    /// When it may sound.
    let row: ActivationPattern.Row
    /// Where its row of H starts, N values, up to a factor that all articulations share.
    let start: [Float]
    /// In the order of time.
    let strokes: [Stroke]
  }

  /// Draws masks and start values on a time grid.
  ///
  /// - Parameter parts: the last one is the rest's, if there is one.
  static func constraints(
    parts: [Part], kit: DrumKit, grid: TimeGrid, frameCount: Int, binCount: Int,
    settings: SeparationSettings
  ) -> Constraints {
    let envelopes = envelopes(parts: parts, grid: grid, frameCount: frameCount, settings: settings)
    let full = BinBlocks.full(binCount: binCount)
    let free = envelopes.count..<envelopes.count + (settings.hasRest ? Rest.componentCount : 0)
    let templates = Templates(
      binCount: binCount, supports: (0..<free.upperBound).map { _ in full },
      frameCounts: envelopes.map { _ in settings.frames } + free.map { _ in 1 })
    for (component, envelope) in envelopes.enumerated() {
      kit.write(
        articulation: envelope.articulation, component: component, grid: grid, to: templates)
    }
    let starts = Rest.fill(
      templates, components: free, frameCount: frameCount, seed: settings.seed)
    var open = ActivationPattern.Row(frameCount: frameCount)
    open.open(0..<frameCount, part: parts.count - 1)
    var result = Constraints.assemble(
      templates: templates, rows: envelopes.map(\.row) + free.map { _ in open },
      starts: envelopes.map(\.start) + starts,
      strokes: envelopes.map(\.strokes) + free.map { _ in [] }, settings: settings)
    if !free.isEmpty { result.rest = Rest(components: free, grid: grid) }
    result.isFree = settings.isScoreless
    result.rules = StrokeRules(result.strokes, grid: grid, settings: settings)
    return result
  }

  /// Draws the envelopes of all articulations that are struck, in ascending order.
  static func envelopes(
    parts: [Part], grid: TimeGrid, frameCount: Int, settings: SeparationSettings
  ) -> [Envelope] {
    var notes: [Int: [(note: Note, part: Int)]] = [:]
    for (index, part) in parts.enumerated() {
      for note in part.notes {
        notes[DrumKit.articulation(ofPitch: note.pitch), default: []].append((note, index))
      }
    }
    return notes.keys.sorted().map { articulation in
      var start = [Float](repeating: 0, count: frameCount)
      var row = ActivationPattern.Row(frameCount: frameCount)
      var struck: [Stroke] = []
      for (note, part) in notes[articulation]!.sorted(by: {
        $0.note.onsetSeconds < $1.note.onsetSeconds
      }) {
        let frames = grid.frames(
          fromSeconds: note.onsetSeconds - settings.toleranceSeconds,
          toSeconds: note.onsetSeconds + settings.strokeSeconds, frameCount: frameCount)
        guard !frames.isEmpty else { continue }
        for frame in frames {
          let elapsed = Double(frame) / grid.frameRate - note.onsetSeconds
          let value = gain(velocity: note.velocity) * shape(elapsed, settings: settings)
          start[frame] = max(start[frame], Float(value))
          row.parts[frame] = Int16(part)
        }
        struck.append(
          Stroke(
            firstFrame: frames.lowerBound, onsetFrame: grid.frame(atSeconds: note.onsetSeconds),
            velocity: note.velocity))
      }
      let peak = start.max() ?? 0
      if settings.isScoreless {
        row.open(0..<frameCount, part: notes[articulation]![0].part)
        return Envelope(articulation: articulation, row: row, start: row.weights, strokes: [])
      }
      if peak > 0 { row.weights = start.map { $0 / peak } }
      return Envelope(articulation: articulation, row: row, start: start, strokes: struck)
    }
  }

  /// The height of a stroke's envelope: 1 at velocity 100.
  static func gain(velocity: Int) -> Double { pow(Double(velocity) / 100, 2) }

  /// The envelope of a stroke, at most 1.
  ///
  /// - Parameter elapsed: seconds since its onset in the score, from −tolerance up.
  static func shape(_ elapsed: Double, settings: SeparationSettings) -> Double {
    if settings.envelopes == .flat { return 1 }
    let waiting = max(0, settings.toleranceSeconds - usualTolerance)
    return max(exp(-max(elapsed - waiting, 0) / decaySeconds), floor)
  }
}
