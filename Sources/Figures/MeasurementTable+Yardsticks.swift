extension Measurement {
  // MARK: Models that comparisons alone offer

  /// NMF2D, of which so many pitches share a template, and a learnt transform, beside NMF of the same notes and starts.
  static let yardsticks: [Measurement] = yardstickSets.flatMap { name, set, options in
    [("", "nmf,nmf2d,tl-nmf", ""), ("-3", "nmf2d", " --shared-pitches 3")].map {
      suffix, models, sharing in
      Measurement(
        id: "yardsticks.\(name)\(suffix)",
        steps: [
          .compare(
            "compare \(set.pattern) --score {folder}/score.mid --references {folder} \(options) "
              + "--template-frames 1 --models \(models)\(sharing)")
        ],
        reductions: models.split(separator: ",").map { .sdr(of: String($0)) })
    }
  }

  private static let yardstickSets = [
    ("hands", RecordingSet.piano, "-p hands --iterations 15"), ("duos", .duos, "-p parts"),
    ("concertos", .concertos, "-p parts"),
  ]
}
