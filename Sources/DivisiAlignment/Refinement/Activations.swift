import DivisiDSP
import Glibc

/// Which pitches may sound when.
struct ActivationRows: Sendable {
  /// MIDI numbers, ascending; a row each.
  let pitches: [Int]
  private let rowOfPitch: [Int]
  private let spans: [(row: Int, frames: Range<Int>)]
  private let places: [Range<Int>]

  /// How long before the first place of a note it may sound, and how long after its end, in seconds.
  private static let (before, after) = (0.1, 0.8)
  /// The same for grace notes, about their main note.
  private static let beforeMain = 1.1
  private static let afterMain = 0.9
  /// A note's end is known to a factor only.
  private static let stretch = 2.0
  private static let shortest = 0.1

  /// - Parameters:
  ///   - reach: how far from its estimate a note may be found, in seconds.
  ///   - places: frames whose activations tell where something begins.
  init(
    notes: [NoteEstimate], graces: [GraceEstimate], reach: Double, places: [Range<Int>],
    grid: TimeGrid
  ) {
    self.places = places
    pitches = Set(notes.map(\.pitch) + graces.map(\.pitch)).sorted()
    var rowOfPitch = [Int](repeating: 0, count: 128)
    for (row, pitch) in pitches.enumerated() { rowOfPitch[pitch] = row }
    self.rowOfPitch = rowOfPitch
    let scoreOnsets = notes.map(\.scoreOnset)
    let estimates = notes.map(\.estimate)
    let scoreSpan = (scoreOnsets.max() ?? 0) - (scoreOnsets.min() ?? 0)
    let span = (estimates.max() ?? 0) - (estimates.min() ?? 0)
    let tempo = scoreSpan > 0 && span > 0 ? span / scoreSpan : 1
    func frames(_ start: Double, _ end: Double) -> Range<Int> {
      let first = grid.frame(atSeconds: start)
      return first..<max(first, grid.frame(atSeconds: end)) + 1
    }
    spans =
      notes.map {
        let length = max(Self.shortest, Self.stretch * tempo * ($0.scoreEnd - $0.scoreOnset))
        return (
          rowOfPitch[$0.pitch],
          frames($0.estimate - reach - Self.before, $0.estimate + length + Self.after)
        )
      }
      + graces.map {
        let main = notes[$0.main].estimate
        return (rowOfPitch[$0.pitch], frames(main - Self.beforeMain, main + Self.afterMain))
      }
  }

  func row(ofPitch pitch: Int) -> Int { rowOfPitch[pitch] }

  /// For each frame of a range whether its activations are asked for.
  func needed(in range: Range<Int>) -> [Bool] {
    var result = [Bool](repeating: false, count: range.count)
    for place in places where place.overlaps(range) {
      for frame in place.clamped(to: range) { result[frame - range.lowerBound] = true }
    }
    return result
  }

  /// For each frame of a range whether each row is open, frame after frame.
  func open(in range: Range<Int>) -> [Bool] {
    var result = [Bool](repeating: false, count: range.count * pitches.count)
    for span in spans where span.frames.overlaps(range) {
      for frame in span.frames.clamped(to: range) {
        result[(frame - range.lowerBound) * pitches.count + span.row] = true
      }
    }
    return result
  }
}

/// Activations of some pitches in a range of frames.
struct Activations: ~Copyable {
  /// The frame of the first column.
  let first: Int
  /// Rows × frames.
  let H: Matrix
  /// How the sound itself grows; nil where that is not looked at.
  let growth: Growth?

  /// How much a row grows around frames: max(0, H[n + lag] − H[n − lag]), times the growth of the sound where that is
  /// looked at; 0 outside the range.
  func rise(
    row: Int, from frame: Int, to target: UnsafeMutablePointer<Float>, count: Int, lag: Int
  ) {
    let start = frame - first
    for index in max(0, lag - start)..<max(lag - start, 0, min(count, H.columnCount - lag - start))
    {
      let column = start + index
      target[index] = max(0, H[row, column + lag] - H[row, column - lag])
      if let factor = growth?.value(row: row, at: column) { target[index] *= factor }
    }
  }
}

