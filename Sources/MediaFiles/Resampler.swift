internal import CLibAV

/// Another sample rate for samples that come piece by piece.
///
/// The output begins with the first sample, and has as many as fit into the same time. It is the same in whatever
/// pieces the input comes.
///
/// - Thread: one at a time.
public final class Resampler {
  private let calls: libav
  private let channelCount: Int
  private let rates: (input: Int, output: Int)
  private var converter: OpaquePointer?
  private var counts = (input: 0, output: 0)

  /// - Parameters:
  ///   - input: samples per second, at least 1; and so for the output.
  ///   - channelCount: at least 1.
  /// - Throws: ``MediaError/missingLibraries(packages:)``, or ``MediaError/noSound`` for rates that libav does not take.
  public init(from input: Int, to output: Int, channelCount: Int) throws(MediaError) {
    guard let library = MediaLibrary.shared else {
      throw .missingLibraries(packages: MediaLibrary.packages)
    }
    calls = library.calls
    self.channelCount = channelCount
    rates = (input, output)
    var layout = AVChannelLayout()
    layout.order = AV_CHANNEL_ORDER_UNSPEC
    layout.nb_channels = Int32(channelCount)
    var outputLayout = layout
    let made = calls.swr_alloc_set_opts2(
      &converter, &outputLayout, AV_SAMPLE_FMT_FLT, Int32(output), &layout, AV_SAMPLE_FMT_FLT,
      Int32(input), 0, nil)
    guard made >= 0, calls.swr_init(converter) >= 0 else {
      calls.swr_free(&converter)
      throw .noSound
    }
  }

  deinit { calls.swr_free(&converter) }

  /// What is known of the output after more of the input, both interleaved.
  public func append(_ samples: UnsafeBufferPointer<Float>) -> [Float] {
    counts.input += samples.count / channelCount
    return samples.withMemoryRebound(to: UInt8.self) { bytes in
      var input = bytes.baseAddress
      return convert(&input, count: samples.count / channelCount)
    }
  }

  /// The rest of the output. Nothing may follow.
  public func finish() -> [Float] {
    let whole = (counts.input * rates.output + rates.input / 2) / rates.input
    let missing = max(0, whole - counts.output)
    let rest = convert(nil, count: missing).prefix(missing * channelCount)
    return rest + [Float](repeating: 0, count: missing * channelCount - rest.count)
  }

  /// - Parameter input: nil at the end, when the count says how many samples are still to come.
  private func convert(_ input: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int) -> [Float]
  {
    // More than one that has been kept back may come.
    let room = count * rates.output / rates.input + Self.keptLimit
    var block = [Float](repeating: 0, count: room * channelCount)
    let converted = block.withUnsafeMutableBytes { bytes in
      var output = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return calls.swr_convert(
        converter, &output, Int32(room), input, input == nil ? 0 : Int32(count))
    }
    let length = max(0, Int(converted))
    counts.output += length
    block.removeLast(block.count - length * channelCount)
    return block
  }

  /// Samples of the output that the filter holds back at most; libav's has 32 of the input on each side.
  private static let keptLimit = 1024
}
