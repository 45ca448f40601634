extension Measurement {
  /// Everything that pages quote.
  static let all =
    demo + wholeFiles + streams + sections + gradients + frozen + drumVariations + [poster]
    + stereo + alignments + ensembles + yardsticks

  // MARK: What ships

  static let demo: [Measurement] = [("polonaise", "hands"), ("break", "drums")].map {
    folder, preset in
    var measurement = separating(
      RecordingSet(pattern: "Tests/Recordings/\(folder)/mix.flac"), "-p \(preset)",
      as: "demo.\(preset)")
    measurement.needsData = false
    return measurement
  }

  // MARK: Whole files

  static let wholeFiles: [Measurement] = [
    separating(
      .piano, "-p hands --oracle", as: "piano.hands", keeping: [.sdr, .sir, .sar, .oracle]),
    separating(
      .piano, "-p hands", score: "notes.csv", as: "piano.no-pedal", keeping: [.sdr, .sir, .sar]),
    separating(.piano, "-p hands-acoustic", as: "piano.acoustic"),
    separating(.piano, "-p hands --model nmf --iterations 15", as: "piano.nmf"),
    separating(.disklavier, "-p hands --oracle", as: "disklavier.hands", keeping: [.sdr, .oracle]),
    separating(.disklavier, "-p hands-acoustic", as: "disklavier.acoustic"),
    separating(.disklavier, "-p hands --model nmf --iterations 15", as: "disklavier.nmf"),
    separating(.piano, "-p hands-fast", as: "piano.fast", keeping: [.sdr, .sir, .sar]),
    separating(.piano, "-p literature", as: "piano.literature", keeping: [.sdr, .sir, .sar]),
    separating(.piano, "-p hands --model-file generic-piano", as: "piano.bank"),
    separating(
      .drums, "-p drums", as: "drums.wae", keeping: [.sdr, .sir, .sar, .weakest, .unseen]),
    separating(
      .drums, "-p drums --model cae --oracle", as: "drums.cae",
      keeping: [.sdr, .sir, .sar, .weakest, .unseen, .oracle]),
    separating(
      .drums, "-p drums --model nmfd", as: "drums.nmfd", keeping: [.sdr, .weakest, .unseen]),
    separating(.drums, "-p drums --encoder-iterations 0", as: "drums.wae-nmfd"),
    separating(.drums, "-p drums-fast", as: "drums.fast", keeping: [.sdr, .sir, .sar]),
    separatingDrums(.equalVelocities, "-p drums", as: "drums.equal", keeping: [.sdr, .sir, .sar]),
    separatingDrums(
      .equalVelocities, "-p drums --model cae", as: "drums.equal-cae", keeping: [.sdr]),
    withoutScore("-p drums", as: "drums.no-score", keeping: [.sdr, .sir, .sar]),
    separating(.drumMachine, "-p drums", as: "drum-machine.wae"),
    separating(.drumMachine, "-p drums --model cae", as: "drum-machine.cae"),
    separating(.acousticLoop, "-p drums", as: "acoustic-loop.wae"),
    separating(.acousticLoop, "-p drums --model cae", as: "acoustic-loop.cae"),
    separating(
      .acousticLoop, "-p drums --model cae --template-frames 16", as: "acoustic-loop.short"),
    separating(.acousticKits, "-p drums", as: "acoustic-kits.wae"),
    separating(
      .acousticKits, "-p drums --model cae --oracle", as: "acoustic-kits.cae",
      keeping: [.sdr, .oracle]),
    separating(
      .acousticKits, "-p drums --model cae --template-frames 16", as: "acoustic-kits.short"),
    separating(.drums, "-p drums --model cae --template-frames 16", as: "drums.short"),
    drumsOfSongs("-p drums-song", as: "songs.nmfd"),
    drumsOfSongs("-p drums --rest", as: "songs.wae"),
    drumsOfSongs("-p drums-song --stream", as: "songs.stream"),
  ]

  /// The drums together, against all else.
  private static func drumsOfSongs(_ options: String, as id: String) -> Measurement {
    let separation =
      "separate \(RecordingSet.songs.pattern) --score {folder}/score.mid \(options) --no-stems --minus rest"
    return Measurement(
      id: id,
      steps: [
        .run(separation + " --filename {parent}/{part} -o \(Places.work)/stems"),
        .prepare(.songDrums),
        .score("evaluate --references \(Places.work)/true --estimates \(Places.work)/found"),
      ], reductions: [.sdr])
  }

  /// Drum tracks with other scores than their own.
  static func separatingDrums(
    _ preparation: Preparation, _ options: String, as id: String, keeping reductions: [Reduction]
  ) -> Measurement {
    let tracks = "\(Places.work)/drums/d*/MIX.flac"
    return Measurement(
      id: id,
      steps: [
        .prepare(preparation), .score(separation(of: tracks, options, score: "notes.csv")),
      ], reductions: reductions)
  }

  private static func withoutScore(
    _ options: String, as id: String, keeping reductions: [Reduction] = [.sdr]
  ) -> Measurement {
    Measurement(
      id: id, steps: [.score(separation(of: RecordingSet.drums.pattern, options, score: nil))],
      reductions: reductions)
  }

  // MARK: Streams

  static let streams: [Measurement] =
    ["2", "1", "0.5", "0"].map { seconds in
      let name = seconds == "0" ? "piano.live" : "piano.stream-\(seconds.replacing(".", with: ""))"
      return separating(.piano, "-p hands --stream --lookahead \(seconds)", as: name)
    } + [
      separating(
        .piano, "-p hands --stream --lookahead 1", score: "notes.csv", as: "piano.stream-no-pedal"),
      separating(
        .piano, "-p hands --stream --lookahead 0 --window 2048", as: "piano.live-short-window"),
      separating(
        .piano, "-p hands --stream --lookahead 0 --model-file generic-piano", as: "piano.live-bank"),
      separating(.drums, "-p drums --stream --lookahead 2", as: "drums.stream-2"),
      separating(.drums, "-p drums --stream --lookahead 1", as: "drums.stream-1"),
      separating(.drums, "-p drums --stream --lookahead 0", as: "drums.live"),
      inSecondHalves("-p hands", as: "piano.half"),
      inSecondHalves("-p hands --stream --lookahead 2", as: "piano.half-stream-2"),
      inSecondHalves("-p hands --stream --lookahead 1", as: "piano.half-stream-1"),
      inSecondHalves("-p hands --stream --lookahead 0.5", as: "piano.half-stream-05"),
      inSecondHalves("-p hands --stream --lookahead 0", as: "piano.half-live"),
    ]

  /// Whole pieces are separated, and their second halves scored.
  private static func inSecondHalves(_ options: String, as id: String) -> Measurement {
    let separation = "separate \(RecordingSet.piano.pattern) --score {folder}/score.mid \(options)"
    return Measurement(
      id: id,
      steps: [
        .run(separation + " -o \(Places.work)/stems"), .prepare(.secondHalves),
        .score("evaluate --references \(Places.work)/true --estimates \(Places.work)/found"),
      ], reductions: [.sdr])
  }

  // MARK: Long recordings

  /// Seven pieces of one piano, one after another: in sections, and as a whole.
  static let sections: [Measurement] = [
    ("sections", ""), ("whole", " --export-factors \(Places.work)/f"),
  ]
  .map { name, options in
    let pieces = [
      "bach-bwv846-prelude", "debussy-reflets", "mozart-k332-2", "schubert-d780-1",
      "clara-schumann-op1-1", "joplin-maple-leaf", "schoenberg-op19-2",
    ]
    return Measurement(
      id: "long.\(name)",
      steps: [
        .prepare(.joined(pieces, as: "long")),
        .score(
          separation(
            of: "\(Places.work)/long/mix.wav", "-p hands" + options, score: "score.csv")),
      ], reductions: [.sdr])
  }

  // MARK: Losses

  private static let posterModels = ["nmf", "nae", "nae-rmsprop", "nae-adam", "nae-sgd"]

  /// The comparison of the EUSIPCO 2022 poster.
  static let poster = Measurement(
    id: "poster",
    steps: [
      .compare(
        "compare \(RecordingSet.piano.pattern) --score {folder}/score.mid -p literature --iterations 30 "
          + "--learning-rate 0.04 --models nmf,nae-rmsprop,nae,nae-adam,nae-sgd")
    ],
    reductions: posterModels.flatMap { [.error(of: $0), .loss(of: $0)] } + [
      .order("order", [["nmf"], ["nae-rmsprop"], ["nae"], ["nae-adam"], ["nae-sgd"]]),
      .order("order-of-means", [["nmf"], ["nae"], ["nae-rmsprop"], ["nae-adam"], ["nae-sgd"]]),
      .order("order-but-two", [["nmf"], ["nae", "nae-rmsprop"], ["nae-adam"], ["nae-sgd"]]),
    ])
}
