extension Measurement {
  // MARK: Autoencoders that are trained by gradients

  static let gradients: [Measurement] = shallow + deep + deepOnDrums

  private static let shallow = ["rmsprop", "adam", "sgd"].flatMap { optimiser in
    [
      separating(.piano, "-p hands --model nae-\(optimiser)", as: "piano.\(optimiser)"),
      separating(
        .drums, "-p drums --model cae-\(optimiser) --template-frames 16",
        as: "drums.\(optimiser)"),
    ]
  }

  private static let deep = ["rmsprop", "adam", "sgd"].flatMap { optimiser in
    [4, 8].map { layers in
      separating(
        .piano, "-p hands --model nae-\(optimiser) --layers \(layers)",
        as: "piano.\(optimiser)-\(layers)")
    }
  }

  private static let deepOnDrums = [4, 8].map { layers in
    separating(
      .drums, "-p drums --model cae-adam --layers \(layers) --template-frames 16",
      as: "drums.adam-\(layers)")
  }

  // MARK: Frozen decoders

  static let frozen: [Measurement] =
    [
      separating(.drums, "-p drums --model cae --frozen --template-frames 16", as: "drums.frozen"),
      separating(
        .drums, "-p drums --model cae-adam --frozen --template-frames 16", as: "drums.frozen-adam"),
      separating(
        .piano, "-p hands --model-file generic-piano --frozen", as: "piano.bank-frozen"),
      separating(
        .piano, "-p hands --model-file generic-piano --frozen --model nae-adam",
        as: "piano.bank-frozen-adam"),
      Measurement(
        id: "drums.no-score-frozen",
        steps: [
          .score(separation(of: RecordingSet.drums.pattern, "-p drums --frozen", score: nil))
        ], reductions: [.sdr]),
      Measurement(
        id: "drums.no-score-frozen-adam",
        steps: [
          .score(
            separation(
              of: RecordingSet.drums.pattern, "-p drums --model cae-adam --frozen", score: nil))
        ], reductions: [.sdr]),
    ]
    + [
      ofOwnStrokes("--model cae", as: "drums.own"),
      ofOwnStrokes("--model cae --frozen", as: "drums.own-frozen"),
      ofOwnStrokes("--model cae-adam --frozen", as: "drums.own-frozen-adam"),
    ]
    + [
      ofOtherPieces("", as: "piano.others"), ofOtherPieces(" --frozen", as: "piano.others-frozen"),
    ]

  /// Each kit is trained on its own single strokes, and separates the tracks it plays.
  private static func ofOwnStrokes(_ options: String, as id: String) -> Measurement {
    let kits = [
      ("forzee", ["d01", "d02", "d14"]), ("bja-pacific", ["d03", "d04"]),
      ("millo2", ["d05", "d06"]), ("millo3", ["d07", "d08"]), ("rumpf-analog", ["d09"]),
      ("fluid-standard", ["d10", "d11"]), ("fluid-808", ["d12", "d13"]),
    ]
    return Measurement(
      id: id,
      steps: kits.flatMap { kit, tracks -> [Step] in
        let strokes = [36, 38, 42, 44, 46].map { "\($0)=\(Places.work)/\(kit)/\($0)-*.wav" }
        let file = "\(Places.work)/\(kit).safetensors"
        let mixes = tracks.map { "\(Places.data)/drums/\($0)-*/MIX.flac" }
        return [
          .prepare(.strokes(of: kit)),
          .run("train \(strokes.joined(separator: " ")) -o \(file)"),
          .score(
            separation(
              of: mixes.joined(separator: " "),
              "-p drums \(options) --template-frames 16 --model-file \(file)")),
        ]
      }, reductions: [.sdr])
  }

  /// A note bank is trained on nine pieces, and separates the tenth.
  private static func ofOtherPieces(_ options: String, as id: String) -> Measurement {
    let pieces = [
      "bach-bwv846-prelude", "beach-tired-child", "chopin-op35-3", "clara-schumann-op1-1",
      "clara-schumann-op1-2", "debussy-reflets", "joplin-maple-leaf", "mozart-k332-2",
      "schoenberg-op19-2", "schubert-d780-1",
    ]
    return Measurement(
      id: id,
      steps: pieces.flatMap { piece -> [Step] in
        let folder = "\(Places.work)/but-\(piece)"
        let file = "\(folder)/piano.safetensors"
        let mix = "\(Places.data)/piano-hands/\(piece)/mix.flac"
        return [
          .prepare(.joined(pieces.filter { $0 != piece }, as: "but-\(piece)")),
          .run("train --piano \(folder)/mix.wav --score \(folder)/score.csv -o \(file)"),
          .score(separation(of: mix, "-p hands --model-file \(file)\(options)")),
        ]
      }, reductions: [.sdr])
  }

  // MARK: What else was tried on drums

  static let drumVariations: [Measurement] = [
    ("encoder-2", "--encoder-iterations 2"), ("encoder-10", "--encoder-iterations 10"),
    ("alpha-17", "--alpha 1.7"), ("alpha-23", "--alpha 2.3"), ("iterations-20", "--iterations 20"),
    ("hop-256", "--hop 256"), ("window-512", "--window 512 --hop 128"),
    ("window-1024", "--window 1024 --hop 256"), ("window-1536", "--window 1536 --hop 384"),
    ("window-3072", "--window 3072 --hop 768"), ("window-4096", "--window 4096 --hop 1024"),
  ].map { name, options in
    separating(.drums, "-p drums --model cae --template-frames 16 \(options)", as: "drums.\(name)")
  }
}
