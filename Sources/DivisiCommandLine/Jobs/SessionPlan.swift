import AudioFiles
import DAWSessions
import DivisiScore
import DivisiSeparation
import Plotting
import Terminal
import ZipFiles

/// What is written beside the stems of a recording for people who go on elsewhere: sessions for DAWs, and the score.
struct SessionPlan: Sendable {
  /// The file of the recording itself, which sessions play muted.
  static let original = "original"

  let formats: [SessionFormat]
  let withScore: Bool
  /// The path of a part below the output folder, without its extension.
  let path: @Sendable (_ part: String) -> String
  /// With a dot.
  let stemExtension: String

  /// Whether all stems, the residual and the recording have to be there.
  var needsStems: Bool { !formats.isEmpty }

  // MARK: Paths below the output folder

  private var base: String { path("session") }
  private var name: String { String(base[Self.nameStart(base)...]) }
  private var scorePath: String { path("score") + ".mid" }
  private func stemPath(_ part: String) -> String { path(part) + stemExtension }
  private func clipName(_ part: String) -> String { "\(part) (score)" }

  private static func nameStart(_ path: String) -> String.Index {
    path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
  }

  /// Everything that would be written.
  func paths(parts: [String]) -> [String] {
    var paths = withScore ? [scorePath] : []
    let tracks = [Self.original] + parts + [PartName.reserved]
    for format in formats {
      switch format {
      case .ardour:
        let files = ArdourSession.paths(
          name: name, trackFiles: tracks.map { $0 + stemExtension }, clips: parts.map(clipName))
        paths += ([files.description] + files.audio + files.notes).map { "\(base)-ardour/\($0)" }
      case .reaper: paths.append(base + ".rpp")
      case .dawproject: paths.append(base + ".dawproject")
      }
    }
    return paths
  }

  // MARK: Writing

  /// Writes all of it aside, when the stems are complete.
  ///
  /// - Returns: the paths that people open.
  func stage(_ source: SeparationSource, in staged: StagedFiles) throws -> [String] {
    var written: [String] = []
    if withScore, let score = source.score {
      try staged.write(bytes: score.midiFile(), name: scorePath)
      written.append(scorePath)
    }
    guard needsStems else { return written }
    let session = session(of: source)
    for format in formats {
      switch format {
      case .ardour: written.append(try stageArdour(session, in: staged))
      case .reaper:
        try staged.write(bytes: ReaperProject.file(of: session), name: base + ".rpp")
        written.append(base + ".rpp")
      case .dawproject:
        try stageProject(session, in: staged)
        written.append(base + ".dawproject")
      }
    }
    return written
  }

  private func stageArdour(_ session: DAWSession, in staged: StagedFiles) throws -> String {
    let folder = "\(base)-ardour"
    let files = ArdourSession.files(of: session)
    for (track, path) in zip(session.tracks, files.audio) {
      try staged.duplicate(stemPath(track.name), as: "\(folder)/\(path)")
    }
    for file in files.notes + [files.description] {
      try staged.write(bytes: file.bytes, name: "\(folder)/\(file.path)")
    }
    return "\(folder)/\(files.description.path)"
  }

  private func stageProject(_ session: DAWSession, in staged: StagedFiles) throws {
    let entries: [(name: String, contents: ZipWriter.Contents)] = DAWProject.entries(of: session)
      .map { entry in
        switch entry.contents {
        case .bytes(let bytes): (entry.name, .bytes(bytes))
        case .track(let name): (entry.name, .file(path: staged.path(of: stemPath(name))))
        }
      }
    let path = base + ".dawproject"
    do {
      try staged.write(name: path) { try ZipWriter.write(entries, to: $0) }
    } catch let error as ZipError {
      throw Failure("\(path): expected to write this file: \(error)")
    }
  }

  // MARK: The session

  private func session(of source: SeparationSource) -> DAWSession {
    let bars = source.bars
    let names = source.parts.map(\.name)
    let tracks =
      [(Self.original, Self.quiet, true)]
      + names.enumerated().map { ($1, Self.colour($0), false) }
      + [(PartName.reserved, Self.quiet, false)]
    return DAWSession(
      name: name, sampleRate: source.shape.sampleRate, sampleCount: source.sampleCount,
      channelCount: source.shape.channelCount,
      tracks: tracks.map { name, colour, isMuted in
        DAWSession.Track(
          name: name, path: Self.relative(stemPath(name), to: base), colour: colour,
          isMuted: isMuted)
      },
      clips: zip(names.indices, source.parts).filter { !$1.notes.isEmpty }.map { index, part in
        DAWSession.Clip(
          name: clipName(part.name), colour: Self.colour(index),
          score: Self.score(of: part, in: source.score, bars: bars))
      },
      grid: MIDIGrid(bars: bars), markers: Self.markers(bars, source.placement))
  }

  private static let quiet: UInt32 = 0x85_8B91

  private static func colour(_ index: Int) -> UInt32 {
    let colour = Colour.series(index)
    return [colour.red, colour.green, colour.blue].reduce(0) {
      $0 << 8 | UInt32(($1 * 255).rounded())
    }
  }

  /// The notes of a part as one track, with the pedals of the tracks that they come from.
  private static func score(of part: Part, in score: Score?, bars: [Bar]) -> Score {
    let tracks = Set(part.notes.map(\.track))
    let channels = Set(part.notes.compactMap(\.channel))
    var result = Score(
      notes: part.notes.map { note in
        var note = note
        (note.track, note.staff, note.label) = (1, nil, "")
        return note
      }, trackNames: [part.name], hasPedal: score?.hasPedal ?? false)
    result.bars = bars
    result.pedals = (score?.pedals ?? []).compactMap { pedal in
      guard pedal.channel.map(channels.contains) ?? tracks.contains(pedal.track ?? 0) else {
        return nil
      }
      var pedal = pedal
      if pedal.channel == nil { pedal.track = 1 }
      return pedal
    }
    return result
  }

  /// What the score marks, where the numbers of bars go on otherwise than by one, as after repeats, and where the score
  /// does not fit.
  private static func markers(_ bars: [Bar], _ placement: Placement?) -> [DAWSession.Marker] {
    var markers: [DAWSession.Marker] = []
    var expected: Int?
    for bar in bars {
      let name = bar.mark.isEmpty && bar.number != expected ? "Bar \(bar.number)" : bar.mark
      if !name.isEmpty, let start = bar.beats.first {
        markers.append(DAWSession.Marker(name: name, seconds: start))
      }
      expected = bar.number + 1
    }
    if let verdict = placement?.verdict, verdict.judgement == .doubtful {
      markers += verdict.misfits.map {
        DAWSession.Marker(name: "Score does not fit", seconds: $0.lowerBound)
      }
    }
    return markers.sorted { $0.seconds < $1.seconds }
  }

  /// A path seen from the folder of another; both are below one folder.
  static func relative(_ path: String, to other: String) -> String {
    let path = path.split(separator: "/")
    let folders = other.split(separator: "/").dropLast()
    let common = zip(path.dropLast(), folders).prefix { $0 == $1 }.count
    return
      (Array(repeating: "..", count: folders.count - common)
      + path.dropFirst(common).map(String.init)).joined(separator: "/")
  }
}
