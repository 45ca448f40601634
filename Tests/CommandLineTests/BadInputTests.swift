import AudioFiles
import Foundation
import Testing

/// Bad input: one line that names the file and what was expected, exit code 1 (64 for wrong usage),
/// nothing written.
@Suite struct BadInputTests {
  private func check(
    _ arguments: [String], in folder: TemporaryFolder, status: Int32 = 1, names: [String],
    location: SourceLocation = #_sourceLocation
  ) throws {
    let before = folder.files()
    let run = try Program.run(
      ["separate"] + arguments + ["-o", folder.file("out")], in: folder.path)
    #expect(run.status == status, "\(run.errors)", sourceLocation: location)
    if status == 1 { #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: location) }
    for name in names {
      #expect(
        run.errors.contains(name), "'\(name)' in: \(run.errors)", sourceLocation: location)
    }
    #expect(folder.files() == before, sourceLocation: location)
    #expect(
      !FileManager.default.fileExists(atPath: folder.file("out")), sourceLocation: location)
  }

  @Test func recordings() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let wave = try #require(FileManager.default.contents(atPath: folder.file("duet.wav")))
    try folder.write([], to: "empty.wav")
    try folder.write("this is no audio".utf8, to: "text.wav")
    try folder.write(wave.prefix(wave.count / 2), to: "cut.wav")
    var samples = Duet.recording(sampleRate: 44_100).channels[0]
    for (name, value) in [("nan.wav", Float.nan), ("infinite.wav", .infinity)] {
      samples[22_050] = value
      // The library refuses to write such a file, so its bytes are patched.
      var bytes = [UInt8](wave)
      let data = try #require(bytes.firstRange(of: Array("data".utf8))).upperBound + 4
      for byte in 0..<4 {
        bytes[data + 4 * 22_050 + byte] = UInt8(
          truncatingIfNeeded: value.bitPattern >> (8 * UInt32(byte)))
      }
      try folder.write(bytes, to: name)
    }
    for (name, words) in [
      ("missing.wav", ["missing.wav"]), ("empty.wav", ["empty.wav", "empty"]),
      ("text.wav", ["text.wav", "audio"]), ("cut.wav", ["cut.wav", "truncated"]),
      ("nan.wav", ["nan.wav", "sample 22050", "finite"]),
      ("infinite.wav", ["infinite.wav", "sample 22050", "finite"]), (".", ["folder"]),
    ] {
      try check([name, "--score", "duet.csv"], in: folder, names: words)
    }
  }

  @Test func scores() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try folder.write([], to: "empty.mid")
    try folder.write("start;duration;pitch;velocity;label\n".utf8, to: "no-notes.csv")
    try folder.write("start;duration;pitch\n0.1;0.2;60\n0.2;x;60\n".utf8, to: "damaged.csv")
    try folder.write(
      "MThd".utf8 + [0, 0, 0, 6, 0, 1, 0, 1, 0, 96] + "MTrk".utf8, to: "damaged.mid")
    try folder.write("<score-partwise><part>".utf8, to: "damaged.musicxml")
    try folder.write("PK\u{3}\u{4} no archive".utf8, to: "damaged.mxl")
    let bomb = """
      <?xml version="1.0"?><!DOCTYPE score-partwise [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
      <score-partwise><part id="P1"/></score-partwise>
      """
    try folder.write(bomb.utf8, to: "bomb.musicxml")
    try folder.write(
      "start;duration;pitch;velocity;label\n1;1;60;80;left\n60;1;60;80;right\n".utf8, to: "long.csv"
    )
    try folder.write(
      "start;duration;pitch;velocity;label\n50;1;60;80;left\n".utf8, to: "elsewhere.csv")
    for (name, words) in [
      ("missing.mid", ["missing.mid"]), ("empty.mid", ["empty.mid", "empty"]),
      ("no-notes.csv", ["no-notes.csv", "note"]), ("damaged.csv", ["damaged.csv", "line 3"]),
      ("damaged.mid", ["damaged.mid", "byte"]),
      ("damaged.musicxml", ["damaged.musicxml", "line 1"]),
      ("damaged.mxl", ["damaged.mxl"]), ("bomb.musicxml", ["bomb.musicxml", "entit"]),
      ("long.csv", ["long.csv", "duet.wav", "60.0 s"]), ("duet.wav", ["duet.wav", "a recording"]),
    ] {
      try check(["duet.wav", "--score", name], in: folder, names: words)
    }
    try check(
      ["duet.wav", "--score", "elsewhere.csv", "--partial", "--parts", "all=*"], in: folder,
      names: ["elsewhere.csv", "duet.wav", "found none"])
  }

  @Test func aScoreThatEndsLongBeforeTheRecording() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let short = Duet.recording(sampleRate: 8_000).channels[0]
    let long = Array(repeating: short, count: 10).flatMap { $0 }
    try AudioFile.write(
      AudioBuffer(sampleRate: 8_000, channels: [long]), to: folder.file("long.wav"), as: .wav16)
    try check(
      ["long.wav", "--score", "duet.csv"], in: folder, names: ["duet.csv", "long.wav", "15.0 s"])
    let silence = short + [Float](repeating: 0, count: 120_000)
    try AudioFile.write(
      AudioBuffer(sampleRate: 8_000, channels: [silence]), to: folder.file("quiet.wav"), as: .wav16)
    for (name, options) in [("long.wav", ["--partial"]), ("quiet.wav", [])] {
      let run = try Program.run(
        ["separate", name, "--score", "duet.csv", "-o", "out"] + options, in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test func presetsPartsAndKits() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let preset = """
      @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
      @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
      @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
      @prefix state: <http://lv2plug.in/ns/ext/state#> .
      <urn:x> a pset:Preset ; lv2:appliesTo <urn:divisi:drums> ; rdfs:label "X" ; rdfs:comment "X." ;
      """
    let port = "lv2:port [ lv2:symbol \"%@\" ; pset:value %@ ] "
    func write(_ name: String, _ symbol: String, _ value: String, _ rest: String = ".") throws {
      let text = preset + String(format: port, symbol, value) + rest
      try folder.write(text.utf8, to: name)
    }
    try write("symbol.ttl", "wobble", "1")
    try write("range.ttl", "iterations", "-3")
    try write(
      "kit.ttl", "iterations", "3", "; state:state [ <urn:divisi:model_file> <k.safetensors> ] .")
    let score = ["--score", "duet.csv"]
    try check(
      ["duet.wav"] + score + ["-p", "nope"], in: folder, names: ["nope", "hands", "drums"])
    try check(["duet.wav"] + score + ["-p", "nope.ttl"], in: folder, names: ["nope.ttl"])
    try check(
      ["duet.wav"] + score + ["-p", "symbol.ttl"], in: folder, names: ["symbol.ttl: wobble:"])
    try check(
      ["duet.wav"] + score + ["-p", "./range.ttl"], in: folder,
      names: ["divisi: ./range.ttl: iterations: expected 0 to 10000, found -3"])
    try write("exponent.ttl", "wiener_exponent", "9")
    try check(
      ["duet.wav"] + score + ["-p", "exponent.ttl"], in: folder,
      names: ["divisi: exponent.ttl: wiener_exponent: expected 0.01 to 4, found 9"])
    try check(["duet.wav"] + score + ["-p", "kit.ttl"], in: folder, names: ["k.safetensors"])
    try folder.write("garbage".utf8, to: "k.safetensors")
    try check(["duet.wav"] + score + ["-p", "kit.ttl"], in: folder, names: ["k.safetensors"])
    try check(
      ["duet.wav"] + score + ["--parts", "a=track:9,b=*"], in: folder,
      names: ["duet.csv", "'a'", "track:9"])
  }

  @Test(arguments: [
    (["--alpha", "0"], "--alpha"), (["--alpha", "-1"], "--alpha"),
    (["--iterations", "-1"], "--iterations"),
    (["--window", "7"], "--window"), (["--window", "99999999999"], "--window"),
    (["--hop", "0"], "--hop"),
    (["--hop", "8192"], "--hop"), (["--divergence", "x"], "--divergence"),
    (["--divergence", "4"], "--divergence"),
    (["--model", "x"], "--model"), (["--tolerance", "-1"], "--tolerance"),
    (["--threads", "0"], "--threads"),
    (["--format", "aiff"], "--format"), (["--parts", "a"], "--parts"),
    (["--split", "H9"], "--split"),
    (["--parts", "a=*", "--split", "C4"], "--split"), (["--filename", "x"], "--filename"),
    (["--filename", "{part}-{foo}"], "--filename"), (["--filename", "{part}/"], "--filename"),
    (["--score-rate", "0"], "--score-rate"), (["--score-offset", "nan"], "--score-offset"),
    (["--score-offset", "1e300"], "--score-offset"),
    (["--nonsense"], "--nonsense"), (["--seed", "-1"], "--seed"),
    (["--lookahead", "1"], "--lookahead"), (["--stream", "--lookahead", "5"], "--lookahead"),
    (["--stream", "--history", "1"], "--history"), (["--stream", "--seed", "1"], "--seed"),
    (["--stream", "--divergence", "eu"], "--divergence"),
  ])
  func wrongUsage(options: [String], name: String) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try check(["duet.wav", "--score", "duet.csv"] + options, in: folder, status: 64, names: [name])
  }

  /// In the unit in which they were typed, too.
  @Test(arguments: [
    (["--alpha", "9"], "--alpha: expected 0.01 to 4, found 9"),
    (["--window", "7"], "--window: expected 64 to 65536 samples at 44.1 kHz, found 7"),
    (["--hop", "0"], "--hop: expected 128 to 4096 samples for a window of 8192, found 0"),
    (["--iterations", "-1"], "--iterations: expected 0 to 10000, found -1"),
    (
      ["--encoder-iterations", "10001"],
      "--encoder-iterations: expected 0 to 10000, found 10001"
    ),
    (["--template-frames", "65"], "--template-frames: expected 1 to 64, found 65"),
    (["--tolerance", "1001"], "--tolerance: expected 0 to 1000 ms, found 1001"),
    (
      ["--divergence", "4"],
      "--divergence: expected eu, kl, is, or a number from -1 to 3, found '4'"
    ),
    (["--stream", "--lookahead", "4.1"], "--lookahead: expected 0 to 4 seconds, found 4.1"),
    (["--stream", "--history", "3"], "--history: expected 4 to 30 seconds, found 3"),
    (["--layers", "3"], "--layers: expected 2, 4, 6 or 8, found 3"),
    (["--learning-rate", "0"], "--learning-rate: expected above 0, at most 1000000, found 0"),
    (["--sparsity", "-0.1"], "--sparsity: expected 0 to 1000000, found -0.1"),
    (["--activity", "nan"], "--activity: expected 0 to 1000000, found nan"),
  ])
  func optionsOutOfRangeAreNamedAsTheyWereTyped(options: [String], message: String) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try check(
      ["duet.wav", "--score", "duet.csv"] + options, in: folder, status: 64, names: [message])
  }

  @Test func twoRecordingsOfOneName() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try check(
      ["duet.wav", "./duet.wav", "--score", "duet.csv"], in: folder, status: 64, names: ["duet.wav"]
    )
  }

  @Test func anInputIsNeverOverwritten() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    for (name, options) in [
      ("left.wav", ["--filename", "{part}"]),
      ("duet.wav", ["--filename", "{part}", "--parts", "duet=*"]),
    ] {
      try? FileManager.default.copyItem(atPath: folder.file("duet.wav"), toPath: folder.file(name))
      let before = FileManager.default.contents(atPath: folder.file(name))
      let run = try Program.run(
        ["separate", name, "--score", "duet.csv", "-o", ".", "--format", "wav24", "--force"]
          + options, in: folder.path)
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1 && run.errors.contains(name))
      #expect(FileManager.default.contents(atPath: folder.file(name)) == before)
    }
  }

  @Test func whatIsWrittenIsNoInput() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let contents = {
      folder.files().map { FileManager.default.contents(atPath: folder.file($0)) }
    }
    let before = contents()
    for arguments in [
      ["inspect", "duet.csv", "--midi", "duet.csv", "--force"],
      ["train", "kick=duet.wav", "-o", "duet.wav", "--force"],
      ["train", "--piano", "duet.wav", "--score", "duet.csv", "-o", "duet.csv", "--force"],
      ["align", "duet.wav", "--score", "duet.csv", "-o", "duet.csv", "--force"],
    ] {
      let run = try Program.run(arguments, in: folder.path)
      #expect(run.status == 1)
      #expect(run.errors.contains("expected a file to write; it is the input"), "\(run.errors)")
    }
    #expect(contents() == before)
  }

  @Test func aFolderThatCannotBeMade() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    try folder.write("a file".utf8, to: "taken")
    let run = try Program.run(
      "separate", "duet.wav", "--score", "duet.csv", "-o", "taken/out", in: folder.path)
    #expect(run.status == 1)
    #expect(run.errorLines.count == 1)
    #expect(try folder.text("taken") == "a file")
  }
}
