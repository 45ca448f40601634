package import AudioFiles
package import DivisiAlignment
package import DivisiScore
import Synchronization
import Terminal

/// A recording as its header describes it.
package struct RecordingHeader {
  /// Its file, or what a recording in memory is called.
  package let path: String
  /// Nil for a file.
  private let arrays: SampleArrays?
  package let shape: AudioShape
  /// Samples of each channel.
  package let sampleCount: Int
  /// What it says of itself.
  package let tags: AudioTags
  private let kept = Kept()

  /// A whole recording that was decoded for one reader and waits for the next.
  private final class Kept: Sendable {
    private let audio = Mutex<DecodedAudio?>(nil)

    func keep(_ audio: DecodedAudio) { self.audio.withLock { $0 = audio } }

    func take() -> DecodedAudio? {
      audio.withLock { audio in
        defer { audio = nil }
        return audio
      }
    }
  }

  package var durationSeconds: Double { Double(sampleCount) / Double(shape.sampleRate) }

  /// How far the last onset may lie past the end of the recording, in seconds.
  private static let overrunSeconds = 2.0
  /// How long the recording may go on after the last note: up to a fifth of its length, 4 s at least
  /// and 10 s at most.
  private static func remainderSeconds(of duration: Double) -> Double {
    min(max(0.2 * duration, 4), 10)
  }
  /// Sound below this level, in full scale, is silence: −60 dB.
  private static let silence: Float = 1e-3
  /// Headers that do not know how long the sound is say more than this.
  private static let longest = 1 << 48
  /// A recording that is longer than this, in seconds, is aligned as the mean of its channels.
  private static let longestInFull = 600.0

  /// Looks at a recording; its sound is read only where its header does not say how long it is.
  package init(path: String) throws { try self.init(path: path, arrays: nil) }

  /// Looks at a recording in memory, which stays there for as long as this is used.
  package init(_ arrays: SampleArrays) throws { try self.init(path: arrays.name, arrays: arrays) }

  private init(path: String, arrays: SampleArrays?) throws {
    self.path = path
    self.arrays = arrays
    let reader = try Self.reader(path: path, arrays: arrays)
    shape = AudioShape(sampleRate: reader.sampleRate, channelCount: reader.channelCount)
    tags = reader.tags
    sampleCount =
      (1...Self.longest).contains(reader.statedCount)
      ? reader.statedCount : try Self.scan(reader, from: .max).sampleCount
  }

  /// Reads it from its begin.
  package func reader() throws(AudioFileError) -> AudioFileReader {
    if let audio = kept.take() { return AudioFileReader(audio) }
    return try Self.reader(path: path, arrays: arrays)
  }

  private static func reader(
    path: String, arrays: SampleArrays?
  ) throws(AudioFileError) -> AudioFileReader {
    if let arrays { try AudioFileReader(arrays) } else { try AudioFileReader(path: path) }
  }

  /// Reads a recording to its end.
  ///
  /// - Returns: how many samples there are, and whether one from a place on is no silence.
  private static func scan(_ reader: AudioFileReader, from place: Int) throws -> (
    sampleCount: Int, goesOn: Bool
  ) {
    var block = [Float](repeating: 0, count: 16_384 * reader.channelCount)
    var goesOn = false
    while true {
      let first = reader.position
      let count = try reader.read(into: &block)
      guard count > 0 else { return (reader.position, goesOn) }
      let skipped = min(max(0, place - first), count)
      goesOn =
        goesOn
        || block[(skipped * reader.channelCount)..<(count * reader.channelCount)]
          .contains { abs($0) > silence }
    }
  }

  /// Refuses a score that cannot be this recording's; the sound is read only where the score ends long
  /// before it.
  package func checkLength(of score: Score, path scorePath: String) throws {
    let duration = durationSeconds
    let lastOnset = score.notes.last?.onsetSeconds ?? 0
    let advice =
      "align it with --align on, move it with --score-offset or --score-rate, or accept it with --partial"
    guard lastOnset < duration + Self.overrunSeconds else {
      throw Failure(
        "\(scorePath): expected a score that ends with \(path) at \(seconds(duration)); "
          + "its last note begins at \(seconds(lastOnset)) (\(advice))")
    }
    let end = score.notes.reduce(0) { max($0, $1.dampedSeconds) }
    let soundEnd = end + Self.remainderSeconds(of: duration)
    let remainder = max(0, Int(soundEnd * Double(shape.sampleRate)))
    guard remainder < sampleCount else { return }
    if try Self.scan(reader(), from: remainder).goesOn {
      throw Failure(
        "\(scorePath): expected a score that ends with \(path) at \(seconds(duration)); its last note ends at \(seconds(end)) (\(advice))"
      )
    }
  }

  /// What an alignment needs: about as much as mono samples, or less for long recordings, which are not held.
  package var memoryForAlignment: MemoryNeed {
    let features = Self.featureBytes * durationSeconds
    // What a search twice a second remembers of each pair of frames.
    let search = 4 * durationSeconds * durationSeconds
    let byteCount =
      isHeldForAlignment ? 4 * sampleCount * (shape.channelCount + 1) : Int(features + search)
    return MemoryNeed(
      byteCount: byteCount, purpose: "to align the score with all \(Int(durationSeconds)) s")
  }

  /// Whether an alignment holds all samples.
  private var isHeldForAlignment: Bool { durationSeconds <= Self.longestInFull }

  /// Of a second of a long recording, as measured.
  private static let featureBytes = 60_000.0

  /// Samples for an alignment of the whole: all channels, or their mean where they are long.
  package func soundForAlignment() throws -> RecordedSound {
    let sampleRate = Double(shape.sampleRate)
    guard !isHeldForAlignment else {
      return RecordedSound(sampleRate: sampleRate, channels: try samples())
    }
    return RecordedSound(sampleRate: sampleRate, channelCount: 1, sampleCount: sampleCount) {
      let reader = try MeanReader(self)
      return { [try reader.samples($0)] }
    }
  }

  private func samples() throws -> [[Float]] {
    var channels: [[Float]] = []
    try readSections(seconds: 10) { section, _ in
      if channels.isEmpty {
        channels = section
        let expected = min(sampleCount, 1 << 30)
        for channel in channels.indices { channels[channel].reserveCapacity(expected) }
      } else {
        for channel in channels.indices { channels[channel] += section[channel] }
      }
    }
    return channels
  }

  /// Reads the recording piece by piece.
  ///
  /// - Parameters:
  ///   - seconds: of a piece.
  ///   - keeps: whether a file of one piece is kept as it was decoded, for the next reader.
  ///   - use: gets planar samples and the second at which they begin.
  package func readSections(
    seconds: Double, keeps: Bool = false,
    use: (_ channels: [[Float]], _ start: Double) throws -> Void
  ) throws {
    let reader = try reader()
    let stride = reader.channelCount
    let length = min(Int(seconds * Double(shape.sampleRate)), max(sampleCount, 1))
    var block = [Float](repeating: 0, count: length * stride)
    var whole: [Float]?
    while true {
      let first = reader.position
      let count = try reader.read(into: &block)
      guard count > 0 else { break }
      let channels = (0..<stride).map { channel in
        stride == 1
          ? Array(block[..<count]) : (0..<count).map { block[$0 * stride + channel] }
      }
      try use(channels, Double(first) / Double(shape.sampleRate))
      // There is more than the header says.
      if whole != nil { block = [Float](repeating: 0, count: length * stride) }
      whole = nil
      if keeps, arrays == nil, first == 0, count == sampleCount {
        // What is read next, nothing as a rule, must not lie over it.
        whole = block
        block = [Float](repeating: 0, count: stride)
      }
    }
    if let whole { kept.keep(DecodedAudio(whole, from: reader)) }
  }

  private func seconds(_ value: Double) -> String { "\(fixed(value, digits: 1)) s" }
}
