public import DivisiScore

extension SampleKit {
  /// How long notes of drums are written, in seconds: their samples sound to the end.
  private static let noteSeconds = 0.1

  /// What a recording plays, where its strokes rise, at the velocities that they have by their levels.
  ///
  /// - Parameters:
  ///   - bars: in seconds of the recording.
  ///   - leadSeconds: how long before their rises notes lie; with ``StrokeCutter/leadSeconds`` a sampler, which starts
  ///     samples with the notes, plays them in their place.
  public func pattern(
    of strokes: [CutStroke], bars: [Bar], leadSeconds: Double = 0
  ) -> Score {
    let laws = Dictionary(
      uniqueKeysWithValues: instruments.map { ($0.articulation, $0.law) })
    let notes = strokes.map { stroke in
      let onset = max(0, Double(stroke.rise) / Double(sampleRate) - leadSeconds)
      let velocity = laws[stroke.articulation]?.velocity(atLevel: stroke.level) ?? 100
      return Note(
        onsetSeconds: onset, releaseSeconds: onset + Self.noteSeconds, pitch: stroke.articulation,
        velocity: Int(velocity.rounded()), channel: 10)
    }
    var score = Score(notes: notes, trackNames: ["drums"], hasPedal: false)
    score.bars = bars
    return score
  }
}
