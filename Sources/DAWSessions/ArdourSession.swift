/// A session of Ardour 7: a folder with the description in XML, and the files that it plays in `interchange`.
///
/// What is left out, Ardour fills in when it opens the session. Audio time is in superclocks, of which a second has 282,240,000 so that
/// the usual sample rates divide it; musical time is in ticks, 1,920 to the quarter note.
public struct ArdourSession {
  private static let superclocksPerSecond = 282_240_000
  private static let ticksPerQuarter = 1_920

  private let session: DAWSession
  private var lastIdentifier = 100
  private var sources: [XMLElement] = []
  private var regions: [XMLElement] = []
  private var routes: [XMLElement] = []
  private var playlists: [XMLElement] = []

  /// The files of a session, seen from its folder.
  public struct Files {
    /// The description.
    public var description: (path: String, bytes: [UInt8])
    /// The notes of each clip.
    public var notes: [(path: String, bytes: [UInt8])]
    /// Where the file of each track belongs, in the order of tracks.
    public var audio: [String]
  }

  /// Where the files of a session with these tracks and clips would lie, seen from its folder.
  public static func paths(
    name: String, trackFiles: [String], clips: [String]
  ) -> (description: String, audio: [String], notes: [String]) {
    let folder = "interchange/\(name)"
    return (
      "\(name).ardour", trackFiles.map { "\(folder)/audiofiles/\($0)" },
      clips.map { "\(folder)/midifiles/\($0).mid" }
    )
  }

  /// What is written for a session.
  public static func files(of session: DAWSession) -> Files {
    var writer = ArdourSession(session: session)
    let root = writer.root()
    let paths = paths(
      name: session.name, trackFiles: session.tracks.map(\.fileName),
      clips: session.clips.map(\.name))
    return Files(
      description: (paths.description, root.document),
      notes: zip(paths.notes, session.clips).map { ($0, $1.score.midiFile()) },
      audio: paths.audio)
  }

  private init(session: DAWSession) { self.session = session }

  private mutating func identifier() -> String {
    lastIdentifier += 1
    return "\(lastIdentifier)"
  }

  private mutating func root() -> XMLElement {
    let end = Self.superclocks(session.sampleCount, per: session.sampleRate)
    addMaster()
    for track in session.tracks { add(track, end: end) }
    for clip in session.clips { add(clip) }
    let range = location(name: "session", at: 0, to: end, flags: "IsSessionRange")
    let markers = session.placedMarkers.map { marker in
      let place = Int((marker.seconds * Double(Self.superclocksPerSecond)).rounded())
      return location(name: marker.name, at: place, to: place, flags: "IsMark")
    }
    let options = [
      ("native-file-data-format", "FormatFloat"), ("native-file-header-format", "WAVE"),
    ]
    let body = [
      XMLElement(
        "ProgramVersion", [("created-with", "Divisi"), ("modified-with", "Divisi")]),
      XMLElement(
        "Config", [],
        options.map { XMLElement("Option", [("name", $0.0), ("value", $0.1)]) }),
      XMLElement("Metadata"),
      XMLElement("Sources", [], sources),
      XMLElement("Regions", [], regions),
      XMLElement("Locations", [], [range] + markers),
      XMLElement("Bundles"),
      XMLElement("Routes", [], routes),
      XMLElement("Playlists", [], playlists),
      XMLElement("UnusedPlaylists"),
      XMLElement("RouteGroups"),
      ArdourTempoMap(
        grid: session.grid, superclocksPerSecond: Self.superclocksPerSecond,
        ticksPerQuarter: Self.ticksPerQuarter
      ).element,
      XMLElement("ControlProtocols"),
    ]
    return XMLElement(
      "Session",
      [
        ("version", "7002"), ("name", session.name), ("sample-rate", "\(session.sampleRate)"),
        ("session-range-is-free", "0"), ("id-counter", "\(lastIdentifier + 1)"),
        ("name-counter", "1"), ("event-counter", "0"), ("vca-counter", "1"),
      ], body)
  }

  private static func superclocks(_ samples: Int, per sampleRate: Int) -> Int {
    Int(
      (Double(samples) * Double(superclocksPerSecond) / Double(sampleRate)).rounded())
  }

  private mutating func location(
    name: String, at start: Int, to end: Int, flags: String
  ) -> XMLElement {
    XMLElement(
      "Location",
      [
        ("id", identifier()), ("name", name), ("start", "a\(start)"), ("end", "a\(end)"),
        ("flags", flags), ("locked", "0"), ("timestamp", "0"), ("cue", "0"),
      ])
  }

  // MARK: Tracks

  /// As wide as the recording, so that no panner is in the way; what is mono is heard on both sides.
  private mutating func addMaster() {
    let channels = 0..<session.channelCount
    let outputs = channels.count == 1 ? [[1, 2]] : channels.map { [$0 + 1] }
    routes.append(
      route(
        name: "Master", type: "audio", flags: "MasterOut,OrderSet", order: 0, colour: 0,
        isMuted: false, inputs: channels.map { _ in [] },
        outputs: outputs.map { $0.map { "system:playback_\($0)" } }, extra: []))
  }