/// How many times as loud a sound becomes in the bands of a template: Σ w max(0, ln V[n + lag] − ln V[n − lag]), at most 2.
///
/// The activation of an open hi-hat, of which there is much noise, rises and falls by chance as much as at a stroke; as a
/// share of what sounds already, only strokes stand out. Without it, nine rendered strokes of ten lie a quarter further off.
struct Growth {
  /// Logarithms of magnitudes, frame after frame.
  var logarithms: [Float]
  /// With a sum of 1 for each row, row after row.
  let weights: [Float]
  let bandCount: Int
  /// In frames.
  let lag: Int

  /// Magnitudes that are added to all, as shares of the recording’s peak: silence does not grow.
  static let floor: Float = 1e-4
  /// A sound that begins in silence, 17 dB below, is as much of a stroke as one can be.
  private static let most: Float = 2

  /// - Returns: 1 where there is nothing to compare with.
  func value(row: Int, at frame: Int) -> Float {
    let (before, after) = ((frame - lag) * bandCount, (frame + lag) * bandCount)
    guard before >= 0, after + bandCount <= logarithms.count else { return 1 }
    var sum: Float = 0
    for band in 0..<bandCount {
      sum +=
        weights[row * bandCount + band]
        * max(0, logarithms[after + band] - logarithms[before + band])
    }
    return min(sum, Self.most)
  }
}

/// Factorises stretches of a recording with fixed templates, in few steps (``Factorisation``).
struct ActivationAnalyser: Sendable {
  let grid: TimeGrid
  private let filter: BandFilter
  private let instrument: Instrument
  private let rows: ActivationRows
  private let stft: STFT
  private let scale: Float

  /// Steps; more sharpen nothing.
  private static let steps = 5

  /// - Parameter peak: the largest magnitude of the recording's samples.
  init(peak: Float, filter: BandFilter, instrument: Instrument, rows: ActivationRows) {
    grid = filter.grid
    self.filter = filter
    self.instrument = instrument
    self.rows = rows
    stft = STFT(grid: filter.grid)
    scale = 2 / Float(filter.grid.windowLength) / max(peak, 1e-9)
  }

  /// - Parameters:
  ///   - range: of frames.
  ///   - stretch: that has the samples for them.
  func activations(in range: Range<Int>, of stretch: SoundStretch) -> Activations {
    let (open, needed) = (rows.open(in: range), rows.needed(in: range))
    let templates = Matrix(rowCount: filter.count, columnCount: rows.pitches.count)
    for (row, pitch) in rows.pitches.enumerated() {
      let sound = instrument[pitch]
      let sum = sound.magnitudes.reduce(0, +)
      for (band, magnitude) in zip(sound.bands, sound.magnitudes) {
        templates[band, row] = magnitude / sum
      }
    }
    let H = Matrix(rowCount: rows.pitches.count, columnCount: range.count)
    let V = Matrix(rowCount: filter.count, columnCount: 1)
    let quotient = Matrix(rowCount: filter.count, columnCount: 1)
    let buffer = stft.makeBuffer()
    var power = [Float](repeating: 0, count: grid.binCount)
    var growth = instrument.refining.growthFrames.map { lag in
      Growth(
        logarithms: [],
        weights: rows.pitches.indices.flatMap { row in
          (0..<filter.count).map { templates[$0, row] }
        }, bandCount: filter.count, lag: lag)
    }
    var active: [Int] = []
    for frame in range {
      let offset = frame - range.lowerBound
      active.removeAll(keepingCapacity: true)
      if needed[offset] {
        for row in rows.pitches.indices where open[offset * rows.pitches.count + row] {
          active.append(row)
        }
      }
      // Growth is a matter of all frames around.
      guard !active.isEmpty || growth != nil else { continue }
      power.withUnsafeMutableBufferPointer { power in
        let base = power.baseAddress!
        stretch.formPower(ofFrame: frame, stft: stft, buffer: buffer, to: base)
        filter.magnitudes(ofPower: base, scale: scale, into: V.column(0))
      }
      growth?.logarithms += (0..<filter.count).map { log(V[$0, 0] + Growth.floor) }
      guard !active.isEmpty else { continue }
      // An even start.
      let start =
        Factorisation.sum(V.column(0), stride: V.columnStride) / Float(active.count)
      for row in active { H[row, offset] = start }
      Factorisation.activate(
        V.column(0), templates: templates, active: active, steps: Self.steps,
        quotient: quotient.column(0), into: H.column(offset))
    }
    return Activations(first: range.lowerBound, H: H, growth: growth)
  }
}
