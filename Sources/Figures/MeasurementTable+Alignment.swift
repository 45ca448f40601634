extension Measurement {
  /// How exactly scores are aligned, and what is said of wrong ones.
  static let alignments: [Measurement] = [
    separating(
      .piano, "-p hands", score: "nominal.mid", as: "piano.nominal"),
    separating(.piano, "-p hands", score: "score.musicxml", as: "piano.musicxml"),
    separatingMistaken(score: "misaligned_errors.mid", as: "piano.mistakes"),
    separatingMistaken(
      " --correct-notes off", score: "misaligned_errors.mid", as: "piano.mistakes-kept"),
    separatingMistaken(score: "misaligned.mid", as: "piano.mistakes-none"),
    separatingDrums(
      .drumsWithPatterns, "-p drums", as: "drums.patterns", keeping: [.sdr]),
    aligning(
      .alignments(of: "piano-hands", score: "misaligned.mid", truth: "misaligned_notes.csv"),
      "mid", as: "misaligned"),
    aligning(
      .alignments(of: "piano-hands", score: "nominal.mid", truth: "alignment.csv"), "mid",
      as: "nominal"),
    aligning(
      .alignments(of: "piano-hands", score: "score.musicxml", truth: "alignment.csv"), "musicxml",
      as: "musicxml"),
    aligning(
      .alignments(
        of: "acoustic/maps-disklavier", score: "nominal.mid", truth: "alignment.csv"), "mid",
      as: "disklavier", isWithoutLag: true),
    aligning(.quantisedDrums, "csv --drums", as: "drums"),
    aligning(.bentChorales, "csv", as: "chorales"),
    aligning(.bentTranscriptions, "csv", as: "transcriptions"),
    judging(.foreignScores(of: "piano-hands", score: "nominal.mid"), "mid", as: "foreign"),
    judging(
      .foreignScores(of: "acoustic/maps-disklavier", score: "nominal.mid"), "mid",
      as: "foreign-disklavier"),
    // The same chorales are there for two and for four.
    judging(
      .foreignScores(of: "acoustic/bach10", score: "score.mid") { $0.suffix(2) == $1.suffix(2) },
      "mid", as: "foreign-chorales"),
    judging(.damagedScores(.halfMissing), "csv", as: "half"),
    judging(.damagedScores(.thirdMissing), "csv", as: "gap"),
    judging(.damagedScores(.thirdForeign), "csv", as: "foreign-third"),
    judging(.damagedScores(.repeatTooMany), "csv", as: "repeat"),
    judging(.damagedScores(.wrongNotes), "csv", as: "wrong-notes"),
  ]

  /// The two pieces that have a score with wrong, missing and extra notes.
  private static func separatingMistaken(
    _ options: String = "", score: String, as id: String
  ) -> Measurement {
    Measurement(
      id: id,
      steps: ["joplin-maple-leaf", "mozart-k332-2"].map { piece in
        .score(
          separation(
            of: "\(Places.data)/piano-hands/\(piece)/mix.flac", "-p hands\(options)",
            score: score))
      }, reductions: [.sdr])
  }

  /// What is said of scores that are wrong.
  private static func judging(
    _ preparation: Preparation, _ ending: String, as name: String
  ) -> Measurement {
    Measurement(
      id: "alignment.\(name)",
      steps: [.prepare(preparation), .score(alignment("\(ending) --force-score"))],
      reductions: [
        .count, .verdicts("refused", "not this piece"), .verdicts("doubtful", "doubtful"),
        .verdicts("good", "good"),
      ])
  }

  private static func aligning(
    _ preparation: Preparation, _ score: String, as name: String, isWithoutLag: Bool = false
  ) -> Measurement {
    let withLag: [Reduction] =
      isWithoutLag
      ? [.onsetError("late_median", share: 0.5), .onsetError("late_p90", share: 0.9)] : []
    return Measurement(
      id: "alignment.\(name)", steps: [.prepare(preparation), .score(alignment(score))],
      reductions: [
        .onsetError("median", share: 0.5, isWithoutLag: isWithoutLag),
        .onsetError("p90", share: 0.9, isWithoutLag: isWithoutLag),
        .count, .verdicts("good", "good"), .verdicts("doubtful", "doubtful"),
      ] + withLag)
  }

  /// - Parameter score: the ending of the scores, and options.
  private static func alignment(_ score: String) -> String {
    "align \(Places.work)/*.flac --score {folder}/{name}-score.\(score) -o {folder}/{name}-aligned.csv"
  }
}
