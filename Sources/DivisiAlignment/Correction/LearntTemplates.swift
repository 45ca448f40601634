import DivisiDSP
internal import Glibc

/// What each key of a piano, or each pitch of an ensemble, sounds like in the bands of a recording: learnt from it where
/// the score has notes, and taken from nearby pitches, moved by as many bands, where it has few or none.
final class LearntTemplates: Sendable {
  /// Bands × ``ScoredPitches/pitches``, each with a sum of 1.
  let values: Matrix

  private static let count = ScoredPitches.pitches.count
  private static let steps = 8
  /// What may be learnt beside what a comb says, as a share of its largest value.
  private static let open: Float = 0.002
  /// Bands where a comb has less than this are closed to its pitch.
  private static let leastComb: Float = 1e-4
  private static let closed: Float = 1e-7
  /// A start for activations, as a share of the frame's sum.
  private static let start: Float = 0.1
  /// Pieces of a recording that are learnt from at most, and frames of each: about five minutes.
  private static let (mostPieces, pieceLength) = (30, 512)

  /// - Parameters:
  ///   - spectrum: of the recording, in semitones.
  ///   - scored: where pitches sound.
  ///   - noteCounts: how many notes the score has of each pitch.
  /// - Complexity: O(frames · open pitches · bands), for 15,000 frames at most.
  init(
    _ spectrum: BandSpectrum, scored: ScoredPitches, noteCounts: [Float], parallel: Parallel
  ) {
    let combs = Self.combs()
    let learnt = Self.learnt(spectrum, from: combs, scored: scored, parallel: parallel)
    values = Self.shared(learnt, combs: combs, weights: noteCounts)
  }

  private static func combs() -> Matrix {
    let result = Matrix(rowCount: Bands.pitches.count, columnCount: count)
    for (row, pitch) in ScoredPitches.pitches.enumerated() {
      let comb = Instrument.comb(ofPitch: pitch)
      for band in comb.indices { result[band, row] = comb[band] }
    }
    normalise(result)
    return result
  }

  /// Gives each template a sum of 1.
  private static func normalise(_ templates: borrowing Matrix) {
    for row in 0..<templates.columnCount {
      let sum = Factorisation.sum(templates.column(row), stride: templates.columnStride)
      if sum > 0 { templates.scale(columns: row..<row + 1, by: 1 / sum) }
    }
  }

  /// Templates and activations in turn, with the score's pitches only.
  private static func learnt(
    _ spectrum: BandSpectrum, from combs: borrowing Matrix, scored: ScoredPitches,
    parallel: Parallel
  ) -> Matrix {
    let templates = Matrix(rowCount: combs.rowCount, columnCount: count)
    for row in 0..<count {
      let most = combs.maximum(ofColumns: row..<row + 1)
      for band in 0..<combs.rowCount {
        let comb = combs[band, row]
        templates[band, row] = comb > leastComb ? comb + open * most : closed
      }
    }
    normalise(templates)
    let firsts = pieces(of: spectrum.frameCount)
    let activations = Matrix(rowCount: count, columnCount: firsts.count * pieceLength)
    for step in 0..<steps {
      let sums = Matrix(rowCount: combs.rowCount, columnCount: firsts.count * count)
      let totals = Matrix(rowCount: count, columnCount: firsts.count)
      parallel(firsts.count) { piece in
        let quotient = Matrix(rowCount: templates.rowCount, columnCount: 1)
        for offset in 0..<min(pieceLength, spectrum.frameCount - firsts[piece]) {
          let active = scored.rows(at: firsts[piece] + offset)
          guard !active.isEmpty else { continue }
          let V = spectrum.values.column(firsts[piece] + offset)
          let H = activations.column(piece * pieceLength + offset)
          if step == 0 {
            let sum = Factorisation.sum(V, stride: spectrum.values.columnStride)
            for row in active { H[row] = start * sum }
          }
          Factorisation.activate(
            V, templates: templates, active: active, steps: 1, quotient: quotient.column(0),
            into: H)
          Factorisation.divide(
            V, templates: templates, active: active, H, into: quotient.column(0))
          Factorisation.add(
            quotient.column(0), active: active, H, to: sums, from: piece * count)
          for row in active { totals[row, piece] += H[row] }
        }
      }
      for row in 0..<count {
        let total = firsts.indices.reduce(Float(0)) { $0 + totals[row, $1] }
        guard total > 0 else { continue }
        for band in 0..<combs.rowCount {
          let sum = firsts.indices.reduce(Float(0)) { $0 + sums[band, $1 * count + row] }
          templates[band, row] *= sum / total
        }
        // What the template loses, its activations gain.
        let sum = Factorisation.sum(templates.column(row), stride: templates.columnStride)
        for column in 0..<activations.columnCount { activations[row, column] *= sum }
      }
      normalise(templates)
    }
    return templates
  }

  /// The first frames of what is learnt from, spread over the recording.
  private static func pieces(of frameCount: Int) -> [Int] {
    let all = (frameCount + pieceLength - 1) / pieceLength
    let used = min(all, mostPieces)
    return (0..<used).map { $0 * all / used * pieceLength }
  }

  /// How many notes of its own a template needs to count as much as its neighbours.
  private static let ownNotes: Float = 3
  /// Over how many semitones neighbours are alike.
  private static let alikeSemitones: Float = 2.5
  /// How much a comb counts beside neighbours, in notes.
  private static let combNotes: Float = 0.02

  private static func shared(
    _ learnt: borrowing Matrix, combs: borrowing Matrix, weights: [Float]
  ) -> Matrix {
    let bands = learnt.rowCount
    let result = Matrix(rowCount: bands, columnCount: count)
    for row in 0..<count {
      var total = combNotes
      var sum = (0..<bands).map { combNotes * combs[$0, row] }
      for other in 0..<count {
        let distance = Float(row - other) / alikeSemitones
        let weight = weights[other] * expf(-0.5 * distance * distance)
        guard weight > 1e-6 else { continue }
        total += weight
        let moved = row - other
        for band in max(0, moved)..<min(bands, bands + moved) {
          sum[band] += weight * learnt[band - moved, other]
        }
      }
      let own = weights[row] / (weights[row] + ownNotes)
      for band in 0..<bands {
        result[band, row] = own * learnt[band, row] + (1 - own) * sum[band] / total + closed
      }
    }
    normalise(result)
    return result
  }
}
