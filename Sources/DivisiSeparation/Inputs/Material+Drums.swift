package import DivisiAlignment
package import DivisiEngine
package import DivisiScore

extension Material {
  /// Whether strokes of drums are separated.
  package var isOfDrums: Bool { if case .drums = self { true } else { false } }

  /// Which notes of a score it is made of: tables do not tell drums from pitches.
  package func noteIndices(of score: Score) -> [Int] {
    score.notes.indices.filter {
      isOfDrums ? score.notes[$0].kind != .click : score.notes[$0].kind == .pitched
    }
  }

  /// What plays some notes.
  package func instrument(of notes: [Note]) -> Instrument {
    guard case .drums(let kit) = self else { return .pitched }
    return .drums(
      kit.patches(struckBy: notes), grid: DrumKit.grid, number: DrumKit.articulation)
  }
}
