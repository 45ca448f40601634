// Thread: any

internal import CCPU
public import DivisiScore

/// Separates a whole recording exactly as a stream does, update after update, on one thread.
public struct StreamSeparator {
  private let settings: StreamSettings
  private let material: Material
  /// What pitched templates start from; nil for combs.
  public var bank: NoteBank?

  /// Samples that are fed at once; the result does not depend on it.
  private static let blockLength = 4096

  /// - Parameter settings: valid.
  public init(settings: StreamSettings, material: Material) {
    self.settings = settings
    self.material = material
  }

  /// Separates one recording; the latency is taken away.
  ///
  /// - Parameters:
  ///   - channels: planar samples of equal length, at least one channel.
  ///   - sampleRate: 8,000 to 192,000 Hz.
  ///   - parts: their notes in seconds of the recording.
  ///   - hasPedal: whether the notes' damping times come from a sustain pedal.
  ///   - progress: called with 0…1; returns whether to go on.
  public func separate(
    channels: [[Float]], sampleRate: Double, parts: [Part], hasPedal: Bool,
    progress: (Double) -> Bool = { _ in true }
  ) throws(SeparationError) -> Separation {
    try checkNotes(of: parts, durationSeconds: Double(channels[0].count) / sampleRate)
    // As on the plugin's audio thread: else the last bits could differ.
    let before = divisi_flush_denormals()
    defer { divisi_restore_denormals(before) }
    let kit: DrumKit? = if case .drums(let kit) = material { kit } else { nil }
    let stream = Stream(
      settings: settings, layout: .named(parts.map(\.name), isPercussive: kit != nil), kit: kit,
      bank: bank, sampleRate: sampleRate, channelCount: channels.count)
    stream.worker.setScore(parts: parts, hasPedal: hasPedal)
    stream.process.pointee.locate(seconds: 0, isRolling: true)

    let sampleCount = channels[0].count
    let total = sampleCount + stream.latency
    var outputs = Array(
      repeating: [Float](), count: parts.count * channels.count)
    for index in outputs.indices { outputs[index].reserveCapacity(sampleCount) }
    let input = SampleBuffers(count: channels.count, length: Self.blockLength)
    let output = SampleBuffers(
      count: outputs.count + channels.count, length: Self.blockLength)
    var position = 0
    while position < total {
      let count = min(Self.blockLength, total - position)
      for (channel, samples) in channels.enumerated() {
        for index in 0..<count {
          input[channel][index] = position + index < sampleCount ? samples[position + index] : 0
        }
      }
      var done = 0
      while done < count {
        done += stream.process.pointee.run(
          inputs: input.reading, parts: output.writing,
          residual: output.writing + outputs.count, offset: done,
          count: count - done)
        if stream.process.pointee.isUpdateDue { stream.worker.update() }
      }
      let first = min(count, max(0, stream.latency - position))
      for index in outputs.indices {
        outputs[index] += UnsafeBufferPointer(rebasing: output[index][first..<count])
      }
      position += count
      guard progress(Double(position) / Double(total)) else { throw .cancelled }
    }
    let stems = parts.indices.map { part in
      Array(outputs[part * channels.count..<(part + 1) * channels.count])
    }
    return Separation(stems: stems, lossBefore: nil, lossAfter: nil, tuningCents: nil)
  }
}

/// Some buffers of equal length, for functions that take pointers to pointers.
final class SampleBuffers {
  let writing: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  let reading: UnsafeMutablePointer<UnsafePointer<Float>>
  private let count: Int
  private let length: Int

  init(count: Int, length: Int) {
    self.count = count
    self.length = length
    writing = .allocate(capacity: count)
    reading = .allocate(capacity: count)
    for index in 0..<count {
      let samples = UnsafeMutablePointer<Float>.allocate(capacity: length)
      samples.initialize(repeating: 0, count: length)
      (writing + index).initialize(to: samples)
      (reading + index).initialize(to: UnsafePointer(samples))
    }
  }

  deinit {
    for index in 0..<count { writing[index].deallocate() }
    writing.deallocate()
    reading.deallocate()
  }

  subscript(index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: writing[index], count: length)
  }
}
