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
    for (format, ending) in [("flac", "flac"), ("mp3", "mp3"), ("ogg", "ogg"), ("wav16", "wav")] {
      let run = try Program.run(command + ["--format", format], in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      for part in ["left", "right", "mix"] {
        let path = folder.file("out/duet/\(part).\(ending)")
        var expected = tags
        expected.texts[.title] = "Duet (\(part))"
        if format == "ogg" || format == "wav16" { expected.picture = nil }
        #expect(try AudioFileReader(path: path).tags == expected, "\(path)")
      }
    }
  }

  @Test func whatAFormatCannotHoldIsRefusedBeforehand() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let opus = try Program.run(
      "separate", "duet.wav", "--score", "duet.csv", "-o", "out", "--format", "opus",
      in: folder.path)
    #expect(opus.status == 1)
    #expect(opus.errors.contains("48000 Hz for opus"), "\(opus.errors)")
    #expect(folder.files(below: "out").isEmpty)
    for options in [["--quality", "5"], ["--format", "ogg", "--quality", "11"]] {
      let run = try Program.run(
        ["separate", "duet.wav", "--score", "duet.csv", "-o", "out"] + options, in: folder.path)
      #expect(run.status == 64)
    }
  }
}
