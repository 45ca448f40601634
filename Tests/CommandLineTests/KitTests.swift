import AudioFiles
import Foundation
import Testing

/// `divisi kit` and `divisi remix` on the break that ships.
@Suite struct KitTests {
  private static let mix = Recording.drumBreak + "/mix.flac"
  private static let score = Recording.drumBreak + "/score.mid"
  /// A fit that takes little time.
  private static let quick = ["--model", "cae", "--iterations", "5"]

  @Test func aKitPlaysWhatTheRecordingPlays() throws {
    let folder = try TemporaryFolder()
    let make = ["kit", Self.mix, "--score", Self.score, "--format", "sfz,hydrogen", "-o", "kit"]
    let run = try Program.run(make + Self.quick, in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("kick") && run.output.contains("closed-hi-hat"))
    let files = folder.files(below: "kit")
    #expect(
      files.filter { !$0.hasPrefix("samples/") } == ["kit.h2drumkit", "kit.sfz", "pattern.mid"])
    let unpacked = try Program.shell("tar -tzf kit/kit.h2drumkit", in: folder.path)
    #expect(
      Set(unpacked.output.split(separator: "\n").map(String.init))
        == Set(
          ["divisi-kit/drumkit.xml"]
            + files.filter { $0.hasPrefix("samples/") }.map {
              $0.replacing("samples/", with: "divisi-kit/")
            }))
    // Nothing is replaced unasked.
    let again = try Program.run(make + Self.quick, in: folder.path)
    #expect(again.status == 1 && again.errorLines.count == 1)
    #expect(again.errors.contains("expected a new file, or --force"))

    let play = ["remix", "--kit", "kit/kit.sfz", "--pattern", "kit/pattern.mid", "-o", "out.wav"]
    let played = try Program.run(play, in: folder.path)
    #expect(played.status == 0, "\(played.errors)")
    let sound = try AudioFile.read(path: folder.file("out.wav"))
    let recording = try AudioFile.read(path: Self.mix)
    #expect(sound.sampleRate == recording.sampleRate)
    // Its level over tenths of seconds is that of the recording.
    func levels(_ samples: [Float]) -> [Double] {
      stride(from: 0, to: 12 * 44_100, by: 4410).map { start in
        10 * log10(samples[start..<start + 4410].reduce(1e-3) { $0 + Double($1) * Double($1) })
      }
    }
    // What is played is not written over.
    let sample = try #require(files.first { $0.hasPrefix("samples/") })
    let over = try Program.run(
      play.dropLast() + ["kit/\(sample)", "--force"], in: folder.path)
    #expect(over.status == 1 && over.errors.contains("it is the input"), "\(over.errors)")
    let (a, b) = (levels(sound.channels[0]), levels(recording.channels[0]))
    // And it lies where the recording does, to half a millisecond.
    func likeness(_ lag: Int) -> Float {
      (1000..<60_000).reduce(0) {
        $0 + sound.channels[0][$1 + lag] * recording.channels[0][$1]
      }
    }
    let lags = stride(from: -154, through: 154, by: 11).map { (lag: $0, likeness: likeness($0)) }
    let best = try #require(lags.max { $0.likeness < $1.likeness })
    #expect(abs(best.lag) <= 22, "\(best)")
    let difference = zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(a.count)
    #expect(difference < 2.5)

    // Nor is what a kit is made from.
    for (mix, score) in [(Self.mix, "kit/pattern.mid"), ("kit/\(sample)", Self.score)] {
      let over = try Program.run(
        "kit", mix, "--score", score, "-o", "kit", "--force", in: folder.path)
      #expect(over.status == 1 && over.errors.contains("input"), "\(over.errors)")
    }
    #expect(folder.files(below: "kit") == files)

    // A kit in its place leaves none of its samples, and all that is somebody else's.
    for name in ["mine.wav", "kick_v9_r9.wav"] {
      try folder.write([1], to: "kit/samples/\(name)")
    }
    let smaller = try Program.run(
      make + Self.quick + ["--layers", "1", "--round-robin", "1", "--force"], in: folder.path)
    #expect(smaller.status == 0, "\(smaller.errors)")
    let text = try folder.text("kit/kit.sfz")
    let left = folder.files(below: "kit").filter { $0.hasPrefix("samples/") }
    #expect(left.contains("samples/mine.wav") && left.contains("samples/kick_v9_r9.wav"))
    let own = left.filter { !["samples/mine.wav", "samples/kick_v9_r9.wav"].contains($0) }
    #expect(own.count < files.count - 3 && own.allSatisfy { text.contains("sample=\($0)") })

    // Nor does one of samples alone leave its instruments, nor another one its samples.
    func remake(_ format: String) throws {
      let run = try Program.run(
        make.map { $0 == "sfz,hydrogen" ? format : $0 } + Self.quick + ["--force"], in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
    }
    try remake("wav")
    let table = try folder.text("kit/samples.csv").split(separator: "\n").dropFirst()
    let listed = table.map { String($0.prefix { $0 != ";" }) }
    let foreign = ["samples/kick_v9_r9.wav", "samples/mine.wav"]
    #expect(
      folder.files(below: "kit") == (listed + foreign + ["pattern.mid", "samples.csv"]).sorted())
    try remake("hydrogen")
    #expect(folder.files(below: "kit") == ["kit.h2drumkit", "pattern.mid"] + foreign)
  }

  /// Strokes that are too loud together are lowered alike, and what is said of it is true.
  @Test func aRemixDoesNotClip() throws {
    let folder = try TemporaryFolder()
    let left = (0..<4410).map { Float(sin(0.05 * Double($0))) }
    try AudioFile.write(
      AudioBuffer(sampleRate: 44_100, channels: [left.map { 2 * $0 }, left]),
      to: folder.file("kick.wav"), as: .wavFloat)
    try folder.write("<region> sample=kick.wav key=36 loop_mode=one_shot\n".utf8, to: "kit.sfz")
    try folder.write("start;duration;pitch;velocity;label\n0;1;36;127;\n".utf8, to: "beat.csv")
    let run = try Program.run(
      "remix", "--kit", "kit.sfz", "--pattern", "beat.csv", "-o", "out.wav", in: folder.path)
    #expect(run.status == 0 && run.output.contains("peaks lowered by up to 6."), "\(run)")
    let sound = try AudioFile.read(path: folder.file("out.wav"))
    let peaks = sound.channels.map { $0.reduce(Float(0)) { max($0, abs($1)) } }
    #expect(abs(peaks[0] - 0.9999) < 0.001 && abs(peaks[1] - 0.5) < 0.001, "\(peaks)")
  }

  @Test func withoutAScoreStrokesAreFound() throws {
    let folder = try TemporaryFolder()
    let options = ["--replace", "hihat=off", "--tempo", "100", "--pattern", Self.score]
    let run = try Program.run(
      ["remix", Self.mix, "-o", "out.flac"] + options + Self.quick, in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.files() == ["out.flac"])
    #expect(run.output.contains("133 notes"))
  }

  @Test func aLoopWithoutAScoreHasNoTempo() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      ["remix", Self.mix, "--tempo", "100", "-o", "out.wav"] + Self.quick, in: folder.path)
    #expect(run.status == 1 && run.errors.contains("--tempo: expected --score as well"))
    #expect(folder.files().isEmpty)
  }

  @Test(arguments: [
    (["--pattern", "missing.mid"], "missing.mid: expected a readable file"),
    (["--replace", "cowbell=off"], "--replace: expected one of kick, snare, hihat"),
    (["--kit", "missing.sfz"], "missing.sfz: expected a readable file"),
    (["--groove", "plain.csv"], "--groove: expected bars in plain.csv"),
    (
      ["--replace", "snare=silent.wav"], "silent.wav: expected the sound of a stroke; it is silent"
    ),
    (["--residual", "keep", "--tempo", "90"], "--residual keep: expected no --tempo"),
    (["--tempo", "4"], "--tempo: expected 20 to 400, found 4.0"),
    (["--layers", "0"], "--layers: expected 1 to 16, found 0"),
  ])
  func badInputIsRefusedInOneLine(options: [String], problem: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "start;duration;pitch;velocity;label\n0;1;36;80;KD\n".utf8, to: "plain.csv")
    try AudioFile.write(
      AudioBuffer(sampleRate: 44_100, channels: [[Float](repeating: 0, count: 100)]),
      to: folder.file("silent.wav"), as: .wav24)
    let run = try Program.run(
      ["remix", Self.mix, "--score", Self.score, "-o", "out.wav"] + options
        + ["--model", "cae", "--iterations", "1"], in: folder.path)
    #expect(run.status != 0)
    #expect(run.errors.contains(problem), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("out.wav")))
  }
}
