import AudioFiles
import Foundation
import Testing

/// Sessions for DAWs beside the stems, and the score as MIDI.
@Suite struct SessionTests {
  /// Two bars, of three quarter notes at 300 and of four at 240 a minute.
  private static let score = """
    <?xml version="1.0"?>
    <score-partwise version="3.1"><part-list><score-part id="P1"><part-name>Piano</part-name></score-part></part-list>
    <part id="P1"><measure number="1"><attributes><divisions>1</divisions>
    <time><beats>3</beats><beat-type>4</beat-type></time><staves>2</staves></attributes>
    <direction><direction-type><words/></direction-type><sound tempo="300"/></direction>
    <note><pitch><step>C</step><octave>5</octave></pitch><duration>3</duration><voice>1</voice><staff>1</staff></note>
    <backup><duration>3</duration></backup>
    <note><pitch><step>C</step><octave>3</octave></pitch><duration>3</duration><voice>2</voice><staff>2</staff></note></measure>
    <measure number="2"><attributes><time><beats>4</beats><beat-type>4</beat-type></time></attributes>
    <direction><direction-type><rehearsal>A &amp; B</rehearsal></direction-type><sound tempo="240"/></direction>
    <note><pitch><step>D</step><octave>5</octave></pitch><duration>4</duration><voice>1</voice><staff>1</staff></note>
    <backup><duration>4</duration></backup>
    <note><pitch><step>D</step><octave>3</octave></pitch><duration>4</duration><voice>2</voice><staff>2</staff></note></measure>
    </part></score-partwise>
    """
  static let command = [
    "separate", "duet.wav", "--score", "duet.musicxml", "--align", "off", "-o", "out",
  ]

