/// What samples of a recording are like, however many there are.
public struct AudioShape: Sendable, Equatable {
  /// Samples per second in each channel.
  public let sampleRate: Int
  /// How many channels there are.
  public let channelCount: Int

  /// A rate in hertz, and a number of channels.
  public init(sampleRate: Int, channelCount: Int) {
    self.sampleRate = sampleRate
    self.channelCount = channelCount
  }

  /// The sample rate that a file of a format has: Opus has 48 kHz for all that it does not know.
  func encodedRate(_ format: AudioFormat) -> Int {
    let isOther = format == .opus && format.sampleRates?.contains(sampleRate) == false
    return isOther && Self.convertible.contains(sampleRate) ? 48_000 : sampleRate
  }

  /// Rates that are converted, in hertz: those that recordings have.
  private static let convertible = 4_000...768_000

  /// Refuses what a format cannot hold.
  func check(fits format: AudioFormat, named name: String) throws(AudioFileError) {
    let limit = format.channelLimit
    guard channelCount <= limit else {
      let advice = limit < 8 ? " (flac takes more)" : " (wav24 takes more)"
      throw AudioFileError(
        name, expected: "at most \(limit) channels for \(format.rawValue)\(advice)",
        found: "there are \(channelCount)")
    }
    if let rates = format.sampleRates, !rates.contains(encodedRate(format)) {
      throw misfit(format, name)
    }
    let rateLimit = format == .flac ? 655_350 : Int(Int32.max)
    guard (1...rateLimit).contains(sampleRate) else {
      throw AudioFileError(
        name,
        expected: "a sample rate of 1 to \(rateLimit) Hz for \(format.rawValue) (wav24 takes more)",
        found: "it is \(sampleRate) Hz")
    }
  }

  /// What is said of a sample rate that a format does not have.
  func misfit(_ format: AudioFormat, _ name: String) -> AudioFileError {
    let list = (format.sampleRates ?? []).map(String.init).joined(separator: ", ")
    return AudioFileError(
      name, expected: "a sample rate of \(list) Hz for \(format.rawValue) (ogg takes any)",
      found: "it is \(sampleRate) Hz")
  }
}
