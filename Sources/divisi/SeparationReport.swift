import AudioFiles
import FoundationEssentials
import Glibc

/// What happened to one recording, for a person or for a program.
struct SeparationReport {
  /// One file that was written.
  struct Stem {
    let name: String
    let path: String
    let noteCount: Int
    let clippedCount: Int
    /// Σ x² over all channels.
    let energy: Double
    /// Root mean square in decibels of full scale; nil for digital silence.
    let level: Double?

    /// - Parameter valueCount: samples of all channels.
    init(
      name: String, path: String, noteCount: Int, clippedCount: Int, energy: Double,
      valueCount: Int
    ) {
      self.name = name
      self.path = path
      self.noteCount = noteCount
      self.clippedCount = clippedCount
      self.energy = energy
      level = energy > 0 ? 10 * log10(energy / Double(valueCount)) : nil
    }
  }

  let mix: String
  let score: String
  let preset: String
  let shape: AudioShape
  /// Samples of each channel.
  let sampleCount: Int
  let stems: [Stem]
  let lossBefore: Double?
  let lossAfter: Double?
  let tuningCents: Double?
  /// Components that training by gradients has silenced; nil where none were.
  let deadComponents: Int?
  let seconds: Double
  /// By the names of parts; nil where nothing was there to compare with.
  let scores: [String: Scores]?
  /// What the scores are held against; nil where it was not asked for.
  let yardsticks: Yardsticks?

  private var duration: Double { Double(sampleCount) / Double(shape.sampleRate) }

  private var meanScores: Scores? {
    scores.map { Scores.mean(of: Array($0.values)) }
  }

  private var energy: Double { max(stems.reduce(0) { $0 + $1.energy }, .leastNormalMagnitude) }

  /// A line on the recording, one per stem, and one of means if there are scores.
  var text: String {
    let width = stems.map(\.path.count).max() ?? 0
    let rate = duration / max(seconds, 1e-9)
    var lines = [
      "\(mix): \(fixed(duration, digits: 1)) s in \(fixed(seconds, digits: 1)) s "
        + "(\(fixed(rate, digits: 0)) × real time)"
    ]
    if let deadComponents {
      lines.append(
        "  \(deadComponents) components died in training and sound no more: smaller steps (--learning-rate), no --plain-steps, or no --free-encoder keep them"
      )
    }
    for stem in stems {
      let level = stem.level.map { "\(fixed($0, digits: 1, width: 6)) dB" } ?? "   silent"
      var line =
        "  \(stem.path.padding(to: width))  \(level)  \(fixed(100 * stem.energy / energy, digits: 0, width: 3)) %"
      if scores != nil {
        line += columns(
          scores?[stem.name], oracle: yardsticks?.oracle[stem.name],
          mixture: yardsticks?.baseline[stem.name])
      }
      if stem.clippedCount > 0 {
        line += "  \(stem.clippedCount) samples clipped; --format wav-float keeps them"
      }
      lines.append(line)
    }
    if let meanScores {
      // As wide as the path, the level and the share of energy above it.
      let columns = columns(
        meanScores, oracle: yardsticks?.meanOracle, mixture: yardsticks?.meanBaseline)
      lines.append("  \("mean".padding(to: width + 18))\(columns)")
    }
    return lines.joined(separator: "\n")
  }

  /// SDR, SIR, SAR and SI-SDR, and the SDR of the yardsticks, aligned from line to line.
  private func columns(_ scores: Scores?, oracle: Scores?, mixture: Scores?) -> String {
    var columns = Scores.measures.map { ($0.title, scores?[keyPath: $0.path]) }
    if yardsticks != nil {
      columns += [("oracle", oracle?.sdrDecibels), ("mixture", mixture?.sdrDecibels)]
    }
    return columns.map { name, value in
      "  \(name) \(value.map { "\(fixed($0, digits: 2, width: 6)) dB" } ?? "     – dB")"
    }.joined()
  }

  /// One line of JSON.
  var json: String {
    let record = Record(
      input: mix, score: score, preset: preset, sampleRate: shape.sampleRate,
      channels: shape.channelCount, duration: duration,
      parts: stems.map { stem in
        let scores = scores?[stem.name]
        return Record.Part(
          name: stem.name, file: stem.path, notes: stem.noteCount,
          levelDecibels: Nullable(value: stem.level),
          energyShare: stem.energy / energy, clippedSamples: stem.clippedCount,
          sdrDecibels: scores?.sdrDecibels, sirDecibels: scores?.sirDecibels,
          sarDecibels: scores?.sarDecibels, siSdrDecibels: scores?.siSdrDecibels,
          oracle: yardsticks?.oracle[stem.name], mixture: yardsticks?.baseline[stem.name])
      },
      lossBefore: Nullable(value: lossBefore), lossAfter: Nullable(value: lossAfter),
      tuningCents: Nullable(value: tuningCents), deadComponents: deadComponents,
      seconds: seconds,
      realTimeFactor: duration / max(seconds, 1e-9),
      mean: meanScores, meanOracle: yardsticks?.meanOracle, meanMixture: yardsticks?.meanBaseline)
    return encodedAsLine(record)
  }

  /// One line of JSON for a recording that failed.
  static func json(mix: String, error: any Error) -> String {
    encodedAsLine(["input": mix, "error": "\(error)"])
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
      let file: String
      let notes: Int
      let levelDecibels: Nullable
      let energyShare: Double
      let clippedSamples: Int
      let sdrDecibels: Double?
      let sirDecibels: Double?
      let sarDecibels: Double?
      let siSdrDecibels: Double?
      let oracle: Scores?
      let mixture: Scores?
    }
    let input: String
    let score: String
    let preset: String
    let sampleRate: Int
    let channels: Int
    let duration: Double
    let parts: [Part]
    let lossBefore: Nullable
    let lossAfter: Nullable
    let tuningCents: Nullable
    let deadComponents: Int?
    let seconds: Double
    let realTimeFactor: Double
    let mean: Scores?
    let meanOracle: Scores?
    let meanMixture: Scores?
  }
}
