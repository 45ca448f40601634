internal import CLibAV

/// The sound of a file that libav knows, decoded block by block from its first sample.
///
/// What encoders put before the first sample and behind the last is left out, as far as the file says how much that is.
/// What cannot be decoded is silent.
///
/// - Thread: one at a time.
public final class MediaDecoder {
  /// Samples per second in each channel.
  public let sampleRate: Int
  /// As the first frame has them.
  public let channelCount: Int
  /// Places that could not be decoded: how many, and the first of them in samples.
  public private(set) var damage: (count: Int, sample: Int)?

  private let feed: FrameFeed
  private let calls: libav
  private var converter: OpaquePointer?
  private let sampleFormat: Int32
  /// Decoded and not yet given, interleaved.
  private var pending: [Float] = []
  /// Samples of each channel that have been decoded.
  private var decoded = 0
  private var frameLength = 0
  private var isAtEnd = false
  private let descriptor: Int32
  /// Samples of each channel, if the file says it exactly.
  private let exactCount: Int?

  /// Frames that are kept back, since the end may have to be cut from them.
  private static let keptFrames = 2
  /// A header may be as wrong as this, in seconds, before the file counts as truncated.
  private static let tolerance = 0.25
  /// Places that cannot be decoded, before the first that can.
  private static let damageLimit = 1000

  /// Whether libav is installed, which decodes.
  public static var isAvailable: Bool { MediaLibrary.shared != nil }
  /// What Debian calls the packages of libav.
  public static var packages: String { MediaLibrary.packages }

  /// - Parameter descriptor: an open regular file, which stays open; its position is not moved.
  public init(descriptor: Int32) throws(MediaError) {
    guard let library = MediaLibrary.shared else {
      throw .missingLibraries(packages: MediaLibrary.packages)
    }
    calls = library.calls
    feed = try FrameFeed(MediaContainer(descriptor: descriptor, library: library))
    var damageCount = 0
    var event = feed.next()
    while event == .damage, damageCount < Self.damageLimit {
      damageCount += 1
      event = feed.next()
    }
    guard event == .frame else { throw .noSound }
    if damageCount > 0 { damage = (damageCount, 0) }
    let frame = feed.frame
    sampleRate = Int(frame.sample_rate)
    channelCount = Int(frame.ch_layout.nb_channels)
    sampleFormat = frame.format
    self.descriptor = descriptor
    exactCount = Self.exactCount(of: feed.container)
    var (input, output) = (frame.ch_layout, frame.ch_layout)
    let made = calls.swr_alloc_set_opts2(
      &converter, &output, AV_SAMPLE_FMT_FLT, frame.sample_rate, &input,
      AVSampleFormat(frame.format), frame.sample_rate, 0, nil)
    guard sampleRate > 0, channelCount > 0, made >= 0, calls.swr_init(converter) >= 0 else {
      calls.swr_free(&converter)
      throw .noSound
    }
    try take()
  }

  deinit { calls.swr_free(&converter) }

  /// A text that the file has under libav’s name for it, such as `title`.
  public func text(_ name: String) -> String? { feed.container.text(name) }

  /// The picture on its cover, with its MIME type.
  public var picture: (type: String, bytes: [UInt8])? { feed.container.picture }

  /// Decodes the next samples.
  ///
  /// - Parameter block: where they go, interleaved; its length says how many are wanted at most.
  /// - Returns: how many there were for each channel: 0 at the end.
  public func read(into block: UnsafeMutableBufferPointer<Float>) throws(MediaError) -> Int {
    let wanted = block.count / channelCount
    while !isAtEnd, pending.count < (wanted + Self.keptFrames * frameLength) * channelCount {
      switch feed.next() {
      case .frame: try take()
      case .damage: addSilence()
      case .end: try finish()
      }
    }
    let kept = isAtEnd ? 0 : Self.keptFrames * frameLength
    let count = min(wanted, max(0, pending.count / channelCount - kept))
    let length = count * channelCount
    for index in 0..<length { block[index] = pending[index] }
    pending.removeFirst(length)
    return count
  }

  /// Adds the frame that was decoded.
  private func take() throws(MediaError) {
    let frame = feed.frame
    guard Int(frame.sample_rate) == sampleRate, frame.format == sampleFormat,
      Int(frame.ch_layout.nb_channels) == channelCount
    else { throw .changingShape(sample: decoded) }
    frameLength = max(frameLength, Int(frame.nb_samples))
    var block = [Float](repeating: 0, count: Int(frame.nb_samples) * channelCount)
    let count = block.withUnsafeMutableBytes { bytes in
      var output = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let input = UnsafeMutableRawPointer(frame.extended_data)
      return calls.swr_convert(
        converter, &output, frame.nb_samples,
        input?.assumingMemoryBound(to: UnsafePointer<UInt8>?.self), frame.nb_samples)
    }
    pending += block[..<(max(0, Int(count)) * channelCount)]
    decoded += max(0, Int(count))
  }

  private func addSilence() {
    damage = ((damage?.count ?? 0) + 1, damage?.sample ?? decoded)
    pending += [Float](repeating: 0, count: frameLength * channelCount)
    decoded += frameLength
  }

  /// Cuts what lies behind the last sample, and refuses a file that is shorter than it says.
  private func finish() throws(MediaError) {
    isAtEnd = true
    let stated = feed.container.statedSeconds ?? 0
    if feed.wasCutOff || Double(decoded) / Double(sampleRate) < stated - Self.tolerance {
      throw .truncated(sample: decoded)
    }
    let excess = decoded - (exactCount ?? count ?? decoded)
    guard excess > 0, excess <= Self.keptFrames * frameLength else { return }
    pending.removeLast(min(pending.count, excess * channelCount))
  }

  /// The length of the sound of an MP4: all that there is, without what the encoder has put in front, or less if an edit list
  /// says so. Edit lists often count in milliseconds, so that a difference below one is none.
  private var count: Int? {
    guard let edited = feed.container.stated(sampleRate: sampleRate),
      let whole = try? MediaContainer(
        descriptor: descriptor, library: feed.container.library, withEdits: false),
      let length = whole.stated(sampleRate: sampleRate), let start = whole.firstTime
    else { return nil }
    let all = length + min(0, start)
    return all > edited + sampleRate / 1000 ? edited : all
  }

  /// What iTunes says of the encoder: a number that is not used, samples before, samples behind, and samples of sound,
  /// all of them hexadecimal.
  private static func exactCount(of container: MediaContainer) -> Int? {
    let fields = container.text("iTunSMPB")?.split(separator: " ") ?? []
    guard fields.count >= 4, let count = Int(fields[3], radix: 16), count > 0 else { return nil }
    return count
  }
}
