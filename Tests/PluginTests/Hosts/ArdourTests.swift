import Foundation
import LV2Hosting
import Testing

/// Ardour without a display: a plugin on a track, a preset, a session that is moved.
@Suite struct ArdourTests {
  private static let common = """
    function report(name, processor)
      local insert = processor:to_insert()
      local plugin = insert:plugin(0)
      local file = io.open(out .. "/" .. name, "w")
      file:write("outputs ", insert:output_streams():n_audio(), "\\n")
      local number = 0
      for index = 0, plugin:parameter_count() - 1 do
        if plugin:parameter_is_control(index) then
          if plugin:parameter_is_input(index) then
            file:write(plugin:parameter_label(index), "=",
              ARDOUR.LuaAPI.get_processor_param(processor, number), "\\n")
          end
          number = number + 1
        end
      end
      file:write("end\\n")
      file:close()
    end
    AudioEngine:set_backend("None (Dummy)", "Unit-Test", "Unit-Test")

    """
  private static let making = """
    local session = create_session(first, "test", 44100)
    local mode = ARDOUR.TrackMode.Normal
    local track
    for new in session:new_audio_track(2, 2, nil, 1, "Piano", -1, mode, true):iter() do
      track = new
    end
    local processor = ARDOUR.LuaAPI.new_plugin(session, uri, ARDOUR.PluginType.LV2, "")
    assert(track:add_processor_by_index(processor, 0, nil, true) == 0)
    local plugin = processor:to_insert():plugin(0)
    assert(plugin:load_preset(plugin:preset_by_label("Duet")))
    session:save_state("", false, false, false, false, false)
    report("before", processor)

    """
  /// A track that hears noise, with a plugin that nobody has touched; then with all of its outputs on pins.
  private static let inserting = """
    AudioEngine:set_device_name("Uniform White Noise")
    local session = create_session(first, "test", 44100)
    local mode = ARDOUR.TrackMode.Normal
    local track
    for new in session:new_audio_track(channels, 2, nil, 1, "Piano", -1, mode, true):iter() do
      track = new
    end
    track:set_strict_io(true)
    track:monitoring_control():set_value(
      ARDOUR.MonitorChoice.MonitorInput, PBD.GroupControlDisposition.NoGroup)
    local processor = ARDOUR.LuaAPI.new_plugin(session, uri, ARDOUR.PluginType.LV2, "")
    assert(track:add_processor_by_index(processor, 0, nil, true) == 0)
    local file = io.open(out .. "/heard", "w")
    local audio = ARDOUR.DataType("audio")
    local function level(route, channel)
      return route:peak_meter():meter_level(channel, ARDOUR.MeterType.MeterPeak)
    end
    -- Until noise of -10 to -16 dB is heard, or it never will be.
    local function wait(name, route, channel)
      local found = -200
      for round = 1, 2400 do
        found = math.max(found, level(route, channel))
        if found > -30 then break end
        ARDOUR.LuaAPI.usleep(250000)
      end
      file:write(name, "=", found, "\\n")
    end
    wait("left", session:master_out(), 0)
    wait("right", session:master_out(), 1)
    local insert = processor:to_insert()
    local count = insert:natural_output_streams():n_audio()
    local outputs = ARDOUR.ChanCount(audio, count)
    assert(track:customize_plugin_insert(processor, 1, outputs, insert:natural_input_streams()))
    local map = ARDOUR.ChanMapping()
    for channel = 0, count - 1 do map:set(audio, channel, channel) end
    insert:set_output_map(0, map)
    track:panner_shell():set_bypassed(true)
    wait("last", track, count - 2)
    wait("still", session:master_out(), 0)
    file:write("end\\n")
    file:close()

    """
  /// The transport is taken where it takes a plugin that does not hear of it a quarter of an hour.
  private static let rolling = """
    AudioEngine:set_device_name("Uniform White Noise")
    local session = create_session(first, "test", 44100)
    local mode = ARDOUR.TrackMode.Normal
    local track
    for new in session:new_audio_track(2, 2, nil, 1, "Piano", -1, mode, true):iter() do
      track = new
    end
    track:set_strict_io(true)
    track:monitoring_control():set_value(
      ARDOUR.MonitorChoice.MonitorInput, PBD.GroupControlDisposition.NoGroup)
    local processor = ARDOUR.LuaAPI.new_plugin(session, uri, ARDOUR.PluginType.LV2, "")
    assert(track:add_processor_by_index(processor, 0, nil, true) == 0)
    local plugin = processor:to_insert():plugin(0)
    assert(plugin:load_preset(plugin:preset_by_label("Duet")))
    local file = io.open(out .. "/followed", "w")
    local function level()
      return session:master_out():peak_meter():meter_level(0, ARDOUR.MeterType.MeterPeak)
    end
    -- Nothing is heard for two seconds, once what was heard before the preset was there has died away.
    local silent = 0
    for round = 1, 2400 do
      silent = level() > -80 and 0 or silent + 1
      if silent == 8 then break end
      ARDOUR.LuaAPI.usleep(250000)
    end
    file:write("silent=", silent, "\\n")
    session:request_locate(1010 * 44100, false, ARDOUR.LocateTransportDisposition.MustRoll,
      ARDOUR.TransportRequestSource.TRS_UI)
    local found = -200
    for round = 1, 2400 do
      found = math.max(found, level())
      if found > -80 then break end
      ARDOUR.LuaAPI.usleep(250000)
    end
    file:write("after=", found, "\\n")
    file:write("end\\n")
    file:close()

    """
  private static let opening = """
    local session = load_session(second, "test")
    session:save_state("", false, false, false, false, false)
    report("after", session:route_by_name("Piano"):nth_plugin(0))

    """

