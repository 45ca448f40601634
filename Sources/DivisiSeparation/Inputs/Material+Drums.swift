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

  /// What plays some notes, and these as it plays them: ways to strike a drum that sound alike are one.
  package func played(_ notes: [Note]) -> (instrument: Instrument, notes: [Note]) {
    guard case .drums(let kit) = self else { return (.pitched, notes) }
    let struck = notes.map { note in
      var note = note
      note.pitch = DrumKit.articulation(ofPitch: note.pitch)
      return note
    }
    let patches = Set(struck.map(\.pitch)).map { ($0, kit.patch(ofPitch: $0)) }
    return (.drums(Dictionary(uniqueKeysWithValues: patches), grid: DrumKit.grid), struck)
  }
}
