import Foundation
import Testing

/// Files that are no files, that are made to cost far more than their size, or whose names are made for
/// the terminal.
@Suite struct HostileFileTests {
  /// One line, and soon: neither a pipe that nobody writes to nor a device is waited for.
  @Test func pipesAndDevices() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for (arguments, problem) in [
      (
        ["separate", "duet.wav", "--score", "pipe"],
        "pipe: expected a MIDI, MusicXML or CSV score, found an empty file"
      ),
      (
        ["separate", "duet.wav", "--score", "/dev/zero"],
        "/dev/zero: expected a score, found a device"
      ),
      (
        ["separate", "duet.wav", "--score", "duet.csv", "--drum-map", "/dev/zero"],
        "/dev/zero: expected a drum map, found a device"
      ),
      (["separate", "pipe", "--score", "duet.csv"], "this is not a regular file"),
      (["separate", "/dev/zero", "--score", "duet.csv"], "this is not a regular file"),
      (
        ["separate", "duet.wav", "--score", "duet.csv", "--model-file", "/dev/zero"],
        "/dev/zero: expected a note bank, by its path or the name of one that ships, found a device"
      ),
      (
        ["separate", "duet.wav", "--score", "duet.csv", "--model-file", "./pipe"],
        "pipe: expected a safetensors file, found 0 bytes"
      ),
    ] {
      let run = try Program.run(arguments + ["-o", "out"], in: folder.path)
      #expect(run.status == 1, "\(run.errors)")
      #expect(run.errorLines.count == 1 && run.errors.contains(problem), "\(run.errors)")
    }
  }

  /// What is neither a file nor a link to one is not replaced, not even by force.
  @Test func aPipeIsNoOutput() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    #expect(mkfifo(folder.file("out.mid"), 0o600) == 0)
    let run = try Program.run(
      ["inspect", "duet.csv", "--midi", "out.mid", "--force"], in: folder.path)
    #expect(run.status == 1 && run.errors.contains("this is a pipe or a device"), "\(run.errors)")
    var status = stat()
    #expect(lstat(folder.file("out.mid"), &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFIFO)
  }

  /// Something does come through it.
  @Test func aScoreThroughAPipe() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.shell(
      "(sleep 0.1; cat duet.csv) | '\(Program.path)' inspect /dev/stdin", in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("4 notes"))
  }

  @Test func namesReachNoTerminal() throws {
    let folder = try TemporaryFolder()
    let name = "a\u{1B}]0;b\u{7}\u{9B}1m\u{202E}"
    try Duet.write(to: folder)
    try FileManager.default.moveItem(
      atPath: folder.file("duet.wav"), toPath: folder.file("\(name).wav"))
    let score = Duet.score.replacingOccurrences(of: "left", with: "le\u{1B}ft")
    try folder.write(score.utf8, to: "\(name).csv")
    for arguments in [
      ["separate", "\(name).wav", "--score", "\(name).csv", "--iterations", "1", "-o", "out"],
      ["separate", "\(name)", "--score", "duet.csv", "-o", "out"],
      ["separate", "\(name).wav", "--score", "\(name)", "-o", "out"],
      ["separate", "\(name).wav", "--score", "duet.csv", "-p", "\(name)", "-o", "out"],
      ["align", "\(name).wav", "--score", "\(name).csv", "--force-score", "-o", "\(name).mid"],
      ["align", "\(name).wav", "--score", "\(name).csv", "--force-score", "-o", "\(name).mid"],
      ["align", "\(name).wav", "--score", "\(name)", "-o", "out.mid"],
      ["align", "\(name).wav", "--score", "duet.csv", "-o", "\(name)"],
    ] {
      let run = try Program.run(arguments, in: folder.path)
      for text in [run.output, run.errors] {
        #expect(
          !text.unicodeScalars.contains {
            ["\u{1B}", "\u{7}", "\u{9B}", "\u{202E}"].contains($0)
          }, "\(text.debugDescription)")
      }
      #expect(!(run.output + run.errors).isEmpty)
    }
    let run = try Program.run(["inspect", "\(name).csv"], in: folder.path)
    #expect(run.status == 0 && run.output.contains("le?ft"), "\(run.errors)")
  }

  // MARK: Memory

  /// A recording of silence that takes no room on a disk.
  private func writeSilence(
    hours: Int, sampleRate: Int, to path: String
  ) throws {
    let count = hours * 3600 * sampleRate * 2
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let header: [UInt8] =
      Array("RIFF".utf8) + bytes(36 + count, 4) + Array("WAVEfmt ".utf8) + bytes(16, 4)
      + bytes(1, 2) + bytes(1, 2) + bytes(sampleRate, 4) + bytes(2 * sampleRate, 4) + bytes(2, 2)
      + bytes(16, 2) + Array("data".utf8) + bytes(count, 4)
    try Data(header).write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, header.count + count) == 0)
  }

  /// Runs the program with at most so many megabytes of addresses.
  private func run(_ arguments: String, megabytes: Int, in folder: TemporaryFolder) throws
    -> Program.Run
  {
    try Program.shell(
      "ulimit -c 0; ulimit -v \(1024 * megabytes); exec '\(Program.path)' \(arguments)",
      in: folder.path)
  }

  @Test func factorsThatFindNoRoom() throws {
    let folder = try TemporaryFolder()
    try writeSilence(hours: 1, sampleRate: 44_100, to: folder.file("long.wav"))
    try folder.write(Duet.score.utf8, to: "duet.csv")
    let run = try run(
      "separate long.wav --score duet.csv --partial --export-factors factors -o out",
      megabytes: 4000, in: folder)
    #expect(run.status == 1, "\(run.errors)")
    let lines = run.errorLines
    #expect(lines.count == 2, "\(run.errors)")
    #expect(
      lines.first?.contains("long.wav: will need ") == true
        && lines.first?.hasSuffix(" GB of memory to export the factors of all 3600 s") == true)
    #expect(
      lines.last?.contains("long.wav: expected ") == true
        && lines.last?.contains(", found ") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
  }

  /// Stems appear with the factors, or not at all; a limit on the sizes of files stands for a disk that is full.
  @Test func factorsThatFindNoPlace() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let run = try Program.shell(
      "trap '' XFSZ; ulimit -f 80; '\(Program.path)' separate duet.wav --score duet.csv --format mp3 --export-factors factors -o out",
      in: folder.path)
    #expect(run.status == 1 && run.errors.contains("File too large"), "\(run.errors)")
    #expect(folder.files(below: "out").isEmpty && folder.files(below: "factors").isEmpty)
  }

  /// A window and a hop that a machine has no memory for; the usual ones do.
  @Test func settingsThatFindNoRoom() throws {
    let folder = try TemporaryFolder()
    try writeSilence(hours: 1, sampleRate: 44_100, to: folder.file("long.wav"))
    try folder.write(Duet.score.utf8, to: "duet.csv")
    let run = try run(
      "separate long.wav --score duet.csv --partial --window 65536 --hop 1024 -o out",
      megabytes: 150, in: folder)
    #expect(run.status == 1 && run.errorLines.count == 1, "\(run.errors)")
    #expect(run.errors.contains("of memory for this window, hop and number of components, found "))
  }

  /// Refused by its header: to read it would take more than there is.
  @Test func strokesAtAnotherRate() throws {
    let folder = try TemporaryFolder()
    try writeSilence(hours: 3, sampleRate: 48_000, to: folder.file("kick.wav"))
    for arguments in ["kick=kick.wav", "--piano kick.wav --score duet.csv"] {
      try folder.write(Duet.score.utf8, to: "duet.csv")
      let run = try run("train \(arguments) -o kit.safetensors", megabytes: 1500, in: folder)
      #expect(
        run.errors.hasSuffix("kick.wav: expected a sample rate of 44100 Hz, found 48000\n"),
        "\(run.errors)")
      #expect(run.status == 1 && run.errorLines.count == 1)
    }
  }

  /// Three thousand arrays in the same megabyte.
  @Test func arraysThatOverlap() throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder)
    let entries = (0..<3000).map {
      #""t\#($0)":{"dtype":"F32","shape":[262144],"data_offsets":[0,1048576]}"#
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    try folder.write(
      length + header + [UInt8](repeating: 0, count: 1 << 20), to: "bomb.safetensors")
    let run = try run(
      "separate duet.wav --score duet.csv --model-file bomb.safetensors -o out", megabytes: 1500,
      in: folder)
    #expect(run.status == 1 && run.errorLines.count == 1, "\(run.errors)")
    #expect(run.errors.contains("bomb.safetensors: tensor 't"), "\(run.errors)")
    #expect(run.errors.contains("it overlaps another tensor"), "\(run.errors)")
  }
}
