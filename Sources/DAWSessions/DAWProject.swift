import DivisiScore

/// A project in the open format DAWproject 1.0, which Bitwig Studio, Studio One, Cubase and others read: a zip archive of a
/// description in XML and the audio files.
///
/// - SeeAlso: Bitwig & PreSonus, "DAWproject", 2023: `Project.xsd` and `MetaData.xsd`.
public struct DAWProject {
  /// One file of the archive.
  public struct Entry {
    /// Its path within the archive.
    public let name: String
    /// What is in it.
    public let contents: Contents

    /// Bytes, or the name of the track whose file it is.
    public enum Contents {
      /// All of it.
      case bytes([UInt8])
      /// The file of the track with this name.
      case track(String)
    }
  }

  private let session: DAWSession
  private var nextIdentifier = 0

  /// What the archive of a session holds.
  public static func entries(of session: DAWSession) -> [Entry] {
    var project = DAWProject(session: session)
    let metadata = XMLElement("MetaData", [], [])
    return [
      Entry(name: "project.xml", contents: .bytes(project.root().document)),
      Entry(name: "metadata.xml", contents: .bytes(metadata.document)),
    ]
      + session.tracks.map {
        Entry(name: path(of: $0), contents: .track($0.name))
      }
  }

  private init(session: DAWSession) { self.session = session }

  private static func path(of track: DAWSession.Track) -> String { "audio/" + track.fileName }

  private mutating func identifier() -> String {
    defer { nextIdentifier += 1 }
    return "id\(nextIdentifier)"
  }

  private mutating func root() -> XMLElement {
    let grid = session.grid
    let tempo = identifier()
    let signature = identifier()
    let first = grid.firstSignature
    let beats = Self.tempo(grid.tempos.first?.microsecondsPerQuarter ?? 500_000)
    let master = identifier()
    let audio = session.tracks.map { track in
      lane(
        name: track.name, colour: track.colour, isMuted: track.isMuted, content: "audio",
        master: master, clip: clip(of: track))
    }
    let notes = session.clips.map { part in
      lane(
        name: part.name, colour: part.colour, isMuted: false, content: "notes", master: master,
        clip: clip(of: part))
    }
    let masterTrack = XMLElement(
      "Track",
      [("id", identifier()), ("name", "Master"), ("contentType", "audio"), ("loaded", "true")],
      [channel(id: master, role: "master", isMuted: false, destination: nil)])
    return XMLElement(
      "Project", [("version", "1.0")],
      [
        XMLElement("Application", [("name", "Divisi"), ("version", "1")]),
        XMLElement(
          "Transport", [],
          [
            XMLElement(
              "Tempo", [("id", tempo), ("name", "Tempo"), ("unit", "bpm"), ("value", beats)]),
            XMLElement(
              "TimeSignature",
              [
                ("id", signature), ("numerator", "\(first.beats)"),
                ("denominator", "\(first.unit)"),
              ]),
          ]),
        XMLElement("Structure", [], (audio + notes).map(\.track) + [masterTrack]),
        arrangement((audio + notes).map(\.lane), tempo: tempo, signature: signature),
      ])
  }

  private mutating func arrangement(
    _ lanes: [XMLElement], tempo: String, signature: String
  ) -> XMLElement {
    let grid = session.grid
    var children = [
      XMLElement("Lanes", [("id", identifier()), ("timeUnit", "beats")], lanes)
    ]
    let markers = session.placedMarkers
    if !markers.isEmpty {
      children.append(
        XMLElement(
          "Markers", [("id", identifier()), ("timeUnit", "beats")],
          markers.map {
            XMLElement(
              "Marker",
              [("name", $0.name), ("time", Self.text(session.quarters(atSeconds: $0.seconds)))])
          }))
    }
    if grid.tempos.count > 1 {
      children.append(
        XMLElement(
          "TempoAutomation",
          [("id", identifier()), ("timeUnit", "beats"), ("unit", "bpm")],
          [XMLElement("Target", [("parameter", tempo)])]
            + grid.tempos.map {
              XMLElement(
                "RealPoint",
                [
                  ("time", Self.quarters($0.tick)),
                  ("value", Self.tempo($0.microsecondsPerQuarter)), ("interpolation", "hold"),
                ])
            }))
    }
    if grid.signatures.count > 1 {
      children.append(
        XMLElement(
          "TimeSignatureAutomation", [("id", identifier()), ("timeUnit", "beats")],
          [XMLElement("Target", [("parameter", signature)])]
            + grid.signatures.map {
              XMLElement(
                "TimeSignaturePoint",
                [
                  ("time", Self.quarters($0.tick)), ("numerator", "\($0.beats)"),
                  ("denominator", "\($0.unit)"),
                ])
            }))
    }
    return XMLElement("Arrangement", [("id", identifier())], children)
  }

