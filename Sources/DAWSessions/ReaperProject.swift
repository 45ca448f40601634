import DivisiScore

/// A project of REAPER, whose format is text: a line for each value, and `<NAME … >` around what belongs together.
///
/// Projects that REAPER writes are the only description of the format that there is; what is written here is a small part of one, and
/// REAPER fills in the rest.
public struct ReaperProject {
  private var lines: [String] = []
  private let session: DAWSession

  /// The project of a session; files are named by their paths.
  public static func file(of session: DAWSession) -> [UInt8] {
    var project = ReaperProject(session: session)
    project.write()
    return Array((project.lines.joined(separator: "\n") + "\n").utf8)
  }

  private init(session: DAWSession) { self.session = session }

  private mutating func write() {
    let first = session.grid.firstSignature
    let tempo = session.grid.tempos.first?.microsecondsPerQuarter ?? 500_000
    block("REAPER_PROJECT 0.1 \"6.0\" 0") { project in
      project.line("SAMPLERATE \(project.session.sampleRate) 1 0")
      // What is placed in time stays there when somebody edits the tempo.
      project.line("TIMELOCKMODE 0")
      project.line("TEMPO \(Self.tempo(tempo)) \(first.beats) \(first.unit)")
      project.writeTempos()
      for (index, marker) in project.session.placedMarkers.enumerated() {
        project.line(
          "MARKER \(index + 1) \(Self.seconds(marker.seconds)) \(Self.quoted(marker.name)) 0")
      }
      for (index, track) in project.session.tracks.enumerated() {
        project.write(track, index: index)
      }
      for (index, clip) in project.session.clips.enumerated() {
        project.write(clip, index: project.session.tracks.count + index)
      }
    }
  }

  /// A point for each tempo and each signature; tempos hold until the next.
  private mutating func writeTempos() {
    let grid = session.grid
    let signatures = Dictionary(grid.signatures.map { ($0.tick, $0) }) { $1 }
    let tempos = Dictionary(grid.tempos.map { ($0.tick, $0.microsecondsPerQuarter) }) { $1 }
    block("TEMPOENVEX") { envelope in
      envelope.line("ACT 1 -1")
      envelope.line("VIS 1 0 1")
      envelope.line("DEFSHAPE 1 -1 -1")
      var (tick, seconds, current) = (0, 0.0, 500_000)
      for next in Set(signatures.keys).union(tempos.keys).sorted() {
        seconds +=
          Double(next - tick) / Double(MIDIGrid.ticksPerQuarter) * Double(current) * 1e-6
        tick = next
        current = tempos[tick] ?? current
        let signature = signatures[tick].map { " \($0.unit << 16 | $0.beats)" } ?? ""
        envelope.line("PT \(Self.seconds(seconds)) \(Self.tempo(current)) 1\(signature)")
      }
    }
  }

  private mutating func write(_ track: DAWSession.Track, index: Int) {
    let length = session.durationSeconds
    self.track(name: track.name, colour: track.colour, isMuted: track.isMuted, index: index) {
      $0.item(name: track.name, length: length, index: index) { item in
        item.block("SOURCE \(track.path.hasSuffix(".flac") ? "FLAC" : "WAVE")") {
          $0.line("FILE \(Self.quoted(track.path))")
        }
      }
    }
  }

  /// Notes as MIDI messages, each so many ticks behind the one before; the last one ends the source.
  private mutating func write(_ clip: DAWSession.Clip, index: Int) {
    let end = session.quarters(of: clip)
    let lastTick = Int((end * Double(MIDIGrid.ticksPerQuarter)).rounded())
    let length = max(
      session.durationSeconds, clip.score.notes.map(\.releaseSeconds).max() ?? 0)
    let grid = session.grid
    track(name: clip.name, colour: clip.colour, isMuted: false, index: index) {
      $0.item(name: clip.name, length: length, index: index) { item in
        item.block("SOURCE MIDI") { source in
          source.line("HASDATA 1 \(MIDIGrid.ticksPerQuarter) QN")
          var tick = 0
          for event in clip.score.channelEvents(on: grid) {
            source.line("E \(event.tick - tick) " + Self.hexadecimal(event.bytes))
            tick = event.tick
          }
          source.line("E \(max(0, lastTick - tick)) b0 7b 00")
          source.line("IGNTEMPO 0 120 4 4")
        }
      }
    }
  }

  private mutating func track(
    name: String, colour: UInt32, isMuted: Bool, index: Int,
    _ contents: (inout ReaperProject) -> Void
  ) {
    block("TRACK \(Self.identifier(1, index))") { track in
      track.line("NAME \(Self.quoted(name))")
      // Blue, green, red from above, and a flag that there is a colour.
      let swapped = colour >> 16 & 0xFF | colour & 0xFF00 | (colour & 0xFF) << 16
      track.line("PEAKCOL \(swapped | 1 << 24)")
      track.line("VOLPAN 1 0 -1 -1 1")
      track.line("MUTESOLO \(isMuted ? 1 : 0) 0 0")
      track.line("NCHAN \(max(2, (track.session.channelCount + 1) / 2 * 2))")
      track.line("TRACKID \(Self.identifier(1, index))")
      contents(&track)
    }
  }

  private mutating func item(
    name: String, length: Double, index: Int, _ contents: (inout ReaperProject) -> Void
  ) {
    block("ITEM") { item in
      item.line("POSITION 0")
      item.line("LENGTH \(Self.seconds(length))")
      item.line("LOOP 0")
      item.line("FADEIN 0 0 0 0 0 0 0")
      item.line("FADEOUT 0 0 0 0 0 0 0")
      item.line("IGUID \(Self.identifier(2, index))")
      item.line("NAME \(Self.quoted(name))")
      contents(&item)
    }
  }

  private mutating func line(_ text: String) { lines.append(indent + text) }

  private var indent = ""

  private mutating func block(_ head: String, _ contents: (inout ReaperProject) -> Void) {
    line("<" + head)
    indent += "  "
    contents(&self)
    indent.removeLast(2)
    line(">")
  }

  /// The same for the same place, so that the same session is the same file.
  private static func identifier(_ kind: Int, _ index: Int) -> String {
    let number = String(index + 1, radix: 16, uppercase: true)
    let tail = String(repeating: "0", count: max(0, 12 - number.count)) + number
    return "{D1515100-000\(kind)-4000-8000-\(tail)}"
  }

  /// A text has the quotes that it does not contain; if it contains all of them, backquotes become apostrophes.
  private static func quoted(_ text: String) -> String {
    let line = String(text.map { $0.isNewline ? " " : $0 })
    for quote in ["\"", "'", "`"] where !line.contains(quote) { return quote + line + quote }
    return "`" + String(line.map { $0 == "`" ? "'" : $0 }) + "`"
  }

  private static func seconds(_ value: Double) -> String { decimal(value, digits: 9) }

  private static func tempo(_ microseconds: Int) -> String {
    decimal(MIDIGrid.beatsPerMinute(microsecondsPerQuarter: microseconds), digits: 9)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