  private mutating func add(_ track: DAWSession.Track, end: Int) {
    let channels = 0..<session.channelCount
    let sourceIdentifiers = channels.map { _ in identifier() }
    for (channel, source) in sourceIdentifiers.enumerated() {
      sources.append(
        XMLElement(
          "Source",
          [
            ("name", track.fileName), ("type", "audio"), ("flags", ""), ("id", source),
            ("channel", "\(channel)"),
          ]))
    }
    add(
      name: track.name, type: "audio", flags: "AudioTrack,OrderSet", colour: track.colour,
      isMuted: track.isMuted, time: [("start", "a0"), ("length", "a\(end)@a0")],
      sources: sourceIdentifiers, inputs: channels.map { _ in [] },
      outputs: channels.map { ["Master/audio_in \($0 + 1)"] })
  }

  private mutating func add(_ clip: DAWSession.Clip) {
    let source = identifier()
    sources.append(
      XMLElement(
        "Source",
        [("name", clip.name + ".mid"), ("type", "midi"), ("flags", ""), ("id", source)]))
    let length = Int((session.quarters(of: clip) * Double(Self.ticksPerQuarter)).rounded())
    add(
      name: clip.name, type: "midi", flags: "MidiTrack,OrderSet", colour: clip.colour,
      isMuted: false, time: [("start", "b0"), ("length", "b\(length)@b0")], sources: [source],
      inputs: [[]], outputs: [[]])
  }

  /// A track with one region from its start.
  private mutating func add(
    name: String, type: String, flags: String, colour: UInt32, isMuted: Bool,
    time: [(String, String)], sources: [String], inputs: [[String]], outputs: [[String]]
  ) {
    regions.append(region(name: name, type: type, isWhole: true, time: time, sources: sources))
    let track = identifier()
    let playlist = identifier()
    playlists.append(
      XMLElement(
        "Playlist",
        [
          ("id", playlist), ("name", name), ("type", type), ("orig-track-id", track),
          ("frozen", "0"), ("combine-ops", "0"),
        ], [region(name: name, type: type, isWhole: false, time: time, sources: sources)]))
    routes.append(
      route(
        name: name, type: type, flags: flags, order: routes.count, colour: colour,
        isMuted: isMuted, inputs: inputs, outputs: outputs,
        extra: [("id", track), ("\(type)-playlist", playlist), ("mode", "Normal")]))
  }

  /// Ardour would fade regions in and out for 64 samples, after which parts no longer add up.
  private mutating func region(
    name: String, type: String, isWhole: Bool, time: [(String, String)], sources: [String]
  ) -> XMLElement {
    XMLElement(
      "Region",
      [("name", name), ("id", identifier()), ("type", type)] + time + [
        ("whole-file", isWhole ? "1" : "0"), ("opaque", "1"), ("fade-in-active", "0"),
        ("fade-out-active", "0"), ("channels", "\(sources.count)"),
      ]
        + sources.enumerated().flatMap {
          [("source-\($0)", $1), ("master-source-\($0)", $1)]
        })
  }

  /// - Parameters:
  ///   - inputs: what each port is connected to.
  ///   - outputs: the same behind the fader.
  private mutating func route(
    name: String, type: String, flags: String, order: Int, colour: UInt32, isMuted: Bool,
    inputs: [[String]], outputs: [[String]], extra: [(String, String)]
  ) -> XMLElement {
    func io(_ direction: String, _ port: String, _ others: [[String]], _ id: String) -> XMLElement {
      XMLElement(
        "IO",
        [("name", name), ("id", id), ("direction", direction), ("default-type", type)],
        others.enumerated().map { index, other in
          XMLElement(
            "Port", [("type", type), ("name", "\(name)/\(type)_\(port) \(index + 1)")],
            other.map { XMLElement("Connection", [("other", $0)]) })
        })
    }
    let own = extra.contains { $0.0 == "id" } ? [] : [("id", identifier())]
    let mute = isMuted ? "1" : "0"
    return XMLElement(
      "Route",
      [("version", "7002"), ("name", name), ("default-type", type)] + own + extra + [
        ("strict-io", "1"), ("active", "1"),
      ],
      [
        XMLElement(
          "PresentationInfo",
          [("order", "\(order)"), ("flags", flags), ("color", "\(colour << 8 | 0xFF)")]),
        io("Input", "in", inputs, identifier()),
        io("Output", "out", outputs, identifier()),
        XMLElement(
          "MuteMaster", [("mute-point", "PreFader,PostFader,Listen,Main"), ("muted", mute)]),
        XMLElement(
          "Controllable",
          [("name", "mute"), ("id", identifier()), ("flags", "Toggle,RealTime"), ("value", mute)]),
        XMLElement(
          "Processor",
          [("id", identifier()), ("name", "Amp"), ("active", "1"), ("type", "amp")],
          [
            XMLElement(
              "Controllable",
              [
                ("name", "gaincontrol"), ("id", identifier()), ("flags", "GainLike"),
                ("value", "1"),
              ])
          ]),
      ] + panning(name: name, type: type))
  }

  /// With more than two channels there is no panner that would leave them as they are.
  private mutating func panning(name: String, type: String) -> [XMLElement] {
    guard type == "audio", session.channelCount > 2 else { return [] }
    return [
      XMLElement(
        "Processor",
        [
          ("id", identifier()), ("name", name), ("active", "1"), ("own-input", "1"),
          ("own-output", "0"), ("output", name), ("type", "main-outs"), ("role", "Main"),
        ], [XMLElement("PannerShell", [("bypassed", "1"), ("linked-to-route", "1")])])
    ]
  }
}
