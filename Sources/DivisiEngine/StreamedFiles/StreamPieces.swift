internal import CCPU
public import DivisiScore

/// Separates a recording exactly as a stream does, update after update, in memory that does not grow
/// with its length; the stems do not depend on where it is cut.
///
/// - Thread: one at a time.
public final class StreamPieces {
  /// How a recording is cut for it: into pieces that know nothing of each other.
  public static let layout = SectionLayout(limit: 15, length: 10, reach: 0, context: 0, fade: 0)
  /// Samples that are fed at once; the result does not depend on it.
  private static let blockLength = 4096

  private let stream: Stream
  private let partCount: Int
  private let sampleCount: Int
  private let input: SampleBuffers
  private let output: SampleBuffers
  /// The recording, from the next sample that will be given.
  private var pending: [[Float]]
  /// Samples that have been fed, silence after the end included.
  private var position = 0

  /// - Parameters:
  ///   - settings: valid.
  ///   - banks: what pitched templates start from.
  ///   - parts: their notes in seconds of the recording.
  ///   - hasPedal: whether the notes' damping times come from a sustain pedal.
  ///   - sampleCount: of each channel.
  ///   - sampleRate: 8,000 to 192,000 Hz.
  /// - Throws: ``SeparationError/noNoteInRecording``.
  public init(
    settings: StreamSettings, material: Material, banks: NoteBanks, parts: [Part], hasPedal: Bool,
    sampleCount: Int, sampleRate: Double, channelCount: Int
  ) throws(SeparationError) {
    try checkNotes(of: parts, durationSeconds: Double(sampleCount) / sampleRate)
    let kit: DrumKit? = if case .drums(let kit) = material { kit } else { nil }
    stream = Stream(
      settings: settings, layout: .named(parts.map(\.name), isPercussive: kit != nil), kit: kit,
      banks: banks, sampleRate: sampleRate, channelCount: channelCount)
    stream.worker.setScore(parts: parts, hasPedal: hasPedal)
    stream.process.pointee.locate(seconds: 0, isRolling: true)
    partCount = parts.count
    self.sampleCount = sampleCount
    input = SampleBuffers(count: channelCount, length: Self.blockLength)
    output = SampleBuffers(count: (partCount + 1) * channelCount, length: Self.blockLength)
    pending = Array(repeating: [], count: channelCount)
  }

  /// Separates the next piece; the latency is taken away.
  ///
  /// - Parameter progress: called with 0…1, the share of the recording that is done; returns whether
  ///   to go on.
  public func separate(
    _ section: consuming Section, progress: (Double) -> Bool = { _ in true }
  ) throws(SeparationError) -> SeparatedPiece {
    // As on the plugin's audio thread: else the last bits could differ.
    let before = divisi_flush_denormals()
    defer { divisi_restore_denormals(before) }
    let channels = section.channels
    let isLast = section.core.upperBound == sampleCount
    let total = channels[0].count + (isLast ? stream.latency : 0)
    let given = max(0, position - stream.latency)
    var outputs = Array(repeating: [Float](), count: partCount * channels.count)
    for index in outputs.indices { outputs[index].reserveCapacity(total) }
    var fed = 0
    while fed < total {
      let count = min(Self.blockLength, total - fed)
      for (channel, samples) in channels.enumerated() {
        for index in 0..<count {
          input[channel][index] = fed + index < samples.count ? samples[fed + index] : 0
        }
      }
      run(count)
      let first = min(count, max(0, stream.latency - position))
      for index in outputs.indices {
        outputs[index] += UnsafeBufferPointer(rebasing: output[index][first..<count])
      }
      fed += count
      position += count
      let share = Double(position) / Double(sampleCount + stream.latency)
      guard progress(share) else { throw .cancelled }
    }
    let length = outputs.first?.count ?? 0
    let range = given..<given + length
    for channel in channels.indices { pending[channel] += channels[channel] }
    let mixture = pending.map { $0[..<length] }
    pending = pending.map { Array($0[length...]) }
    return SeparatedPiece(
      range: range, channels: mixture,
      stems: (0..<partCount).map {
        outputs[$0 * channels.count..<($0 + 1) * channels.count].map { $0[...] }
      })
  }

  private func run(_ count: Int) {
    var done = 0
    while done < count {
      done += stream.process.pointee.run(
        inputs: input.reading, parts: output.writing,
        residual: output.writing + partCount * pending.count, offset: done, count: count - done)
      if stream.process.pointee.isUpdateDue { stream.worker.update() }
    }
  }
}
