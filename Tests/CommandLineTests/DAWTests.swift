import AudioFiles
import Foundation
import Testing

/// Sessions as programs that others wrote open them: Ardour, and a parser of REAPER's projects.
@Suite struct DAWTests {
  private static let command = [
    "separate", "duet.wav", "--score", "duet.csv", "--session", "ardour,reaper", "-o", "out",
  ]

  /// What Ardour exports of a session is the recording, sample by sample: the parts and the residual, while the original is mute.
  @Test(arguments: [1, 2, 4])
  func ardourExportsTheRecording(channelCount: Int) throws {
    let folder = try TemporaryFolder()
    try Duet.write(to: folder, sampleRate: 48_000, channelCount: channelCount)
    let run = try Program.run(Self.command, in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let export = try Program.shell(
      "HOME=$PWD XDG_CONFIG_HOME=$PWD/config timeout -s KILL 900 ardour7-export -b float -o export.wav out/duet/session-ardour session",
      in: folder.path)
    try #require(export.status == 0, "\(export.errors.suffix(2000))")
    let heard = try AudioFile.read(path: folder.file("export.wav"))
    let played = try AudioFile.read(path: folder.file("out/duet/original.flac"))
    #expect(heard.sampleRate == 48_000 && heard.channels.count >= channelCount)
    for channel in 0..<channelCount {
      let (a, b) = (heard.channels[channel], played.channels[channel])
      #expect(a.count == b.count)
      // A part of 24 bits is heard as it is; four of them make up the recording.
      let wrong = zip(a, b).enumerated().filter { abs($1.0 - $1.1) >= 5e-7 }.map(\.offset)
      let isSame = wrong.isEmpty
      #expect(isSame, "channel \(channel): \(wrong.count) from \(wrong.first ?? 0) on")
    }
  }

  /// Puts a plugin on the track of the recording, with the score of slot 1, and silences all else but the left hand.
  private static let inserting = """
    AudioEngine:set_backend("None (Dummy)", "Unit-Test", "Unit-Test")
    local session = load_session(folder, "session")
    local values = {["Score slot"] = 1, ["Right hand mute"] = 1, ["Residual mute"] = 1}
    for route in session:get_routes():iter() do
      local isOriginal = route:name() == "original"
      if not route:is_master() then
        route:mute_control():set_value(isOriginal and 0 or 1, PBD.GroupControlDisposition.NoGroup)
      end
      if isOriginal then
        local processor = ARDOUR.LuaAPI.new_plugin(session, uri, ARDOUR.PluginType.LV2, "")
        assert(route:add_processor_by_index(processor, 0, nil, true) == 0)
        local plugin = processor:to_insert():plugin(0)
        local number = 0
        for index = 0, plugin:parameter_count() - 1 do
          if plugin:parameter_is_control(index) then
            local value = values[plugin:parameter_label(index)]
            if value then ARDOUR.LuaAPI.set_processor_param(processor, number, value) end
            number = number + 1
          end
        end
      end
    end
    -- The engine mutes tracks when it has time.
    for round = 1, 60000 do
      local isDone = true
      for route in session:get_routes():iter() do
        isDone = isDone and (route:is_master() or route:muted() == (route:name() ~= "original"))
      end
      if isDone then break end
      ARDOUR.LuaAPI.usleep(10000)
    end
    session:save_state("", false, false, false, false, false)
    local file = io.open(out, "w")
    file:write("end\\n")
    file:close()
    os.exit(0)

    """

  /// What Ardour exports with a plugin on the track is what the plugin makes of the recording elsewhere: the score is where the
  /// recording is, whatever the latency. Blocks begin elsewhere, so that it is not the same bit by bit.
  @Test(arguments: ["urn:divisi:hands", "urn:divisi:hands-mix"])
  func ardourExportsWhatThePluginPlays(uri: String) throws {
    let folder = try TemporaryFolder()
    let mix = Recording.polonaise + "/mix.flac"
    let score = Recording.polonaise + "/score.mid"
    let run = try Program.run(
      "separate", mix, "--score", score, "--preset", "hands-fast", "--session", "ardour", "-o",
      "out", in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let scores = folder.file("data/divisi/scores")
    try FileManager.default.createDirectory(atPath: scores, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: score, toPath: scores + "/1.mid")
    let session = folder.file("out/mix/session-ardour")
    let head = "local folder, out, uri = [[\(session)]], [[\(folder.file("report"))]], [[\(uri)]]\n"
    try folder.write((head + Self.inserting).utf8, to: "script.lua")
    let bundle = Program.root.appendingPathComponent("build/bundle").path
    let places = "HOME=$PWD XDG_CONFIG_HOME=$PWD/config XDG_DATA_HOME=$PWD/data LV2_PATH=\(bundle)"
    let ardour = try Program.shell(
      "\(places) timeout -s KILL 900 ardour7-lua script.lua; \(places) timeout -s KILL 900 ardour7-export -b float -o export.wav \(session) session",
      in: folder.path)
    try #require((try? folder.text("report")) == "end\n", "\(ardour.errors.suffix(2000))")
    let played = try Program.run(
      [
        "render", mix, "--plugin", uri, "--score", score, "--set", "mute_right=1", "--set",
        "mute_residual=1", "-o", "played",
      ], of: Program.products.appendingPathComponent("divisi-host").path, in: folder.path,
      environment: ["LV2_PATH": bundle])
    try #require(played.status == 0, "\(played.errors)")
    let exported = try AudioFile.read(path: folder.file("export.wav")).channels[0]
    let wanted = try AudioFile.read(path: folder.file("played/mix/mix.flac")).channels[0]
    #expect(exported.count == wanted.count)
    let error = zip(exported, wanted).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    let power = wanted.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(10 * log10(power / error) > 20, "\(10 * log10(power / error)) dB")
  }

  private static let script = """
    AudioEngine:set_backend("None (Dummy)", "Unit-Test", "Unit-Test")
    local session = load_session(folder, "session")
    local file = io.open(out, "w")
    for route in session:get_routes():iter() do
      file:write(route:name(), " ", route:muted() and "muted" or "heard", "\\n")
    end
    local map = Temporal.TempoMap.read()
    for _, sample in ipairs({ 0, 44100 * 6 // 10, 44100 * 11 // 10 }) do
      local position = Temporal.timepos_t(sample)
      file:write("ticks ", position:ticks(), "\\n")
    end
    for location in session:locations():list():iter() do
      if location:is_mark() then file:write("mark ", location:name(), " ", location:start():samples(), "\\n") end
    end
    file:write("end\\n")
    file:close()
    os.exit(0)

    """

  /// Tracks, tempo and markers are where the score has them: bars of three quarter notes of 0.2 s, then of four of 0.25 s.
  @Test func ardourReadsTempoAndMarkers() throws {
    let folder = try SessionTests.folder()
    let run = try Program.run(
      SessionTests.command + ["--session", "ardour"], in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    let head =
      "local folder = [[\(folder.file("out/duet/session-ardour"))]]\nlocal out = [[\(folder.file("report"))]]\n"
    try folder.write((head + Self.script).utf8, to: "script.lua")
    let ardour = try Program.shell(
      "HOME=$PWD XDG_CONFIG_HOME=$PWD/config timeout -s KILL 900 ardour7-lua script.lua",
      in: folder.path)
    let report = try #require(try? folder.text("report"), "\(ardour.errors.suffix(2000))")
    let lines = report.split(separator: "\n").map(String.init)
    #expect(
      lines.filter { $0.hasSuffix("heard") || $0.hasSuffix("muted") }.sorted()
        == [
          "Master heard", "left (score) heard", "left heard", "original muted", "residual heard",
          "right (score) heard", "right heard",
        ])
    #expect(lines.filter { $0.hasPrefix("ticks") } == ["ticks 0", "ticks 5760", "ticks 9600"])
    #expect(lines.filter { $0.hasPrefix("mark") } == ["mark Bar 1 0", "mark A & B 26460"])
  }

  /// Reads a project with a parser that others wrote, and prints what the tests ask for.
  private static let reader = """
    import rpp, sys
    project = rpp.load(open(sys.argv[1]))
    print([line[1:] for line in project.find(".//TEMPOENVEX") if line[0] == "PT"])
    for track in project.findall(".//TRACK"):
        values = {line[0]: line[1:] for line in track if isinstance(line, list)}
        source = track.find(".//SOURCE")
        lines = [line for line in source]
        if source.attrib[0] == "MIDI":
            tick, notes = 0, []
            for line in lines:
                if line[0] == "E":
                    tick += int(line[1])
                    if line[2].startswith("9"): notes.append((tick, int(line[3], 16)))
            print(values["NAME"][0], notes, tick)
        else:
            print(values["NAME"][0], values["MUTESOLO"][0], source.attrib[0], lines[0][1])

    """

  @Test func reaperProjectsAreReadBack() throws {
    let folder = try SessionTests.folder()
    let run = try Program.run(SessionTests.command + ["--session", "reaper"], in: folder.path)
    try #require(run.status == 0, "\(run.errors)")
    try folder.write(Self.reader.utf8, to: "reader.py")
    let read = try Program.shell(
      "python3 -m venv v && v/bin/pip install -q rpp==0.5 && v/bin/python reader.py out/duet/session.rpp",
      in: folder.path)
    try #require(read.status == 0, "\(read.errors.suffix(2000))")
    #expect(
      read.output == """
        [['0.000000000', '300.000000000', '1', '262147'], ['0.600000000', '240.000000000', '1', '262148']]
        original 1 FLAC original.flac
        left 0 FLAC left.flac
        right 0 FLAC right.flac
        residual 0 FLAC residual.flac
        left (score) [(0, 48), (2880, 50)] 6720
        right (score) [(0, 72), (2880, 74)] 6720

        """)
  }
}
