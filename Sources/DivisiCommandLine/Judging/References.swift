import AudioFiles
import DivisiDSP
import Terminal

/// The true stems of a recording, where they are known.
struct References {
  /// The channels that are compared, of each part that has a reference.
  let stems: [String: [[Float]]]
  /// What is done with the channels of the parts before they are compared with these.
  let channelUse: ChannelUse
  /// What has to be said of the channels before anybody believes the scores; a line each.
  let remarks: [String]
  /// Of speech, whose intelligibility is measured too; nil for other sound.
  var speechRate: Int?

  /// - Parameters:
  ///   - stems: all channels of each stem.
  ///   - otherChannelCounts: how many channels there are in what will be compared with them.
  init(stems: [String: [[Float]]], otherChannelCounts: [Int]) {
    let use = ChannelUse(channelCounts: stems.values.map(\.count) + otherChannelCounts)
    let compared = stems.mapValues { use.applied(to: $0) }
    self.stems = compared
    channelUse = use
    var remarks: [String] = []
    if use == .averaged {
      remarks.append("channels averaged to one: not all files have the same number of channels")
    }
    for (name, channels) in compared.sorted(by: { $0.key < $1.key }) where channels.count > 1 {
      let audible = Scores.audibleChannels(of: channels)
      let silent = channels.indices.filter { !audible.contains($0) }.map { "\($0 + 1)" }
      guard !silent.isEmpty, !audible.isEmpty else { continue }
      remarks.append(
        "\(name): the reference is silent in channel\(silent.count > 1 ? "s" : "") "
          + "\(silent.joined(separator: ", ")), which the scores leave out")
    }
    self.remarks = remarks
  }

  /// Reads the references of some parts from a folder.
  ///
  /// A file belongs to the part it is named after, in any case; files of other names are passed
  /// over.
  ///
  /// - Parameter fitting: the recording that was separated, whose channels the parts have.
  init(folder: String, parts: [String], fitting: Signals) throws {
    let files = try StemFolder(folder, what: "a folder of true stems")
    var paths: [String: String] = [:]
    for part in parts {
      paths[part] = try files.stem(of: part, what: "reference")?.path
    }
    guard !paths.isEmpty else {
      throw Failure(
        "\(folder): expected audio files named after the parts (\(parts.joined(separator: ", "))); "
          + "found none")
    }
    self.init(
      stems: try paths.mapValues { try fitting.read($0) },
      otherChannelCounts: [fitting.shape.channelCount])
  }

  /// All stems together, which is the mixture where nobody knows better.
  var sum: [[Float]] {
    let all = stems.sorted { $0.key < $1.key }.map(\.value)
    return (0..<channelCount).map { channel in
      all[0][channel].indices.map { index in
        all.reduce(Float(0)) { $0 + $1[channel][index] }
      }
    }
  }

  /// How many channels are compared.
  var channelCount: Int { stems.values.first?.count ?? 0 }

  /// Scores the stems of the parts that have a reference; a silent one has no scores.
  ///
  /// - Parameter estimates: all channels of each part, or those of them that are compared.
  func scores(stems estimates: [String: [[Float]]], parallel: Parallel) -> [String: Scores] {
    let names = stems.keys.filter { estimates[$0] != nil }.sorted()
    let scores = Scores.measure(
      references: names.map { stems[$0]! },
      estimates: names.map { channelUse.applied(to: estimates[$0]!) }, speechRate: speechRate,
      parallel: parallel)
    var result: [String: Scores] = [:]
    for (name, scores) in zip(names, scores) { result[name] = scores }
    return result
  }
}
