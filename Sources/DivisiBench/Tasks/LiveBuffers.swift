import DivisiEngine

/// The samples of a live task, hop after hop, and where what is made of them goes.
final class LiveBuffers {
  /// Samples that have been taken.
  private(set) var position = 0

  private let hopSize: Int
  private let sampleCount: Int
  private let channels: [UnsafeMutablePointer<Float>]
  private let stems: [UnsafeMutablePointer<Float>]
  private let inputs: UnsafeMutablePointer<UnsafePointer<Float>>
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  init(task: LiveTask, hopSize: Int) {
    self.hopSize = hopSize
    sampleCount = task.channels[0].count
    channels = task.channels.map { samples in
      let copy = UnsafeMutablePointer<Float>.allocate(capacity: samples.count)
      _ = UnsafeMutableBufferPointer(start: copy, count: samples.count).initialize(from: samples)
      return copy
    }
    // The last ones are the residual's.
    stems = (0..<(LiveTask.partCount + 1) * LiveTask.channelCount).map { _ in
      let stem = UnsafeMutablePointer<Float>.allocate(capacity: hopSize)
      stem.initialize(repeating: 0, count: hopSize)
      return stem
    }
    inputs = .allocate(capacity: channels.count)
    outputs = .allocate(capacity: stems.count)
    for (index, stem) in stems.enumerated() { (outputs + index).initialize(to: stem) }
    for (index, channel) in channels.enumerated() {
      (inputs + index).initialize(to: UnsafePointer(channel))
    }
  }

  deinit {
    for samples in channels + stems { samples.deallocate() }
    inputs.deallocate()
    outputs.deallocate()
  }

  /// Whether there is another whole hop.
  var hasNext: Bool { position + hopSize <= sampleCount }

  /// Whether some of the hop that was run last is in every part.
  var isHeard: Bool {
    stems.prefix(LiveTask.partCount * LiveTask.channelCount).allSatisfy { stem in
      (0..<hopSize).contains { stem[$0] != 0 }
    }
  }

  /// Runs the next hop, at whose end a frame is complete.
  func run(_ process: UnsafeMutablePointer<StreamProcess>) {
    for (index, channel) in channels.enumerated() {
      inputs[index] = UnsafePointer(channel + position)
    }
    _ = process.pointee.run(
      inputs: inputs, parts: outputs,
      residual: outputs + LiveTask.partCount * LiveTask.channelCount, offset: 0, count: hopSize)
    position += hopSize
  }
}
