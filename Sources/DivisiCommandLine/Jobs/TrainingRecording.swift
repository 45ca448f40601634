import AudioFiles
import DivisiSeparation
import Terminal

/// What models are trained on.
enum TrainingRecording {
  /// Headers that do not know how long the sound is say more than this.
  private static let longest = 1 << 40

  /// Reads a recording at 44.1 kHz; one at another rate, or that finds no room, is refused by its header.
  ///
  /// - Parameter need: what is needed besides for some samples of each of some channels.
  static func read(
    _ path: String, need: (_ sampleCount: Int, _ channelCount: Int) -> Int = { _, _ in 0 }
  ) throws -> AudioBuffer {
    let header = try AudioFileReader(path: path)
    guard header.sampleRate == 44_100 else {
      throw Failure("\(path): expected a sample rate of 44100 Hz, found \(header.sampleRate)")
    }
    let count = header.statedCount
    if (1...Self.longest).contains(count) {
      // Arrays double as they grow.
      let samples = 2 * MemoryLayout<Float>.stride * header.channelCount * count
      try MemoryNeed(
        byteCount: samples + need(count, header.channelCount), purpose: "to train on it"
      ).check(for: path)
    }
    return try AudioFile.read(path: path, warn: printError)
  }
}
