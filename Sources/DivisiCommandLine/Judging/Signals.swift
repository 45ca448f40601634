import AudioFiles
import Terminal

/// Signals that are compared: of one length and sample rate.
struct Signals {
  /// The file that the others have to fit.
  let model: String
  let shape: AudioShape
  let sampleCount: Int

  init(model: String, shape: AudioShape, sampleCount: Int) {
    self.model = model
    self.shape = shape
    self.sampleCount = sampleCount
  }

  init(model: String, _ recording: AudioBuffer) {
    self.init(
      model: model,
      shape: AudioShape(
        sampleRate: recording.sampleRate, channelCount: recording.channels.count),
      sampleCount: recording.sampleCount)
  }

  /// Reads all channels of a file.
  func read(_ path: String) throws -> [[Float]] {
    let signal = try AudioFile.read(path: path, warn: printError)
    guard signal.sampleRate == shape.sampleRate else {
      throw Failure(
        "\(path): expected a sample rate of \(shape.sampleRate) Hz, as in \(model); "
          + "found \(signal.sampleRate) Hz")
    }
    guard signal.sampleCount == sampleCount else {
      throw Failure(
        "\(path): expected \(sampleCount) samples, as in \(model); found \(signal.sampleCount)")
    }
    return signal.channels
  }

  /// The mean of all channels.
  static func mono<Samples>(_ channels: [Samples]) -> [Float]
  where Samples: RandomAccessCollection, Samples.Element == Float {
    guard channels.count > 1 else { return Array(channels[0]) }
    let gain = 1 / Float(channels.count)
    return channels[0].indices.map { index in
      channels.reduce(Float(0)) { $0 + $1[index] } * gain
    }
  }
}
