import AudioFiles
import Foundation
import Testing

/// Recordings from phones and the net, and what the parts take over from them.
@Suite struct MediaCommandTests {
  /// An empty file where the loader looks first is what a missing library is to it.
  @Test func whereLibavIsMissing() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    // The start of an MP4; without the library nobody looks any further.
    try folder.write([0, 0, 0, 24] + "ftypM4A \0\0\0\0M4A mp42".utf8, to: "duet.m4a")
    for version in 50..<70 { try folder.write([], to: "libavformat.so.\(version)") }
    func separate(_ recording: String) throws -> Program.Run {
      try Program.run(
        ["separate", recording, "--score", "duet.csv", "-o", "out"], in: folder.path,
        environment: ["LD_LIBRARY_PATH": folder.path])
    }
    let refused = try separate("duet.m4a")
    #expect(refused.status == 1)
    #expect(refused.errorLines.count == 1)
    #expect(
      refused.errors.contains(/duet\.m4a: .* packages libavformat\d+ and libswresample\d+/),
      "\(refused.errors)")
    let fine = try separate("duet.wav")
    #expect(fine.status == 0, "\(fine.errors)")
  }

  @Test func tagsGoIntoTheParts() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    var tags = AudioTags()
    tags.texts = [.title: "Duet", .artist: "Somebody", .date: "2001"]
    tags.picture = AudioTags.Picture(type: "image/png", bytes: [UInt8](repeating: 7, count: 999))
    try AudioFile.write(
      Duet.recording(sampleRate: 44_100), to: folder.file("duet.flac"), as: .flac,
      details: EncodingDetails(tags: tags))
    let command = ["separate", "duet.flac", "--score", "duet.csv", "-o", "out", "--mix", "left=-3"]
    for (format, ending) in [
      ("flac", "flac"), ("mp3", "mp3"), ("ogg", "ogg"), ("opus", "opus"), ("wav16", "wav"),
    ] {
      let run = try Program.run(command + ["--format", format], in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      for part in ["left", "right", "mix"] {
        let path = folder.file("out/duet/\(part).\(ending)")
        var expected = tags
        expected.texts[.title] = "Duet (\(part))"
        if format == "wav16" { expected.picture = nil }
        #expect(try AudioFileReader(path: path).tags == expected, "\(path)")
      }
    }
  }

  @Test func aPictureThatFindsNoRoomIsSaid() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    var tags = AudioTags()
    tags.picture = AudioTags.Picture(
      type: "image/png", bytes: [UInt8](repeating: 7, count: 17 << 20))
    try AudioFile.write(
      Duet.recording(sampleRate: 44_100), to: folder.file("duet.mp3"), as: .mp3,
      details: EncodingDetails(tags: tags))
    let run = try Program.run(
      "separate", "duet.mp3", "--score", "duet.csv", "-o", "out", in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains("duet.mp3: its picture is not kept, since it is too large for flac"),
      "\(run.errors)")
  }

  @Test func whatAFormatCannotHoldIsRefusedBeforehand() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, sampleRate: 96_000)
    let refused = try Program.run(
      "separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--format", "mp3",
      in: folder.path)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("48000 Hz for mp3"), "\(refused.errors)")
    #expect(folder.files(below: "out").isEmpty)
    for options in [["--quality", "5"], ["--format", "ogg", "--quality", "11"]] {
      let run = try Program.run(
        ["separate", "duet.wav", "--score", "duet.csv", "-o", "out"] + options, in: folder.path)
      #expect(run.status == 64)
    }
  }

  private static let hasFFmpeg = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")

  /// Four minutes from a phone, in one command.
  @Test(
    .enabled(if: hasFFmpeg, "without the program ffmpeg there is no M4A to separate"),
    .timeLimit(.minutes(10)))
  func aLongM4AIsSeparated() throws {
    let folder = try TemporaryFolder()
    let rounds = Int(240 / Duet.seconds)
    let duet = Duet.recording(sampleRate: 44_100, channelCount: 2)
    let whole = AudioBuffer(
      sampleRate: 44_100,
      channels: duet.channels.map { Array(repeating: $0, count: rounds).flatMap { $0 } })
    try AudioFile.write(whole, to: folder.file("duet.wav"), as: .wav16)
    let made = try Program.shell(
      "ffmpeg -nostdin -v error -i duet.wav -c:a aac -metadata title=Duet duet.m4a",
      in: folder.path)
    try #require(made.status == 0, "\(made.errors)")
    let lines = Duet.score.split(separator: "\n")
    let rows = (0..<rounds).flatMap { round in
      lines.dropFirst().map { line in
        let fields = line.split(separator: ";")
        let start = (Double(fields[0]) ?? 0) + Double(round) * Duet.seconds
        return "\(start);" + fields.dropFirst().joined(separator: ";")
      }
    }
    try folder.write(([String(lines[0])] + rows).joined(separator: "\n").utf8, to: "duet.csv")
    let run = try Program.run(
      "separate", "duet.m4a", "--score", "duet.csv", "-o", "out", "--preset", "hands-fast",
      "--format", "mp3", "--quality", "5", "--minus", "left", in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let names = ["left", "minus-left", "right"]
    #expect(folder.files(below: "out") == names.map { "duet/\($0).mp3" })
    for name in names {
      let path = folder.file("out/duet/\(name).mp3")
      #expect(try AudioFile.read(path: path).sampleCount == whole.sampleCount)
      #expect(try AudioFileReader(path: path).tags.texts[.title] == "Duet (\(name))")
    }
  }
}