  /// A track of the mixer, and what stands on it.
  private mutating func lane(
    name: String, colour: UInt32, isMuted: Bool, content: String, master: String,
    clip: XMLElement
  ) -> (track: XMLElement, lane: XMLElement) {
    let track = identifier()
    let digits = String(colour, radix: 16)
    let text = "#" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return (
      XMLElement(
        "Track",
        [
          ("id", track), ("name", name), ("color", text), ("contentType", content),
          ("loaded", "true"),
        ],
        [channel(id: identifier(), role: "regular", isMuted: isMuted, destination: master)]),
      XMLElement(
        "Lanes", [("id", identifier()), ("track", track)],
        [XMLElement("Clips", [("id", identifier())], [clip])])
    )
  }

  private mutating func channel(
    id: String, role: String, isMuted: Bool, destination: String?
  ) -> XMLElement {
    XMLElement(
      "Channel",
      [
        ("id", id), ("role", role), ("audioChannels", "\(max(2, session.channelCount))"),
        ("solo", "false"),
      ] + (destination.map { [("destination", $0)] } ?? []),
      [
        XMLElement(
          "Mute", [("id", identifier()), ("name", "Mute"), ("value", isMuted ? "true" : "false")]),
        XMLElement(
          "Volume",
          [
            ("id", identifier()), ("name", "Volume"), ("unit", "linear"), ("min", "0"),
            ("max", "2"), ("value", "1"),
          ]),
      ])
  }

  private mutating func clip(of track: DAWSession.Track) -> XMLElement {
    let seconds = Self.text(session.durationSeconds)
    return XMLElement(
      "Clip",
      [
        ("name", track.name), ("time", "0"),
        ("duration", Self.text(session.quarters(atSeconds: session.durationSeconds))),
        ("contentTimeUnit", "seconds"), ("playStart", "0"), ("playStop", seconds),
      ],
      [
        XMLElement(
          "Audio",
          [
            ("id", identifier()), ("channels", "\(session.channelCount)"),
            ("sampleRate", "\(session.sampleRate)"), ("duration", seconds),
          ],
          [XMLElement("File", [("path", Self.path(of: track)), ("external", "false")])])
      ])
  }

  private mutating func clip(of clip: DAWSession.Clip) -> XMLElement {
    let notes = clip.score.notes.map { note in
      let start = session.grid.tick(atSeconds: note.onsetSeconds)
      let end = max(start + 1, session.grid.tick(atSeconds: note.releaseSeconds))
      return XMLElement(
        "Note",
        [
          ("time", Self.quarters(start)), ("duration", Self.quarters(end - start)),
          ("channel", "0"), ("key", "\(note.pitch)"),
          ("vel", decimal(Double(note.velocity) / 127, digits: 6)), ("rel", "0.5"),
        ])
    }
    let length = Self.text(session.quarters(of: clip))
    return XMLElement(
      "Clip",
      [
        ("name", clip.name), ("time", "0"), ("duration", length), ("playStart", "0"),
        ("playStop", length),
      ],
      [XMLElement("Notes", [("id", identifier())], notes)])
  }

  private static func quarters(_ ticks: Int) -> String {
    text(Double(ticks) / Double(MIDIGrid.ticksPerQuarter))
  }

  private static func text(_ value: Double) -> String { decimal(value, digits: 9) }

  private static func tempo(_ microseconds: Int) -> String {
    decimal(MIDIGrid.beatsPerMinute(microsecondsPerQuarter: microseconds), digits: 9)
  }
}