  /// What is inserted as Ardour does by itself is heard; the parts are there for those who connect them.
  @Test(arguments: Bundle.plugins, [1, 2])
  func anInsertionIsHeard(uri: String, channels: Int) throws {
    let stage = try Stage()
    let script = "local channels = \(channels)\n" + Self.inserting
    let text = try Self.run(script, stage, uri, Bundle.searchPath, report: "heard")
    let levels = Self.values(text)
    for name in ["left", "right", "last", "still"] {
      #expect(try #require(levels[name], "\(text)") > -30, "\(name): \(text)")
    }
  }

  /// On a track for audio, where no MIDI comes.
  @Test(arguments: ["urn:divisi:hands", "urn:divisi:drums", "urn:divisi:hands-mix"])
  func theScoreFollowsTheTransport(uri: String) throws {
    let stage = try Stage()
    let isDrums = uri.hasSuffix("drums")
    let notes = (0..<1200).map {
      "\(Double($0) / 2);0.4;\(isDrums ? "36;100;kick" : "45;100;left")"
    }
    let score = try stage.folder.write(
      (["start;duration;pitch;velocity;label"] + notes).joined(separator: "\n"), to: "long.csv")
    let solo = isDrums ? "solo_kick" : "solo_left"
    let controls: [String: Float] = [solo: 1, "score_offset": 1000, "lookahead": 0]
    let preset = try stage.preset(
      for: uri, Render.fast.merging(controls) { $1 }, score: score)
    let text = try Self.run(Self.rolling, stage, uri, preset.searchPath, report: "followed")
    let levels = Self.values(text)
    #expect(try #require(levels["silent"], "\(text)") == 8, "\(text)")
    #expect(try #require(levels["after"], "\(text)") > -80, "\(text)")
  }

  /// Runs a script until its report is written. Then Ardour is stopped rather than asked to close the
  /// session: about every second time, version 7.3 waits for ever for its own threads there.
  private static func run(
    _ script: String, _ stage: Stage, _ uri: String, _ searchPath: String, report: String
  ) throws -> String {
    let names = [
      ("uri", uri), ("first", stage.folder.file("one")), ("second", stage.folder.file("two")),
      ("out", stage.folder.path),
    ]
    let head = names.map { "local \($0.0) = [[\($0.1)]]\n" }.joined()
    try stage.folder.write(head + common + script, to: "script.lua")
    let ardour = try Child(
      "ardour7-lua", [stage.folder.file("script.lua")],
      environment: stage.environment.merging(["LV2_PATH": searchPath]) { $1 })
    let hasReported = ardour.wait {
      (try? stage.folder.text(report))?.hasSuffix("end\n") == true
    }
    try #require(hasReported, "\(ardour.text)")
    ardour.end()
    return try stage.folder.text(report)
  }

  private static func values(_ text: String) -> [String: Float] {
    var values: [String: Float] = [:]
    for line in text.split(separator: "\n") {
      let pair = line.split(separator: "=")
      if pair.count == 2 { values[String(pair[0])] = Float(pair[1]) }
    }
    return values
  }

  @Test(arguments: ["urn:divisi:hands"])
  func aSessionMayMove(uri: String) throws {
    let stage = try Stage()
    let preset = try stage.preset(for: uri, Stage.mixControls)
    let before = try Self.run(Self.making, stage, uri, preset.searchPath, report: "before")
    try FileManager.default.moveItem(
      atPath: stage.folder.file("one"), toPath: stage.folder.file("two"))
    let after = try Self.run(Self.opening, stage, uri, preset.searchPath, report: "after")

    let plugin = try Bundle.world().plugin(uri)
    let outputs = plugin.ports(.audio, isInput: false).count
    for (name, text) in [("before", before), ("after", after)] {
      #expect(text.contains("outputs \(outputs)\n"), "\(name): none is dropped")
      let values = Self.values(text)
      for port in plugin.ports(.control, isInput: true) where port.symbol != "freewheel" {
        let expected = Stage.mixControls[port.symbol] ?? port.default
        let value = try #require(values[port.name], "\(name): \(port.name)")
        #expect(abs(value - expected) <= 1e-4 * max(1, abs(expected)), "\(name): \(port.name)")
      }
    }
    // The score has come along, and what the session says of it is a state that still works.
    let files =
      FileManager.default.enumerator(atPath: stage.folder.file("two"))?
      .compactMap { $0 as? String } ?? []
    #expect(files.contains { $0.hasPrefix("externals/") && $0.hasSuffix("duet.csv") })
    let states = files.filter { $0.hasSuffix("state.ttl") }.sorted()
    let state = stage.folder.file("two/" + (try #require(states.last)))
    let world = try Bundle.world()
    let render = Render(plugin: uri, controls: Stage.mixControls, score: nil)
    let instance = try render.instance(in: world)
    try State(path: state, in: world).restore(to: instance)
    instance.activate()
    expectSame(
      render(instance, stage.recording.channels), try stage.expected(uri), "from the session")
  }
}
