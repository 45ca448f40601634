import AudioFiles
import Foundation
import Testing

/// Files through the plugin, and what is said of plugins without playing them.
@Suite struct RenderTests {
  private static func render(_ file: String, to folder: String, _ more: [String] = []) throws -> (
    status: Int32, output: String, errors: String
  ) {
    try Project.host(
      [
        "render", file, "--plugin", "urn:divisi:hands", "--preset", Polonaise.preset, "--score",
        Polonaise.score, "-o", folder,
      ] + more)
  }

  /// The same bytes as the command line's, in stereo and in mono, each time.
  @Test(arguments: [true, false])
  func filesAreThoseOfTheCommandLine(isStereo: Bool) throws {
    let recording = try Polonaise()
    let folder = recording.folder
    let path = isStereo ? recording.path : Polonaise.mix
    let name = isStereo ? "stereo" : "mix"
    for turn in ["one", "two"] {
      let run = try Self.render(path, to: folder.file(turn))
      #expect(run.status == 0, "\(run.errors)")
    }
    let separated = try Child.run(
      Project.program("divisi"),
      [
        "separate", path, "--stream", "--preset", Polonaise.preset, "--score", Polonaise.score,
        "-o", folder.file("parts"),
      ])
    #expect(separated.status == 0, "\(separated.errors)")
    for part in Polonaise.parts {
      let bytes = try folder.data("one/\(name)/\(part).flac")
      #expect(try bytes == folder.data("parts/\(name)/\(part).flac"), "\(part)")
    }
    for output in ["mix", "left", "right", "residual"] {
      let bytes = try folder.data("one/\(name)/\(output).flac")
      #expect(try bytes == folder.data("two/\(name)/\(output).flac"), "\(output)")
    }
  }

  /// A number chooses the score, in hosts that can set nothing but numbers.
  @Test func theScoreCanHaveANumber() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.file("divisi/scores"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Polonaise.score, toPath: folder.file("divisi/scores/07 polonaise.mid"))
    let chosen = try Self.render(Polonaise.mix, to: folder.file("chosen"))
    let numbered = try Project.host(
      [
        "render", Polonaise.mix, "--plugin", "urn:divisi:hands", "--preset", Polonaise.preset,
        "--set", "score_slot=7", "-o", folder.file("numbered"),
      ], environment: ["XDG_DATA_HOME": folder.path])
    #expect(chosen.status == 0 && numbered.status == 0, "\(chosen.errors)\(numbered.errors)")
    for output in ["mix", "left", "right", "residual"] {
      let bytes = try folder.data("numbered/mix/\(output).flac")
      #expect(try bytes == folder.data("chosen/mix/\(output).flac"), "\(output)")
    }
  }

  /// What the numbers of a drum track mean is guessed, or said; a wrong map puts the strokes elsewhere.
  @Test func drumsHaveMaps() throws {
    let folder = try TemporaryFolder()
    let mix = Project.root + "/Tests/Recordings/break/mix.flac"
    let score = Project.root + "/Tests/Recordings/break/score.mid"
    func render(_ name: String, _ controls: [String]) throws -> Data {
      let run = try Project.host(
        [
          "render", mix, "--plugin", "urn:divisi:drums", "--preset", "drums-fast", "--score", score,
          "-o", folder.file(name),
        ] + controls.flatMap { ["--set", $0] })
      #expect(run.status == 0, "\(run.errors)")
      return try folder.data("\(name)/mix/kick.flac")
    }
    let guessed = try render("guessed", [])
    #expect(try render("said", ["drum_map=1"]) == guessed)
    #expect(try render("wrong", ["drum_map=2"]) != guessed)
  }

  /// The mix is the recording itself where nothing is changed.
  @Test func mixIsTheRecording() throws {
    let recording = try Polonaise()
    let run = try Self.render(
      recording.path, to: recording.folder.file("out"), ["--format", "wav-float"])
    #expect(run.status == 0, "\(run.errors)")
    let mix = try AudioFile.read(path: recording.folder.file("out/stereo/mix.wav"))
    #expect(mix.sampleCount == recording.channels[0].count)
    for (recorded, played) in zip(mix.channels, recording.channels) {
      #expect(zip(recorded, played).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  /// Nothing is left of what does not work, and nothing is replaced unasked.
  @Test func outputsAreWholeOrNotThere() throws {
    let folder = try TemporaryFolder()
    let out = folder.file("out")
    for (file, more, problem) in [
      ("/nowhere.wav", [], "/nowhere.wav: expected an audio file"),
      (Polonaise.mix, ["--score", "/nowhere.mid"], "/nowhere.mid: expected a readable file"),
      (
        Polonaise.mix, ["--score", Polonaise.mix],
        "mix.flac: expected a MIDI, MusicXML or CSV score"
      ),
      (Polonaise.mix, ["--preset", "none"], "none: expected a preset"),
      (Polonaise.mix, ["--set", "gain_left=99"], "gain_left: expected -60.0 to 12.0"),
    ] {
      let run = try Self.render(file, to: out, more)
      #expect(run.status == 1, "\(problem)")
      #expect(run.errors.contains(problem), "\(run.errors)")
      #expect(folder.files == [], "\(problem)")
    }
    #expect(try Self.render(Polonaise.mix, to: out).status == 0)
    let files = folder.files
    #expect(files.count == 4)
    let again = try Self.render(Polonaise.mix, to: out)
    #expect(again.status == 1)
    #expect(again.errors.contains("expected a new file, or --force"), "\(again.errors)")
    #expect(try Self.render(Polonaise.mix, to: out, ["--force"]).status == 0)
    #expect(folder.files == files)
  }

  @Test func pluginsAreListed() throws {
    let list = try Project.host(["--list"])
    #expect(list.status == 0)
    #expect(list.output.contains("urn:divisi:drums\tDivisi Drums\n"))
    let presets = try Project.host(["--presets", "drums"])
    #expect(presets.output.contains("drums-live\tDrums, live\turn:divisi:preset:drums-live\n"))
    let info = try Project.host(["--info", "Divisi Hands"])
    #expect(info.output.contains("out\taudio\tleft_l\tLeft hand L\tgroup left\n"))
    #expect(
      info.output.contains(
        "in\tcontrol\tgain_left\tLeft hand gain\t0 of -60 to 12 (off -60)\tdb\tgroup strip_left\n"))
    #expect(info.output.contains("file\turn:divisi:a_score\tScore\n"))
  }

  @Test(arguments: [["--set", "x"], ["--connect", "a,b"], ["--connect", "in="], ["--bogus"]])
  func wrongUsageIsSaid(arguments: [String]) throws {
    #expect(try Project.host(arguments).status == 64)
  }

  @Test func unknownPluginsAreNamed() throws {
    let run = try Project.host(["urn:nothing:here"])
    #expect(run.status == 1)
    #expect(run.errors.contains("urn:nothing:here: expected a plugin that is installed"))
  }
}
