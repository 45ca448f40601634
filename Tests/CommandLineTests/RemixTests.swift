import AudioFiles
import Foundation
import Testing

/// Parts that are written together: `--mix` and `--minus`.
@Suite struct RemixTests {
  private static let command = ["separate", "duet.wav", "--score", "duet.csv", "-o", "out"]

  private func channel(_ name: String, in folder: TemporaryFolder) throws -> [Float] {
    try AudioFile.read(path: folder.file("out/duet/\(name).wav")).channels[0]
  }

  /// The recording minus a part, and all parts at their gains, are what the stems add up to.
  @Test func gainsAreThoseOfTheStems() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      Self.command + [
        "--residual", "--format", "wav24", "--mix", "LEFT=-6,right=0", "--mix",
        "residual=off, right=6.0206", "--minus", "left", "--minus", "left,right",
      ], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      folder.files(below: "out")
        == ["left", "minus-left", "minus-left-right", "mix-2", "mix", "residual", "right"]
        .map { "duet/\($0).wav" }.sorted())
    let input = try AudioFile.read(path: folder.file("duet.wav")).channels[0]
    let (left, right) = (try channel("left", in: folder), try channel("right", in: folder))
    let residual = try channel("residual", in: folder)
    let softer = Float(pow(10, -6.0 / 20))
    func differs(_ name: String, _ expected: (Int) -> Float) throws -> Int? {
      let samples = try channel(name, in: folder)
      #expect(samples.count == input.count)
      return samples.indices.first { abs(samples[$0] - expected($0)) > 2e-7 }
    }
    #expect(try differs("mix") { softer * left[$0] + right[$0] + residual[$0] } == nil)
    #expect(try differs("mix-2") { left[$0] + 2 * right[$0] } == nil)
    #expect(try differs("minus-left") { input[$0] - left[$0] } == nil)
    #expect(try differs("minus-left-right") { residual[$0] } == nil)
  }

  @Test func stemsAreTheSameBesideARemix() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    #expect(try Program.run(Self.command + ["--minus", "left"], in: folder.path).status == 0)
    let beside = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/duet/right.flac")))
    #expect(try Program.run(Self.command + ["--force"], in: folder.path).status == 0)
    let alone = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/duet/right.flac")))
    #expect(beside == alone)
  }

  @Test func remixesMayComeInsteadOfStems() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let only = Self.command + ["--minus", "right", "--no-stems", "--filename", "{part}/{name}"]
    let run = try Program.run(only + ["--json"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.files(below: "out") == ["minus-right/duet.flac"])
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let parts = try #require(record["parts"] as? [[String: Any]])
    #expect(parts.map { $0["name"] as? String } == ["left", "right"])
    #expect(parts.allSatisfy { $0["file"] is NSNull })
    let remixes = try #require(record["remixes"] as? [[String: Any]])
    #expect(remixes.map { $0["file"] as? String } == ["out/minus-right/duet.flac"])
    #expect(try Program.run(only + ["--force"], in: folder.path).output.contains("minus-right"))
  }

  @Test func aNameThatIsNoPartIsAnsweredWithThoseThatAre() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for (options, found) in [
      (["--minus", "pedal"], "found 'pedal'"), (["--mix", "left=-6,lefft=0"], "found 'lefft'"),
      (["--mix", "left=-6,Left=0"], "found 'left' twice"),
    ] {
      let run = try Program.run(Self.command + options, in: folder.path)
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1 && run.errors.contains(found), "\(run.errors)")
      #expect(found.contains("twice") || run.errors.contains("duet.csv: left, right, residual"))
      #expect(folder.files(below: "out").isEmpty)
    }
  }

  @Test(arguments: [
    ["--mix", "left"], ["--mix", "left=loud"], ["--mix", "left=61"], ["--mix", "left=nan"],
    ["--mix", ""], ["--minus", "left,"], ["--no-stems"], ["--mix", "left=-6=3"],
    ["--minus", "left", "--no-stems", "--residual"],
  ])
  func whatCannotBeMeantIsWrongUsage(options: [String]) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(Self.command + options, in: folder.path)
    #expect(run.status == 64)
    #expect(run.errors.contains("expected"), "\(run.errors)")
  }

  @Test func allFilesAppearOrNone() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("out/duet"), withIntermediateDirectories: true)
    try folder.write("mine".utf8, to: "out/duet/minus-left.flac")
    let refused = try Program.run(Self.command + ["--minus", "left"], in: folder.path)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("out/duet/minus-left.flac"))
    #expect(folder.files(below: "out") == ["duet/minus-left.flac"])
    // A part may have the name of a remix.
    let clash = try Program.run(
      Self.command + ["--parts", "mix=pitch:74,rest=*", "--mix", "rest=-3"], in: folder.path)
    #expect(clash.status == 1)
    #expect(clash.errors.contains("out/duet/mix.flac: expected a name of its own"))
    #expect(folder.files(below: "out") == ["duet/minus-left.flac"])
  }

  /// As the plugin separates, in stereo.
  @Test func streamsHaveThem() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, channelCount: 2)
    let run = try Program.run(
      Self.command + ["--stream", "--minus", "left", "--format", "wav-float"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let input = try AudioFile.read(path: folder.file("duet.wav"))
    let left = try AudioFile.read(path: folder.file("out/duet/left.wav"))
    let rest = try AudioFile.read(path: folder.file("out/duet/minus-left.wav"))
    for channel in input.channels.indices {
      let worst = input.channels[channel].indices.map {
        abs(
          left.channels[channel][$0] + rest.channels[channel][$0] - input.channels[channel][$0])
      }.max()
      #expect((worst ?? 1) < 1e-6)
    }
  }
}
