import DivisiSeparation
import Terminal

/// What happened to one recording, for a person or for a program.
struct SeparationReport {
  let result: SeparationResult
  /// Where it says what the stems were made of; nil where nobody asked for it.
  var manifest: String?

  private var energy: Double {
    max(result.stems.reduce(0) { $0 + $1.energy }, .leastNormalMagnitude)
  }

  /// A line on the recording, one per stem, and one of means if there are scores.
  var text: String {
    let width = (result.stems + result.remixes).compactMap { $0.path?.printable.count }.max() ?? 0
    let rate = result.duration / max(result.seconds, 1e-9)
    var lines = [
      "\(result.mix.printable): \(fixed(result.duration, digits: 1)) s in \(fixed(result.seconds, digits: 1)) s "
        + "(\(fixed(rate, digits: 0)) × real time)"
    ]
    if let text = result.placement?.text { lines.append("  \(text)") }
    if let deadComponents = result.deadComponents {
      lines.append(
        "  \(deadComponents) component\(deadComponents == 1 ? "" : "s") died in training and are silent; to keep them, try a lower --learning-rate, or leave out --plain-steps and --free-encoder"
      )
    }
    for stem in result.stems where stem.path != nil || result.scores != nil {
      var line =
        levelLine(stem, width: width)
        + "  \(fixed(100 * stem.energy / energy, digits: 0, width: 3)) %"
      if result.scores != nil {
        line += columns(
          result.scores?[stem.name], oracle: result.yardsticks?.oracle[stem.name],
          mixture: result.yardsticks?.mixture[stem.name])
      }
      lines.append(line + clipping(of: stem))
    }
    if let meanScores = result.meanScores {
      // As wide as the path, the level and the share of energy above it.
      let columns = columns(
        meanScores, oracle: result.yardsticks?.meanOracle, mixture: result.yardsticks?.meanMixture)
      lines.append("  \("mean".padding(to: width + 18))\(columns)")
    }
    for remix in result.remixes {
      lines.append(levelLine(remix, width: width) + clipping(of: remix))
    }
    lines += result.companions.map { "  \($0.printable)" }
    lines += result.scoringRemarks.map { "  \($0.printable)" }
    return lines.joined(separator: "\n")
  }

  private func levelLine(_ stem: SeparationResult.Stem, width: Int) -> String {
    let level = stem.level.map { "\(fixed($0, digits: 1, width: 6)) dB" } ?? "   silent"
    return "  \((stem.path ?? stem.name).printable.padding(to: width))  \(level)"
  }

  private func clipping(of stem: SeparationResult.Stem) -> String {
    stem.clippedCount == 0
      ? "" : "  \(stem.clippedCount) samples clipped; --format wav-float keeps them"
  }

  /// SDR, SIR, SAR and SI-SDR, and the SDR of the yardsticks, aligned from line to line.
  private func columns(_ scores: Scores?, oracle: Scores?, mixture: Scores?) -> String {
    var columns = Scores.measures.map { ($0.title, scores?[keyPath: $0.path]) }
    if result.yardsticks != nil {
      columns += [("oracle", oracle?.sdrDecibels), ("mixture", mixture?.sdrDecibels)]
    }
    return columns.map { name, value in
      "  \(name) \(value.map { "\(fixed($0, digits: 2, width: 6)) dB" } ?? "     – dB")"
    }.joined()
  }

  /// One line of JSON.
  var json: String {
    let record = Record(
      input: result.mix, manifest: manifest, score: result.score,
      placement: result.placement?.record,
      preset: result.preset,
      sampleRate: result.shape.sampleRate,
      channels: result.shape.channelCount, duration: result.duration,
      parts: result.stems.map { stem in
        let scores = result.scores?[stem.name]
        return Record.Part(
          name: stem.name, file: stem.path, notes: stem.noteCount,
          levelDecibels: Nullable(value: stem.level),
          energyShare: stem.energy / energy, clippedSamples: stem.clippedCount,
          scores: ScoreRecord(
            scores: scores, oracle: result.yardsticks?.oracle[stem.name],
            mixture: result.yardsticks?.mixture[stem.name]))
      },
      remixes: result.remixes.isEmpty
        ? nil
        : result.remixes.map {
          Record.Remix(
            name: $0.name, file: $0.path, levelDecibels: Nullable(value: $0.level),
            clippedSamples: $0.clippedCount)
        },
      files: result.companions.isEmpty ? nil : result.companions,
      lossBefore: Nullable(value: result.lossBefore), lossAfter: Nullable(value: result.lossAfter),
      tuningCents: Nullable(value: result.tuningCents), deadComponents: result.deadComponents,
      seconds: result.seconds,
      realTimeFactor: result.duration / max(result.seconds, 1e-9),
      scoredChannels: result.scoredChannels,
      remarks: result.scoringRemarks.isEmpty ? nil : result.scoringRemarks,
      mean: result.meanScores.map {
        ScoreRecord(
          scores: $0, oracle: result.yardsticks?.meanOracle,
          mixture: result.yardsticks?.meanMixture)
      })
    return encodedAsLine(record)
  }

  /// One line of JSON for a recording that failed.
  static func json(mix: String, error: any Error, manifest: String? = nil) -> String {
    encodedAsLine(
      ["input": mix, "error": "\(error)", "manifest": manifest].compactMapValues { $0 })
  }

  /// A number that is there even where it is none.
  private struct Nullable: Encodable {
    let value: Double?

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if let value { try container.encode(value) } else { try container.encodeNil() }
    }
  }

  private struct Record: Encodable {
    struct Part: Encodable {
      let name: String
      /// Null if it was not written.
      let file: String?
      let notes: Int
      let levelDecibels: Nullable
      let energyShare: Double
      let clippedSamples: Int
      let scores: ScoreRecord

      private enum Keys: String, CodingKey {
        case name, file, notes, levelDecibels, energyShare, clippedSamples
      }

      /// The scores stand beside the rest.
      func encode(to encoder: any Encoder) throws {
        try scores.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
        try container.encode(file, forKey: .file)
        try container.encode(notes, forKey: .notes)
        try container.encode(levelDecibels, forKey: .levelDecibels)
        try container.encode(energyShare, forKey: .energyShare)
        try container.encode(clippedSamples, forKey: .clippedSamples)
      }
    }
    struct Remix: Encodable {
      let name: String
      let file: String?
      let levelDecibels: Nullable
      let clippedSamples: Int
    }
    let input: String
    let manifest: String?
    let score: String
    let placement: Placement.Record?
    let preset: String
    let sampleRate: Int
    let channels: Int
    let duration: Double
    let parts: [Part]
    let remixes: [Remix]?
    /// Sessions and scores.
    let files: [String]?
    let lossBefore: Nullable
    let lossAfter: Nullable
    let tuningCents: Nullable
    let deadComponents: Int?
    let seconds: Double
    let realTimeFactor: Double
    let scoredChannels: Int?
    let remarks: [String]?
    let mean: ScoreRecord?
  }
}
