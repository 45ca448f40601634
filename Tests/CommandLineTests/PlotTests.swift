import Foundation
import Testing

@Suite struct PlotTests {
  private static let pictures = [
    "activations", "alignment", "approximation", "loss", "masks", "templates",
  ]

  private func plot(_ folder: TemporaryFolder, _ options: String...) throws -> Program.Run {
    try Program.run(
      ["plot", "duet.wav", "--score", "duet.csv", "-o", "out", "--iterations", "3"] + options,
      in: folder.path)
  }

  @Test func everyPictureIsDrawnInEveryFormat() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try plot(folder, "--pictures", "png,svg,pdf", "--from", "0.2", "--to", "1.2")
    try #require(run.status == 0, "\(run.errors)")
    let formats = ["pdf", "png", "svg"]
    #expect(
      folder.files(below: "out")
        == Self.pictures.flatMap { name in formats.map { "\(name).\($0)" } })
    #expect(run.output.split(separator: "\n").count == 18)
    for name in Self.pictures {
      let png = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/\(name).png")))
      #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      #expect(png.count > 10_000)
      #expect(try folder.text("out/\(name).svg").hasSuffix("</svg>\n"))
    }
  }

  /// Drums, several frames per template, and every way to start.
  @Test(arguments: [
    ["-p", "drums"], ["-p", "drums", "--model", "nmf", "--templates", "random"],
    ["--parts", "all=*", "--activations", "random"],
  ])
  func anyModelCanBeDrawn(options: [String]) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      ["plot", "duet.wav", "--score", "duet.csv", "-o", "out", "--iterations", "2"] + options,
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.files(below: "out") == Self.pictures.map { $0 + ".png" })
  }

  @Test func followedPitchesAreDrawnOverTheScore() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try plot(folder, "-p", "players", "--pictures", "svg")
    try #require(run.status == 0, "\(run.errors)")
    let names = (Self.pictures + ["pitches"]).sorted()
    #expect(folder.files(below: "out") == names.map { $0 + ".svg" })
    #expect(try folder.text("out/pitches.svg").hasSuffix("</svg>\n"))
    let refused = try plot(folder, "-p", "players", "--pictures", "svg")
    #expect(refused.status == 1)
  }

  @Test func mosaicsAreDrawn() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let draw = ["plot", "duet.wav", "--source", "duet.wav", "-o", "out", "--iterations", "3"]
    let run = try Program.run(
      draw + ["--pictures", "svg", "--from", "0.5", "--polyphony", "3"], in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    #expect(run.output == "out/mosaic.svg\n" && folder.files(below: "out") == ["mosaic.svg"])
    let text = try folder.text("out/mosaic.svg")
    #expect(text.hasSuffix("</svg>\n"))
    let refused = try Program.run(draw + ["--pictures", "svg"], in: folder.path)
    #expect(refused.errors.contains("mosaic.svg: expected a new file"), "\(refused.errors)")
    for (options, problem) in [
      (["--from", "5"], "duet.wav: expected sound after 5.0 s"),
      (["--from", "1e300"], "duet.wav: expected sound after 1e+300 s"),
      (["--window", "100"], "--window: expected 256 to 32768"),
      (["--transpose", "x"], "--transpose: expected semitones"),
      (["-p", "hands"], "--preset: expected no --source"),
      (["--comb", "soft"], "--comb: expected no --source"),
      (["--partial"], "--partial: expected no --source"),
      (["--split", "C4"], "--split: expected no --source"),
      (["--score-rate", "2"], "--score-rate: expected no --source"),
      (["--align", "on"], "--align: expected no --source"),
      (["--anchor", "1=2"], "--anchor: expected no --source"),
      (["--jumps", "any"], "--jumps: expected no --source"),
      (["--force-score"], "--force-score: expected no --source"),
      (["--correct-notes", "off"], "--correct-notes: expected no --source"),
    ] {
      let run = try Program.run(draw + options, in: folder.path)
      #expect(run.status != 0 && run.errors.contains(problem), "\(run.errors)")
    }
    // What is drawn is not written over, whatever its name.
    try FileManager.default.moveItem(
      atPath: folder.file("duet.wav"), toPath: folder.file("mosaic.png"))
    let over = try Program.run(
      "plot", "mosaic.png", "--source", "mosaic.png", "-o", ".", "--force", in: folder.path)
    #expect(over.status == 1 && over.errors.contains("it is the input"), "\(over.errors)")
    let bare = try Program.run("plot", "duet.wav", "-o", "out", in: folder.path)
    #expect(bare.errors.contains("--score: expected a score, or --source"), "\(bare.errors)")
    #expect(folder.files(below: "out") == ["mosaic.svg"])
  }

  /// All pictures but the one of times are the same again.
  @Test func samePicturesAgain() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try #require(try plot(folder).status == 0)
    let refused = try plot(folder)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("templates.png: expected a new file"), "\(refused.errors)")
    let files = Self.pictures.filter { $0 != "loss" }.map {
      URL(fileURLWithPath: folder.file("out/\($0).png"))
    }
    let before = try files.map { try Data(contentsOf: $0) }
    #expect(try plot(folder, "--force").status == 0)
    #expect(try files.map { try Data(contentsOf: $0) } == before)
  }

  @Test func wrongUsageIsToldApart() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for options in [
      ["--pictures", "gif"], ["--pictures", "png,png"], ["--from", "2", "--to", "1"],
      ["--transpose", "5"], ["--repetition", "1"], ["--polyphony", "3"], ["--continuity", "1"],
      ["--every", "1"],
    ] {
      let run = try Program.run(
        ["plot", "duet.wav", "--score", "duet.csv", "-o", "out"] + options, in: folder.path)
      #expect(run.status == 64)
      #expect(run.errors.contains(options[0]), "\(run.errors)")
    }
    let late = try plot(folder, "--from", "5")
    #expect(late.status == 1)
    #expect(late.errors.contains("duet.wav: expected sound after 5.0 s"), "\(late.errors)")
    #expect(folder.files(below: "out").isEmpty)
  }
}
