import Foundation
import Testing

/// What nobody would type and everybody does: empty variables, huge numbers, odd names, full disks.
@Suite struct UnlikelyUseTests {
  @Test(arguments: ["--hop", "--window", "--iterations"], [Int.min, Int.max])
  func hugeNumbersAreWrongUsage(option: String, value: Int) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.run(
      "separate", "duet.wav", "--score", "duet.csv", "-o", "out", option, "\(value)",
      in: folder.path)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.contains("\(option): expected"))
  }

  /// `-o "$UNSET"` would otherwise write below the root of the file system.
  @Test func anEmptyOutputFolderIsWrongUsage() throws {
    let folder = try TemporaryFolder()
    // The recording is missing, so that nothing is written even where this is not refused.
    let run = try Program.run(
      "separate", "missing.wav", "--score", "duet.csv", "-o", "", in: folder.path)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.contains("--output: expected a folder"))
  }

  @Test func kitsThatCannotBeWrittenAreOneLine() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "train", "kick=\(Recording.drumBreak)/kick.flac", "-o", "nowhere/kit", in: folder.path)
    #expect(run.status == 1)
    #expect(
      run.errors
        == "divisi: nowhere/kit: expected to write this file; No such file or directory\n")
  }

  @Test func kitsOfAnotherGridAreNamedByTheirNumbers() throws {
    let folder = try TemporaryFolder()
    let presets = Program.root.appendingPathComponent("Presets/divisi-presets.lv2").path
    try FileManager.default.copyItem(atPath: presets, toPath: folder.file("presets"))
    let kit = folder.file("presets/generic-kit.safetensors")
    var bytes = try #require(FileManager.default.contents(atPath: kit))
    let hop = try #require(bytes.range(of: Data("\"hop\":\"512\"".utf8)))
    bytes.replaceSubrange(hop, with: Data("\"hop\":\"51x\"".utf8))
    try bytes.write(to: URL(fileURLWithPath: kit))
    let run = try Program.run(
      "separate", "\(Recording.drumBreak)/mix.flac", "--score", "\(Recording.drumBreak)/score.mid",
      "-p", folder.file("presets/drums.ttl"), "-o", folder.file("out"))
    #expect(run.status == 1)
    #expect(run.errors.contains("44100, 2048, 512, found 44100, 2048, 51x"), "\(run.errors)")
  }

  /// Names with control characters neither break lines nor reach the terminal.
  @Test func controlCharactersAreNotPrinted() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let mix = "new\nline\u{1B}[31m.wav"
    try FileManager.default.moveItem(atPath: folder.file("duet.wav"), toPath: folder.file(mix))
    let separated = try Program.run(
      "separate", mix, "--score", "duet.csv", "--score-offset", "-60", "-o", "out", in: folder.path)
    #expect(separated.status == 1)
    #expect(separated.errorLines.count == 1, "\(separated.errors)")
    #expect(separated.errors.contains("new?line?[31m.wav"))

    try folder.write(
      "start;duration;pitch;label\n0;1;48;a\u{1B}[31m\n1;1;72;b\n".utf8, to: "odd.csv")
    let inspected = try Program.run("inspect", "odd.csv", "-p", "parts", in: folder.path)
    #expect(inspected.status == 0, "\(inspected.errors)")
    #expect(inspected.output.contains("label:a?[31m,b"))
    #expect(!inspected.output.contains("\u{1B}"))
  }

  @Test func aReportThatIsLostIsAFailure() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "exec \"$0\" \"$@\" > /dev/full 2> errors", Program.path, "separate", "duet.wav",
      "--score", "duet.csv", "-o", "out", "--json",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(
      try folder.text("errors")
        == "divisi: standard output: expected to write the report; No space left on device\n")
  }

  /// A line that wraps cannot be taken back, so that every step of the bar would leave one behind.
  @Test func theProgressBarFitsTheTerminal() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let mix = "a recording with quite a long name.wav"
    try FileManager.default.moveItem(atPath: folder.file("duet.wav"), toPath: folder.file(mix))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
    process.arguments = [
      "-qec",
      "stty cols 50; '\(Program.path)' separate '\(mix)' --score duet.csv -o out > report",
      "/dev/null",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try folder.handle("terminal")
    try process.run()
    process.waitUntilExit()
    let steps = try folder.text("terminal").split(separator: "\r")
    #expect(steps.contains { $0.hasSuffix("█ 100 %") })
    #expect(steps.allSatisfy { $0.count < 50 })
    #expect(steps.last == "\u{1B}[K")
    #expect(try folder.text("report").contains("× real time"))
  }
}
