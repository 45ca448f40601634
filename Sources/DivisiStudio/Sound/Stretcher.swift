import CRubberBand
import Glibc

/// Sound at another speed or another pitch, piece by piece, through Rubber Band.
///
/// All channels go through one stretcher, so that what was together stays together to the sample. Its mode for real time keeps
/// one ratio throughout: the sample n of the output belongs to the sample n · speed of the input.
///
/// - Thread: one at a time.
final class Stretcher {
  private let state: RubberBandState
  private let channelCount: Int
  /// Samples of the output that come before the first.
  private var delay: Int

  /// Samples of each channel that are given at once.
  static let blockLength = 4096

  /// - Parameters:
  ///   - speed: 0.4 to 1.2; 0.5 makes it twice as long.
  ///   - semitones: −6 to 6.
  init(sampleRate: Int, channelCount: Int, speed: Double, semitones: Int) {
    let options =
      RubberBandOptionProcessRealTime.rawValue | RubberBandOptionEngineFiner.rawValue
      | RubberBandOptionChannelsTogether.rawValue | RubberBandOptionPitchHighConsistency.rawValue
    state = rubberband_new(
      UInt32(sampleRate), UInt32(channelCount), RubberBandOptions(options), 1 / speed,
      pow(2, Double(semitones) / 12))
    self.channelCount = channelCount
    rubberband_set_max_process_size(state, UInt32(Self.blockLength))
    delay = Int(rubberband_get_start_delay(state))
    var pad = Int(rubberband_get_preferred_start_pad(state))
    let silence = [Float](repeating: 0, count: Self.blockLength)
    while pad > 0 {
      let count = min(pad, Self.blockLength)
      process(Array(repeating: silence, count: channelCount), count)
      pad -= count
    }
  }

  deinit { rubberband_delete(state) }

  /// Takes the next samples. Who wants the end gives silence after it.
  ///
  /// - Parameter channels: all of one length, at most ``blockLength``.
  /// - Returns: what is ready, by channel.
  func stretch(_ channels: [[Float]]) -> [[Float]] {
    process(channels, channels[0].count)
    var result = [[Float]](repeating: [], count: channelCount)
    while case let count = Int(rubberband_available(state)), count > 0 {
      let piece = retrieve(count)
      let skipped = min(delay, piece[0].count)
      delay -= skipped
      for channel in 0..<channelCount { result[channel] += piece[channel].dropFirst(skipped) }
    }
    return result
  }

  private func process(_ channels: [[Float]], _ count: Int) {
    // One block for all channels, and where each begins.
    channels.flatMap { $0 }.withUnsafeBufferPointer { samples in
      let length = channels[0].count
      let places = (0..<channelCount).map { channel in
        samples.baseAddress.map { $0 + channel * length }
      }
      rubberband_process(state, places, UInt32(count), 0)
    }
  }

  private func retrieve(_ count: Int) -> [[Float]] {
    var samples = [Float](repeating: 0, count: count * channelCount)
    let found = samples.withUnsafeMutableBufferPointer { samples in
      let places = (0..<channelCount).map { channel in
        samples.baseAddress.map { $0 + channel * count }
      }
      return Int(rubberband_retrieve(state, places, UInt32(count)))
    }
    return (0..<channelCount).map { Array(samples[$0 * count..<$0 * count + found]) }
  }
}
