import Foundation
import Testing

/// `divisi train`, and separations that start from what it writes.
@Suite struct TrainCommandTests {
  @Test func kitsAreTrainedFromFilesAndUsedWithoutAScore() throws {
    let folder = try TemporaryFolder()
    for name in ["kick", "snare", "hihat"] {
      try FileManager.default.copyItem(
        atPath: "\(Recording.drumBreak)/\(name).flac", toPath: folder.file("\(name)-1.flac"))
    }
    let kit = folder.file("k.safetensors")
    let command =
      ["train"] + ["kick", "snare", "hihat"].map { "\($0)=\(folder.file($0))-*.flac" } + [
        "-o", kit,
      ]
    let run = try Program.run(command)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("3 strokes from 1 kit, drums 36, 38, 42"))
    #expect(try Program.run(command).status == 1)
    let bytes = try #require(FileManager.default.contents(atPath: kit))
    #expect(try Program.run(command + ["--force"]).status == 0)
    #expect(FileManager.default.contents(atPath: kit) == bytes)

    let separation = try Program.run([
      "separate", "\(Recording.drumBreak)/mix.flac", "-p", "drums", "--model-file", kit,
      "--iterations", "2", "-o", folder.file("out"),
    ])
    #expect(separation.status == 0, "\(separation.errors)")
    for part in ["kick", "snare", "hihat"] {
      #expect(FileManager.default.fileExists(atPath: folder.file("out/mix/\(part).flac")))
    }
  }

  @Test func banksAreTrainedAndUsed() throws {
    let folder = try TemporaryFolder()
    let bank = folder.file("b.safetensors")
    let score = "\(Recording.polonaise)/score.mid"
    let mix = "\(Recording.polonaise)/mix.flac"
    let run = try Program.run(["train", "--piano", mix, "--score", score, "-o", bank])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("pitches"))
    let separation = try Program.run([
      "separate", mix, "--score", score, "--model-file", bank, "--iterations", "1",
      "-o", folder.file("out"),
    ])
    #expect(separation.status == 0, "\(separation.errors)")
    let foreign = try Program.run([
      "separate", "\(Recording.drumBreak)/mix.flac", "-p", "drums", "--model-file", bank,
      "-o", folder.file("other"),
    ])
    #expect(foreign.status == 1)
    #expect(foreign.errors.contains("expected a drum kit"))
    #expect(foreign.errors.split(separator: "\n").count == 1)
  }

  @Test func wrongUseIsSaidInALine() throws {
    let folder = try TemporaryFolder()
    let output = ["-o", folder.file("x.safetensors")]
    #expect(try Program.run(["train"] + output).status == 64)
    #expect(try Program.run(["train", "kick.wav"] + output).status == 64)
    #expect(try Program.run(["train", "--piano", "a.wav"] + output).status == 64)
    let unknown = try Program.run(["train", "gong-gong=a.wav"] + output)
    #expect(unknown.status == 1 && unknown.errors.contains("'gong-gong'"))
    let missing = try Program.run(["train", "kick=\(folder.file("no*.wav"))"] + output)
    #expect(missing.status == 1 && missing.errors.contains("found none"))
    let pitched = try Program.run([
      "separate", "\(Recording.polonaise)/mix.flac", "-o", folder.file("out"),
    ])
    #expect(pitched.status == 1 && pitched.errors.contains("only drums"))
  }

  @Test func modelsTrainedByGradientsAreChosenByName() throws {
    let folder = try TemporaryFolder()
    func run(_ options: [String]) throws -> Program.Run {
      try Program.run(
        [
          "separate", "\(Recording.drumBreak)/mix.flac", "--score",
          "\(Recording.drumBreak)/score.mid", "-p", "drums", "--iterations", "2", "--force",
          "--json", "-o", folder.file("out"),
        ] + options)
    }
    let plain = try run(["--model", "cae-adam"])
    #expect(plain.status == 0, "\(plain.errors)")
    let biased = try run([
      "--model", "cae-rmsprop", "--biases", "--nonlinearity", "softplus", "--sparsity", "0.1",
      "--envelopes", "flat", "--free-encoder", "--plain-steps", "--learning-rate", "0.001",
    ])
    #expect(biased.status == 0, "\(biased.errors)")
    #expect(biased.output != plain.output)
    #expect(!plain.output.contains("dead_components"))
    let dead = try run(["--model", "cae-sgd", "--plain-steps", "--learning-rate", "1000"])
    #expect(dead.status == 0 && dead.output.contains("\"dead_components\":"), "\(dead.errors)")
    #expect(try run(["--model", "nae-sgd", "--learning-rate", "-1"]).status == 64)
    let streamed = try run(["--model", "cae-adam", "--stream"])
    #expect(streamed.status == 0 && streamed.errors.contains("a stream takes cae instead"))
  }

  /// Depth, frozen templates and their length change what comes out, and nonsense is wrong usage.
  @Test func deepAndFrozenModelsAreChosenByName() throws {
    let folder = try TemporaryFolder()
    var outputs: Set<String> = []
    func run(_ options: [String]) throws -> Program.Run {
      try Program.run(
        [
          "separate", "\(Recording.drumBreak)/mix.flac", "--score",
          "\(Recording.drumBreak)/score.mid", "-p", "drums", "--iterations", "3", "--force",
          "--json", "-o", folder.file("out"),
        ] + options)
    }
    let variants = [
      [], ["--model", "cae-adam"], ["--model", "cae-adam", "--layers", "4"],
      ["--model", "cae-adam", "--layers", "4", "--free-encoder", "--encoder-iterations", "3"],
      ["--frozen"], ["--frozen", "--model", "cae-adam"], ["--template-frames", "5"],
      ["--encoder-iterations", "1"], ["--stream", "--frozen"],
    ]
    for options in variants {
      let run = try run(options)
      #expect(run.status == 0, "\(options): \(run.errors)")
      let record = try #require(
        try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let parts = try #require(record["parts"] as? [[String: Any]])
      outputs.insert("\(parts.map { $0["energy_share"] ?? 0 })")
    }
    #expect(outputs.count == variants.count)
    for (options, words) in [
      (["--layers", "3"], "--layers: expected 2, 4, 6 or 8, found 3"),
      (["--layers", "4", "--nonlinearity", "softplus"], "only relu and abs"),
      (["--layers", "4", "--frozen"], "one matrix"),
      (["--template-frames", "0"], "--template-frames: expected 1 to 64"),
      (["--encoder-iterations", "-1"], "--encoder-iterations: expected 0 to 10000"),
    ] {
      let run = try run(options)
      #expect(run.status == 64 && run.errors.contains(words), "\(options): \(run.errors)")
    }
  }

  /// Any model's decoder makes a kit or a bank that any preset loads.
  @Test func kitsAndBanksAreDecodersOfAnyModel() throws {
    let folder = try TemporaryFolder()
    for name in ["kick", "snare", "hihat"] {
      try FileManager.default.copyItem(
        atPath: "\(Recording.drumBreak)/\(name).flac", toPath: folder.file("\(name)-1.flac"))
    }
    let strokes = ["kick", "snare", "hihat"].map { "\($0)=\(folder.file($0))-*.flac" }
    let notes = [
      "--piano", "\(Recording.polonaise)/mix.flac", "--score", "\(Recording.polonaise)/score.mid",
    ]
    for (kind, sources) in [("drums", strokes), ("hands", notes)] {
      var files: Set<Data> = []
      let variants = [
        [], ["--model", "nae-rmsprop", "--iterations", "4"],
        ["--model", "nae-rmsprop", "--iterations", "4", "--layers", "4", "--free-encoder"],
      ]
      for (index, options) in variants.enumerated() {
        let file = folder.file("\(kind)-\(index).safetensors")
        let run = try Program.run(["train"] + sources + options + ["-o", file])
        #expect(run.status == 0, "\(kind) \(options): \(run.errors)")
        files.insert(try #require(FileManager.default.contents(atPath: file)))
      }
      #expect(files.count == variants.count)
    }
    let drums = "\(Recording.drumBreak)/mix.flac"
    let piano = "\(Recording.polonaise)/mix.flac"
    for (preset, mix, file) in [
      ("drums-fast", drums, "drums-2"), ("drums-live", drums, "drums-2"),
      ("hands-fast", piano, "hands-2"), ("literature", piano, "hands-2"),
      ("parts", piano, "hands-2"),
    ] {
      let score = URL(fileURLWithPath: mix).deletingLastPathComponent().path + "/score.mid"
      let run = try Program.run([
        "separate", mix, "--score", score, "-p", preset, "--model-file",
        folder.file("\(file).safetensors"), "--frozen", "--iterations", "2", "--json", "-o",
        folder.file(preset),
      ])
      #expect(run.status == 0, "\(preset): \(run.errors)")
    }
    for options in [["--layers", "4"], ["--iterations", "3"], ["--biases"]] {
      let run = try Program.run(["train"] + strokes + options + ["-o", folder.file("x")])
      #expect(run.status == 64 && run.errors.contains("--model"), "\(run.errors)")
    }
    let wrong = try Program.run(
      ["train"] + strokes + ["--model", "nae-sgd", "--layers", "5", "-o", folder.file("x")])
    #expect(wrong.status == 64 && wrong.errors.contains("--layers: expected"), "\(wrong.errors)")
  }
}
