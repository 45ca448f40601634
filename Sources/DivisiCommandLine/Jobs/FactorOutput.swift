import AudioFiles
import DivisiEngine
import DivisiScore
import DivisiSeparation

/// One file that tells what was learnt.
struct FactorOutput {
  /// Stands for the part in the file's name.
  let name: String
  let fileExtension: String
  let bytes: [UInt8]

  /// The files there are, without their contents.
  ///
  /// - Parameter settings: pitches are written where these follow them.
  static func names(_ settings: SeparationSettings) -> [(name: String, fileExtension: String)] {
    [("factors", "safetensors"), ("notes", "csv"), ("activations", "csv")]
      + (settings.followsPitches ? [("pitches", "csv")] : [])
  }

  static func all(of factors: Factorisation) -> [FactorOutput] {
    let names = names(factors.settings)
    let pitches = names.count > 3 ? [pitches(of: factors)] : []
    return zip(
      names, [factors.encoded(), notes(of: factors.parts), activations(of: factors)] + pitches
    ).map { FactorOutput(name: $0.name, fileExtension: $0.fileExtension, bytes: $1) }
  }

  /// A time values layer of Sonic Visualiser, to be shown as points: time, frequency in hertz, and the part.
  static func pitches(of factors: Factorisation) -> [UInt8] {
    let points = factors.tracks.flatMap { track in
      track.frames(of: factors.grid).map { frame in
        (frame, track.hertz[frame - track.firstFrame], factors.parts[track.part].name)
      }
    }
    let lines = points.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { frame, hertz, part in
      "\(fixed(Double(frame) / factors.grid.frameRate, digits: 6)),\(fixed(hertz, digits: 3)),\(part)\n"
    }
    return Array(lines.joined().utf8)
  }

  /// A note layer of Sonic Visualiser: time, pitch, duration in seconds, level and label, without a
  /// header, which it would take for data.
  static func notes(of parts: [Part]) -> [UInt8] {
    let notes = parts.flatMap { part in part.notes.map { (part.name, $0) } }
    let lines = notes.sorted { ($0.1.onsetSeconds, $0.1.pitch) < ($1.1.onsetSeconds, $1.1.pitch) }
      .map { part, note in
        let duration = note.releaseSeconds - note.onsetSeconds
        let level = Double(note.velocity) / 127
        return
          "\(fixed(note.onsetSeconds, digits: 6)),\(note.pitch),\(fixed(duration, digits: 6)),\(fixed(level, digits: 4)),\(part)\n"
      }
    return Array(lines.joined().utf8)
  }

  /// A 3-d plot layer of Sonic Visualiser: a row per frame, its time and then H, a column per
  /// component.
  static func activations(of factors: Factorisation) -> [UInt8] {
    let pattern = factors.model.pattern
    var bytes: [UInt8] = []
    for frame in 0..<pattern.frameCount {
      var row = [Float](repeating: 0, count: pattern.componentCount)
      for entry in pattern.entries(inFrame: frame) {
        row[Int(pattern.components[Int(entry)])] = factors.model.H[Int(entry)]
      }
      bytes += fixed(Double(frame) / factors.grid.frameRate, digits: 6).utf8
      for value in row { bytes += (value == 0 ? ",0" : ",\(value)").utf8 }
      bytes += "\n".utf8
    }
    return bytes
  }
}

extension SeparationJob {
  /// Where the factors of a recording are written.
  func factorPaths(mix: String) -> [String] {
    guard let factorFolder else { return [] }
    return FactorOutput.names(settings.separation).map {
      "\(factorFolder)/\(factorName($0.name, fileExtension: $0.fileExtension, mix: mix))"
    }
  }

  /// Writes the factors aside, so that they fail before the stems appear.
  func stage(_ factors: [FactorOutput], mix: String) throws -> StagedFiles? {
    guard let factorFolder, !factors.isEmpty else { return nil }
    let staged = try StagedFiles(directory: factorFolder, force: replaces)
    for file in factors {
      try staged.write(
        bytes: file.bytes,
        name: factorName(file.name, fileExtension: file.fileExtension, mix: mix))
    }
    return staged
  }

  private func factorName(_ name: String, fileExtension: String, mix: String) -> String {
    writing.path(mix: mix, part: name, preset: presetName) + "." + fileExtension
  }
}
