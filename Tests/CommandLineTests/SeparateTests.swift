import AudioFiles
import Foundation
import Testing

@Suite struct SeparateTests {
  @Test(arguments: [
    (8_000, 1), (22_050, 2), (44_100, 1), (44_100, 5), (48_000, 2), (96_000, 1), (192_000, 1),
  ])
  func partsAndResidualAddUp(sampleRate: Int, channelCount: Int) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, sampleRate: sampleRate, channelCount: channelCount)
    let input = try AudioFile.read(path: folder.file("duet.wav"))
    for (format, limit) in [("flac", -100.0), ("wav24", -100), ("wav-float", -120)] {
      let run = try Program.run(
        "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
        folder.file(format), "--residual", "--format", format)
      #expect(run.status == 0, "\(run.errors)")
      let ending = format == "flac" ? "flac" : "wav"
      let stems = try ["left", "right", "residual"].map {
        try AudioFile.read(path: folder.file("\(format)/duet/\($0).\(ending)"))
      }
      #expect(folder.files(below: format).count == 3)
      var error = 0.0
      var energy = 0.0
      for stem in stems {
        #expect(stem.sampleRate == sampleRate)
        #expect(stem.channels.map(\.count) == input.channels.map(\.count))
      }
      for channel in input.channels.indices {
        for (index, sample) in input.channels[channel].enumerated() {
          let sum = stems.reduce(0.0) { $0 + Double($1.channels[channel][index]) }
          error += (sum - Double(sample)) * (sum - Double(sample))
          energy += Double(sample) * Double(sample)
        }
      }
      #expect(10 * log10(error / energy + 1e-30) < limit)
    }
  }

  /// Presets without an encoder do not say for how many iterations to train one.
  @Test func aModelWithAnEncoderDiffersFromOneWithout() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for model in ["nmf", "nae"] {
      let run = try Program.run(
        "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
        folder.file(model), "--preset", "literature", "--model", model, "--format", "wav-float")
      #expect(run.status == 0, "\(run.errors)")
    }
    let stems = ["nmf", "nae"].map {
      FileManager.default.contents(atPath: folder.file("\($0)/duet/left.wav"))
    }
    #expect(stems[0] != nil && stems[1] != nil)
    #expect(stems[0] != stems[1])
  }

  @Test func theSameCommandGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, channelCount: 2)
    for (name, threads, starts) in [
      ("a", "1", "informed"), ("b", "2", "informed"), ("c", "7", "informed"),
      ("d", "1", "random"), ("e", "2", "random"),
    ] {
      let run = try Program.run(
        "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
        folder.file(name), "--threads", threads, "--format", "wav-float", "--templates", starts,
        "--activations", starts, "--seed", "7")
      #expect(run.status == 0, "\(run.errors)")
    }
    func bytes(_ name: String) -> Data? {
      FileManager.default.contents(atPath: folder.file("\(name)/duet/left.wav"))
    }
    #expect(bytes("a") != nil)
    #expect(bytes("a") == bytes("b"))
    #expect(bytes("a") == bytes("c"))
    #expect(bytes("d") == bytes("e"))
    #expect(bytes("a") != bytes("d"))
  }

  @Test func seedsDiffer() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for seed in ["1", "2"] {
      let run = try Program.run(
        "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
        folder.file(seed), "--templates", "random", "--seed", seed)
      #expect(run.status == 0, "\(run.errors)")
    }
    let stems = ["1", "2"].map {
      FileManager.default.contents(atPath: folder.file("\($0)/duet/left.flac"))
    }
    #expect(stems[0] != stems[1])
  }

  @Test func jsonDescribesEachRecording() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      "separate", folder.file("duet.wav"), folder.file("missing.wav"), "--score",
      folder.file("duet.csv"), "-o", folder.file("out"), "--json")
    #expect(run.status == 1)
    let lines = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    try #require(lines.count == 2)
    let parts = try #require(lines[0]["parts"] as? [[String: Any]])
    #expect(parts.map { $0["name"] as? String } == ["left", "right"])
    let shares = parts.compactMap { $0["energy_share"] as? Double }
    #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
    for part in parts {
      let file = try #require(part["file"] as? String)
      let channel = try AudioFile.read(path: file).channels[0]
      let power = channel.reduce(0.0) { $0 + Double($1 * $1) } / Double(channel.count)
      let level = try #require(part["level_decibels"] as? Double)
      #expect(abs(10 * log10(power) - level) < 0.01)
    }
    let before = try #require(lines[0]["loss_before"] as? Double)
    let after = try #require(lines[0]["loss_after"] as? Double)
    #expect(after < before)
    #expect(lines[0]["duration"] as? Double == Duet.seconds)
    #expect((lines[0]["seconds"] as? Double ?? 0) > 0)
    #expect((lines[0]["real_time_factor"] as? Double ?? 0) > 0)
    #expect((lines[1]["error"] as? String ?? "").contains("missing.wav"))
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let command = [
      "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
      folder.file("out"),
    ]
    try FileManager.default.createDirectory(
      atPath: folder.file("out/duet"), withIntermediateDirectories: true)
    try folder.write("mine".utf8, to: "out/duet/right.flac")
    let refused = try Program.run(command)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("out/duet/right.flac"))
    #expect(folder.files(below: "out") == ["duet/right.flac"])
    #expect(try folder.text("out/duet/right.flac") == "mine")
    #expect(try Program.run(command + ["--force"]).status == 0)
    #expect(folder.files(below: "out") == ["duet/left.flac", "duet/right.flac"])
    #expect(try AudioFile.read(path: folder.file("out/duet/right.flac")).sampleRate == 44_100)
  }

  @Test func filesAreNamedByTheTemplate() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      "separate", "duet.wav", "--score", "{folder}/{name}.csv", "-o", "out", "--filename",
      "{preset}/{part}-of-{name}", "--preset", "hands-fast", in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      folder.files(below: "out")
        == ["hands-fast/left-of-duet.flac", "hands-fast/right-of-duet.flac"])
  }

  @Test func partsInFoldersOfTheirOwnAppearTogether() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let command = [
      "separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--filename", "{part}/{name}",
    ]
    try FileManager.default.createDirectory(
      atPath: folder.file("out"), withIntermediateDirectories: true)
    try folder.write("in the way".utf8, to: "out/right")
    #expect(try Program.run(command, in: folder.path).status == 1)
    #expect(folder.files(below: "out") == ["right"])
    try FileManager.default.removeItem(atPath: folder.file("out/right"))
    #expect(try Program.run(command, in: folder.path).status == 0)
    #expect(folder.files(below: "out") == ["left/duet.flac", "right/duet.flac"])
  }

  @Test func anyGroupOfNotesIsAPart() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
      folder.file("out"), "--parts", "top note=pitch:74,rest=*")
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.files(below: "out") == ["duet/rest.flac", "duet/top note.flac"])
    let part = try AudioFile.read(path: folder.file("out/duet/top note.flac")).channels[0]
    let before = part[..<30_000].reduce(0.0) { $0 + Double($1 * $1) }
    let after = part[40_000...].reduce(0.0) { $0 + Double($1 * $1) }
    #expect(before < 1e-3 * after)
  }

  @Test func offsetAndRateMoveTheScore() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let moved = """
      start;duration;pitch;velocity;label
      1.2;1.0;48;80;left
      1.4;1.2;72;80;right
      2.6;1.0;50;80;left
      2.8;0.8;74;80;right
      """
    try folder.write(moved.utf8, to: "moved.csv")
    for (score, options) in [
      ("duet.csv", []), ("moved.csv", ["--score-offset", "-0.5", "--score-rate", "2"]),
    ] {
      let run = try Program.run(
        [
          "separate", folder.file("duet.wav"), "--score", folder.file(score), "-o",
          folder.file("out-\(score)"), "--format", "wav-float",
        ] + options)
      #expect(run.status == 0, "\(run.errors)")
    }
    let stems = try ["duet.csv", "moved.csv"].map {
      try AudioFile.read(path: folder.file("out-\($0)/duet/left.wav")).channels[0]
    }
    #expect(zip(stems[0], stems[1]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test(arguments: ["nmf", "nmfd", "nae", "cae"])
  func everyModelSeparates(model: String) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for divergence in ["kl", "eu", "is", "1.5"] {
      let run = try Program.run(
        "separate", folder.file("duet.wav"), "--score", folder.file("duet.csv"), "-o",
        folder.file("out"), "--force", "--model", model, "--divergence", divergence,
        "--iterations", "8")
      #expect(run.status == 0, "\(run.errors)")
      let left = try AudioFile.read(path: folder.file("out/duet/left.flac")).channels[0]
      #expect(left.contains { abs($0) > 0.01 })
    }
  }
}
