import AudioFiles
import CDivisi
import CFFTWThreads
import DivisiSeparation
import Terminal

/// FFTW may be used by the rest of the process, too, and plans one transform at a time.
private let planningIsShared: Void = fftwf_make_planner_thread_safe()

/// What a recording in memory is called in errors.
private let nameInMemory = "audio"

extension divisi_audio {
  /// The recording, which stays where it is.
  ///
  /// - Throws: one line for what no file may be.
  func recording() throws -> RecordingHeader {
    _ = planningIsShared
    let rates = AudioFile.sampleRates
    guard let rate = Int(exactly: sample_rate) else {
      throw Failure(
        "\(nameInMemory): expected a sample rate of \(rates.lowerBound) to \(rates.upperBound) Hz; it is \(sample_rate) Hz"
      )
    }
    let counts = AudioFile.channelCounts
    guard channels != nil || channel_count == 0, channel_count <= counts.upperBound else {
      throw Failure(
        "\(nameInMemory): expected \(counts.lowerBound) to \(counts.upperBound) channels; there are \(channel_count)"
      )
    }
    let pointers = try (0..<channel_count).map { index in
      guard let channel = channels[index] else {
        throw Failure("\(nameInMemory): channel \(index + 1): expected samples; found none")
      }
      return channel
    }
    return try RecordingHeader(
      SampleArrays(
        channels: pointers, sampleCount: sample_count, stride: max(1, stride), sampleRate: rate,
        name: nameInMemory))
  }
}
