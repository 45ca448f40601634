import AudioFiles
import Foundation
import Testing

/// `divisi mosaic` on tones.
@Suite struct MosaicTests {
  private static let quick = ["--iterations", "7", "--every", "3"]

  @Test func aMosaicIsAsLongAsItsTargetAndHasTheSourcesChannels() throws {
    let folder = try TemporaryFolder()
    try AudioFile.write(
      Duet.recording(sampleRate: 22_050), to: folder.file("target.wav"), as: .wavFloat)
    try AudioFile.write(
      Duet.recording(sampleRate: 44_100, channelCount: 2), to: folder.file("source.wav"),
      as: .wavFloat)
    let make = ["mosaic", "--target", "target.wav", "--source", "source.wav", "target.wav"]
    let run = try Program.run(
      make + ["--transpose=-12,0", "-o", "out.flac", "--picture", "out.svg"] + Self.quick,
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.text("out.svg").contains("<svg"))
    #expect(run.output.hasPrefix("out.flac: 1.5 s, divergence 0."))
    let (sound, target) = (
      try AudioFile.read(path: folder.file("out.flac")),
      try AudioFile.read(path: folder.file("target.wav"))
    )
    #expect(sound.sampleRate == 22_050 && sound.channels.count == 2)
    #expect(sound.sampleCount == target.sampleCount)
    func energy(_ samples: [Float]) -> Float { samples.reduce(0) { $0 + $1 * $1 } }
    let ratio = (energy(sound.channels[0]) + energy(sound.channels[1])) / energy(target.channels[0])
    #expect((0.5...4).contains(ratio))
    // A score says which frames may answer; copies of the source may be among them.
    try folder.write("start;duration;pitch;velocity;label\n0.1;1;48;80;\n".utf8, to: "score.csv")
    let guided = try Program.run(
      make + ["--transpose=-12,0", "--score", "score.csv", "-o", "guided.flac"] + Self.quick,
      in: folder.path)
    #expect(guided.status == 0, "\(guided.errors)")
    // Nobody can tell from one note whose score it is.
    #expect(guided.errors.isEmpty)
    #expect(try AudioFile.read(path: folder.file("guided.flac")).channels != sound.channels)
    let again = try Program.run(make + ["-o", "out.flac"] + Self.quick, in: folder.path)
    #expect(again.status == 1 && again.errors.contains("expected a new file, or --force"))
  }

  /// Sources may be as soft or as loud as floats can be; targets that no sum can hold are refused.
  @Test func theLevelOfTheSourceDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    let duet = Duet.recording(sampleRate: 44_100)
    let gains = [Float(1), 0x1p-90, 0x1p90]
    for (index, gain) in gains.enumerated() {
      try AudioFile.write(
        AudioBuffer(sampleRate: 44_100, channels: duet.channels.map { $0.map { gain * $0 } }),
        to: folder.file("\(index).wav"), as: .wavFloat)
    }
    func make(_ target: Int, _ source: Int) throws -> Program.Run {
      try Program.run(
        ["mosaic", "--target", "\(target).wav", "--source", "\(source).wav", "-o"]
          + ["\(target)-\(source).wav"] + Self.quick, in: folder.path)
    }
    for source in gains.indices { #expect(try make(0, source).status == 0) }
    let sounds = try gains.indices.map {
      try AudioFile.read(path: folder.file("0-\($0).wav")).channels
    }
    #expect(sounds[1] == sounds[0] && sounds[2] == sounds[0])
    #expect(sounds[0][0].contains { abs($0) > 0.1 })
    let refused = try make(2, 0)
    #expect(refused.status == 1 && refused.errors.contains("2.wav: expected samples near full"))
    #expect(folder.files().count == 6)
  }

  /// The score of another piece is used as it is, and doubted.
  @Test func aScoreOfAnotherPieceIsDoubted() throws {
    let folder = try TemporaryFolder()
    let make = [
      "mosaic", "--target", Recording.polonaise + "/mix.flac", "--source",
      Recording.polonaise + "/mix.flac",
      "-o", "out.wav", "-f", "--iterations", "1",
    ]
    func notes(_ score: String) throws -> String {
      let run = try Program.run(make + ["--score", score], in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      return run.errors
    }
    #expect(try notes(Recording.polonaise + "/score.mid").isEmpty)
    let other = (0..<40).map { "\(Double($0) * 0.31);0.3;\(40 + $0 * 7 % 41);80;\n" }.joined()
    try folder.write(("start;duration;pitch;velocity;label\n" + other).utf8, to: "other.csv")
    let doubt = try notes("other.csv")
    #expect(doubt.contains("other.csv: score: as written"), "\(doubt)")
  }

  @Test(arguments: [
    (["--source", "missing.wav"], "missing.wav: expected"),
    (["--source", "silent.wav"], "silent.wav: expected sound; it is silent"),
    (["--source", "duet.wav", "--hop", "2000"], "--hop: expected 128 to 1024"),
    (
      ["--source", "duet.wav", "--transpose", "99"],
      "--transpose: expected semitones from -24 to 24"
    ),
    (
      ["--source", "duet.wav", "--picture", "a.txt"], "--picture: expected a file that ends in .png"
    ),
    (["--source", "duet.csv"], "duet.csv: expected"),
    (["--source", "duet.wav", "--score", "missing.mid"], "missing.mid: "),
    (["--source", "duet.wav", "--score", "duet.wav"], "duet.wav: "),
    (["--source", "duet.wav", "--target", "silent.wav"], "silent.wav: expected sound"),
    (
      ["--source", "duet.wav", "--picture", "duet.csv/x.png"] + Self.quick,
      "duet.csv: expected a folder"
    ),
  ])
  func badInputIsRefusedInOneLine(options: [String], problem: String) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try AudioFile.write(
      AudioBuffer(sampleRate: 44_100, channels: [[Float](repeating: 0, count: 100)]),
      to: folder.file("silent.wav"), as: .wav24)
    let run = try Program.run(
      ["mosaic", "--target", "duet.wav", "-o", "out.wav"] + options, in: folder.path)
    #expect(run.status != 0)
    #expect(run.errors.contains(problem), "\(run.errors)")
    #expect(folder.files() == ["duet.csv", "duet.wav", "silent.wav"])
  }
}
