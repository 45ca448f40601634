import AudioFiles
import DivisiDSP
import FoundationEssentials
import Terminal

/// The true stems of a recording, where they are known.
struct References {
  /// The scores of one part or, as a mean, of several; nil where there are none.
  struct Scores: Encodable {
    let sdrDecibels: Double?
    let sirDecibels: Double?
    let sarDecibels: Double?
    let siSdrDecibels: Double?

    /// The mean of each measure over the parts that have it.
    static func mean(of scores: [Scores]) -> Scores {
      func mean(_ measure: KeyPath<Scores, Double?>) -> Double? {
        let values = scores.compactMap { $0[keyPath: measure] }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
      return Scores(
        sdrDecibels: mean(\.sdrDecibels), sirDecibels: mean(\.sirDecibels),
        sarDecibels: mean(\.sarDecibels), siSdrDecibels: mean(\.siSdrDecibels))
    }
  }

  /// Names that data sets give to drums, and the parts they mean.
  private static let aliases = ["kd": "kick", "sd": "snare", "hh": "hihat"]
  private static let extensions: Set = [
    "aif", "aifc", "aiff", "au", "caf", "flac", "mp3", "oga", "ogg", "opus", "rf64", "snd", "w64",
    "wav",
  ]

  /// One channel of samples for each part that has a reference.
  private let stems: [String: [Float]]

  /// Reads the references of some parts from a folder.
  ///
  /// A file belongs to the part it is named after, in any case; files of other names are passed
  /// over.
  init(folder: String, parts: [String], recording: AudioBuffer, path mix: String) throws {
    var paths: [String: String] = [:]
    for (name, file) in try Self.audioFiles(in: folder) {
      guard let part = parts.first(where: { Self.key($0) == Self.key(name) }) else { continue }
      if let other = paths.updateValue("\(folder)/\(file)", forKey: part) {
        throw Failure(
          "\(folder)/\(file): expected one reference for the part '\(part)'; \(other) is one too")
      }
    }
    guard !paths.isEmpty else {
      throw Failure(
        "\(folder): expected audio files named after the parts (\(parts.joined(separator: ", "))); "
          + "found none")
    }
    stems = try paths.mapValues { path in
      let reference = try AudioFile.read(path: path)
      guard reference.sampleRate == recording.sampleRate else {
        throw Failure(
          "\(path): expected a sample rate of \(recording.sampleRate) Hz, as \(mix) has; "
            + "found \(reference.sampleRate) Hz")
      }
      guard reference.sampleCount == recording.sampleCount else {
        throw Failure(
          "\(path): expected \(recording.sampleCount) samples, as \(mix) has; "
            + "found \(reference.sampleCount)")
      }
      return Self.mono(reference.channels)
    }
  }

  /// Scores the stems of the parts that have a reference; a silent one has no scores.
  ///
  /// Channels are averaged first, since BSS Eval compares single signals.
  func scores(stems estimates: [String: [[Float]]], parallel: Parallel) -> [String: Scores] {
    let names = stems.keys.filter { estimates[$0] != nil }.sorted()
    let references = names.map { stems[$0]! }
    let signals = names.map { Self.mono(estimates[$0]!) }
    let evaluated = BSSEval.evaluate(
      references: references, estimates: signals, parallel: parallel)
    var result: [String: Scores] = [:]
    for (index, name) in names.enumerated() {
      guard let scores = evaluated[index] else { continue }
      result[name] = Scores(
        sdrDecibels: scores.sdrDecibels.finite, sirDecibels: scores.sirDecibels.finite,
        sarDecibels: scores.sarDecibels.finite,
        siSdrDecibels: ScaleInvariantSDR.decibels(
          reference: references[index], estimate: signals[index])?.finite)
    }
    return result
  }

  private static func audioFiles(in folder: String) throws -> [(name: String, file: String)] {
    let files: [String]
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw Failure("\(folder): expected a folder of true stems; it cannot be read")
    }
    return files.compactMap { file in
      let url = URL(fileURLWithPath: file)
      guard extensions.contains(url.pathExtension.lowercased()) else { return nil }
      return (url.deletingPathExtension().lastPathComponent, file)
    }
  }

  private static func key(_ name: String) -> String {
    let lowercased = name.lowercased()
    return aliases[lowercased] ?? lowercased
  }

  private static func mono(_ channels: [[Float]]) -> [Float] {
    guard channels.count > 1 else { return channels[0] }
    let gain = 1 / Float(channels.count)
    return channels[0].indices.map { index in
      channels.reduce(Float(0)) { $0 + $1[index] } * gain
    }
  }
}

extension Double {
  /// The number, or nil where it is infinite: a part without rivals suffers no interference.
  fileprivate var finite: Double? { isFinite ? self : nil }
}