  static func folder(channelCount: Int = 1) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, channelCount: channelCount)
    try folder.write(score.utf8, to: "duet.musicxml")
    return folder
  }

  private static func element(_ pattern: String, in text: String) -> [String] {
    let expression = try? NSRegularExpression(pattern: pattern)
    let all = NSRange(text.startIndex..., in: text)
    return (expression?.matches(in: text, range: all) ?? []).map {
      String(text[Range($0.range(at: $0.numberOfRanges - 1), in: text)!])
    }
  }

  @Test func sessionsHaveTheStemsAndTheScore() throws {
    let folder = try Self.folder()
    let run = try Program.run(
      Self.command + ["--session", "ardour,Reaper, dawproject", "--midi", "--json"],
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let stems = ["left", "original", "residual", "right"]
    let media = "session-ardour/interchange/session"
    #expect(
      folder.files(below: "out/duet")
        == (stems.map { "\($0).flac" } + stems.map { "\(media)/audiofiles/\($0).flac" }
        + ["left", "right"].map { "\(media)/midifiles/\($0) (score).mid" }
        + ["score.mid", "session-ardour/session.ardour", "session.dawproject", "session.rpp"])
        .sorted())
    #expect(run.output.contains("out/duet/session-ardour/session.ardour"))
    let sums = ["left", "right", "residual"].map { "out/duet/\($0).flac" }
    let parts = try sums.map { try AudioFile.read(path: folder.file($0)).channels[0] }
    let original = try AudioFile.read(path: folder.file("out/duet/original.flac")).channels[0]
    #expect(
      original.indices.allSatisfy {
        abs(parts[0][$0] + parts[1][$0] + parts[2][$0] - original[$0]) < 3e-7
      })

    let unpacked = try Program.shell(
      "mkdir x && cd x && unzip -q ../out/duet/session.dawproject && find . -type f | sort",
      in: folder.path)
    #expect(
      unpacked.output.split(separator: "\n")
        == stems.map { "./audio/\($0).flac" } + ["./metadata.xml", "./project.xml"],
      "\(unpacked.errors)")
    for stem in stems {
      let expected = try Data(
        contentsOf: URL(fileURLWithPath: folder.file("out/duet/\(stem).flac")))
      for copy in ["x/audio", "out/duet/\(media)/audiofiles"] {
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: folder.file("\(copy)/\(stem).flac")))
            == expected)
      }
    }
    let project = try folder.text("x/project.xml")
    #expect(
      Self.element("<RealPoint time=\"([^\"]*)\"", in: project) == ["0.000000000", "3.000000000"])
    #expect(
      Self.element("<RealPoint [^>]* value=\"([^\"]*)\"", in: project)
        == ["300.000000000", "240.000000000"])
    #expect(
      Self.element("<TimeSignaturePoint time=\"([^/]*)/>", in: project)
        == [
          "0.000000000\" numerator=\"3\" denominator=\"4\"",
          "3.000000000\" numerator=\"4\" denominator=\"4\"",
        ])
    #expect(Self.element("<Marker name=\"([^\"]*)\"", in: project) == ["Bar 1", "A &amp; B"])
    #expect(Self.element("<Note [^>]* key=\"([^\"]*)\"", in: project) == ["48", "50", "72", "74"])
    #expect(
      Self.element("<Note time=\"([^\"]*)\"", in: project).suffix(2) == [
        "0.000000000", "3.000000000",
      ])
    let reaper = try folder.text("out/duet/session.rpp")
    #expect(
      Self.element("PT (.*)", in: reaper) == [
        "0.000000000 300.000000000 1 262147", "0.600000000 240.000000000 1 262148",
      ])
    let notes = try Program.run("inspect", "out/duet/score.mid", "--notes", in: folder.path)
    #expect(notes.output.contains("0.6000;1.0000;74"), "\(notes.output)")
  }

  /// The formal description of the format, where it is at hand.
  private static let schemas = Program.root.path + "/../shared/data/dawproject"

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: schemas + "/Project.xsd"),
      "\(schemas) has no Project.xsd"))
  func projectsAreValid() throws {
    let folder = try Self.folder(channelCount: 2)
    let run = try Program.run(Self.command + ["--session", "dawproject"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    for (schema, file) in [("Project", "project"), ("MetaData", "metadata")] {
      let check = try Program.shell(
        "unzip -p out/duet/session.dawproject \(file).xml | xmllint --noout --schema '\(Self.schemas)/\(schema).xsd' -",
        in: folder.path)
      #expect(check.status == 0, "\(check.errors)")
    }
  }

  /// Where stems lie in folders of their own, sessions find them.
  @Test func pathsAreSeenFromTheSession() throws {
    let folder = try Self.folder()
    let run = try Program.run(
      Self.command + ["--session", "reaper", "--filename", "{part}/{name}"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let paths = Self.element("FILE \"([^\"]*)\"", in: try folder.text("out/session/duet.rpp"))
    #expect(paths == ["original", "left", "right", "residual"].map { "../\($0)/duet.flac" })
    for path in paths {
      #expect(FileManager.default.fileExists(atPath: folder.file("out/session/" + path)))
    }
  }

  @Test func whatCannotBeIsRefused() throws {
    let folder = try Self.folder()
    for (options, line) in [
      (["--session", "cubase"], "expected ardour, reaper, dawproject; found 'cubase'"),
      (
        ["--session", "reaper", "--format", "mp3"],
        "expected --format flac, wav16, wav24 or wav-float"
      ),
      (["--session", "reaper", "--no-stems", "--minus", "left"], "expected no --no-stems"),
    ] {
      let run = try Program.run(Self.command + options, in: folder.path)
      #expect(run.status == 64 && run.errors.contains(line), "\(run.errors)")
      #expect(folder.files(below: "out").isEmpty)
    }
    try FileManager.default.createDirectory(
      atPath: folder.file("out/duet"), withIntermediateDirectories: true)
    try folder.write("mine".utf8, to: "out/duet/session.rpp")
    let run = try Program.run(Self.command + ["--session", "reaper"], in: folder.path)
    #expect(
      run.status == 1 && run.errors.contains("session.rpp: expected a new file"), "\(run.errors)")
    #expect(folder.files(below: "out") == ["duet/session.rpp"])
    #expect(try folder.text("out/duet/session.rpp") == "mine")
  }
}
