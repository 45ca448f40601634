internal import CSndfile
internal import Glibc
internal import MediaFiles

/// Samples on their way into an open, seekable descriptor, which stays open.
final class AudioEncoder {
  private let name: String
  private let shape: AudioShape
  private let format: AudioFormat
  private let grid: IntegerGrid?
  private let sink: PinnedSink
  private let picture: AudioTags.Picture?
  /// From the samples' rate to the file's, where that is another.
  private let resampler: Resampler?
  private var file: OpaquePointer?
  private var position = 0
  private var clippedCount = 0
  private var integers: [Int32], floats: [Float]
  private static let blockLength = 16_384

  /// - Parameters:
  ///   - name: what errors call the file.
  ///   - details: how well lossy formats keep the sound, and what else the file says.
  ///   - expectedCount: samples of each channel that will come; WAV beyond 4 GB becomes RF64.
  init(
    _ descriptor: Int32, named name: String, _ shape: AudioShape, as format: AudioFormat,
    details: EncodingDetails, expectedCount: Int
  ) throws(AudioFileError) {
    try shape.check(fits: format, named: name)
    self.name = name
    self.shape = shape
    self.format = format
    grid = format.integerBits.map(IntegerGrid.init)
    let size = Self.blockLength * shape.channelCount
    integers = [Int32](repeating: 0, count: grid == nil ? 0 : size)
    floats = [Float](repeating: 0, count: grid == nil ? size : 0)
    let fileRate = shape.encodedRate(format)
    resampler =
      fileRate == shape.sampleRate ? nil : try Self.resampler(shape, to: fileRate, named: name)
    picture = details.tags.picture
    sink = PinnedSink(
      FileSink(descriptor: descriptor, insertion: details.tags.insertion(for: format)))
    var info = SF_INFO()
    info.samplerate = CInt(fileRate)
    info.channels = CInt(shape.channelCount)
    info.format = AudioFile.libraryFormat(
      format, channelCount: shape.channelCount, sampleCount: expectedCount)
    var callbacks = FileSink.callbacks
    file = nil
    do throws(LibraryOpening.Refusal) {
      let address = sink.address
      file = try LibraryOpening.open {
        sf_open_virtual(&callbacks, CInt(SFM_WRITE), &info, address)
      }
    } catch {
      throw writeError(error.message)
    }
    // The chunk of peaks that libsndfile adds to floating point holds the time of day.
    sf_command(file, CInt(SFC_SET_ADD_PEAK_CHUNK), nil, CInt(SF_FALSE))
    if var level = format.compressionLevel(quality: details.quality) {
      sf_command(
        file, CInt(SFC_SET_COMPRESSION_LEVEL), &level, CInt(MemoryLayout.size(ofValue: level)))
    }
    // The insertion of an MP3 has them all.
    if format != .mp3 { details.tags.set(on: file, format: format) }
  }

  deinit {
    if file != nil { sf_close(file) }
  }

  /// Adds samples, one slice for each channel, all of one length.
  func append(_ channels: [ArraySlice<Float>]) throws(AudioFileError) {
    let sampleCount = channels[0].count
    precondition(channels.allSatisfy { $0.count == sampleCount }, "channels of several lengths")
    for start in stride(from: 0, to: sampleCount, by: Self.blockLength) {
      let count = min(Self.blockLength, sampleCount - start)
      for (channel, samples) in channels.enumerated() {
        try take(samples.dropFirst(start).prefix(count), channel: channel)
      }
      if let resampler {
        let length = count * shape.channelCount
        try write(
          floats.withUnsafeBufferPointer { resampler.append(.init(rebasing: $0[..<length])) })
      } else {
        let written =
          grid == nil
          ? sf_writef_float(file, floats, sf_count_t(count))
          : sf_writef_int(file, integers, sf_count_t(count))
        guard written == sf_count_t(count) else { throw writeError() }
      }
      position += count
    }
  }

  /// Writes interleaved samples as they are.
  private func write(_ samples: [Float]) throws(AudioFileError) {
    let count = sf_count_t(samples.count / shape.channelCount)
    guard count == 0 || sf_writef_float(file, samples, count) == count else { throw writeError() }
  }

  private static func resampler(
    _ shape: AudioShape, to rate: Int, named name: String
  ) throws(AudioFileError) -> Resampler {
    do throws(MediaError) {
      return try Resampler(from: shape.sampleRate, to: rate, channelCount: shape.channelCount)
    } catch {
      guard case .missingLibraries(let packages) = error else { throw shape.misfit(.opus, name) }
      throw AudioFileError(
        name,
        expected:
          "a sample rate of \(rate) Hz for opus, or the packages \(packages), which convert others",
        found: "it is \(shape.sampleRate) Hz, and they are not installed")
    }
  }

  /// Puts a channel’s samples of a block where the library takes them.
  private func take(_ samples: ArraySlice<Float>, channel: Int) throws(AudioFileError) {
    let stride = shape.channelCount
    let isFinite =
      if let grid {
        integers.withUnsafeMutableBufferPointer { integers in
          var count = 0
          defer { clippedCount += count }
          return Self.forEachEight(samples) { first, eight, lanes in
            let levels = grid.leftAligned(eight, clippedCount: &count)
            for lane in 0..<lanes { integers[(first + lane) * stride + channel] = levels[lane] }
          }
        }
      } else {
        floats.withUnsafeMutableBufferPointer { floats in
          Self.forEachEight(samples) { first, eight, lanes in
            for lane in 0..<lanes { floats[(first + lane) * stride + channel] = eight[lane] }
          }
        }
      }
    guard !isFinite, let index = samples.firstIndex(where: { !$0.isFinite }) else { return }
    let place = AudioFile.place(
      channel: channel, sample: position + index - samples.startIndex,
      sampleRate: shape.sampleRate)
    throw AudioFileError(
      name, at: place, expected: "a finite sample", found: "it is \(samples[index])")
  }

  /// Goes through samples eight at a time, the last of them beside zeros.
  ///
  /// - Returns: whether all are finite.
  @inline(__always)
  private static func forEachEight(
    _ samples: ArraySlice<Float>, _ body: (_ first: Int, SIMD8<Float>, _ count: Int) -> Void
  ) -> Bool {
    samples.withUnsafeBufferPointer { samples in
      // Only what is not finite is not zero when multiplied by it.
      var sum = SIMD8<Float>.zero
      for first in stride(from: 0, to: samples.count, by: 8) {
        let count = min(8, samples.count - first)
        var eight = SIMD8<Float>.zero
        if count == 8 {
          eight = UnsafeRawPointer(samples.baseAddress! + first).loadUnaligned(as: SIMD8.self)
        } else {
          for lane in 0..<count { eight[lane] = samples[first + lane] }
        }
        sum += eight * 0
        body(first, eight, count)
      }
      return sum == .zero
    }
  }

  /// Writes what is left, and returns how many samples were clipped. Nothing may follow.
  func finish() throws(AudioFileError) -> Int {
    if let resampler { try write(resampler.finish()) }
    let closed = sf_close(file)
    file = nil
    guard closed == 0, sink.errorNumber == 0 else { throw writeError() }
    if format == .ogg || format == .opus {
      try OggFile.finish(sink.descriptor, picture: picture, named: name)
    }
    return clippedCount
  }

  /// The operating system's reason if there is one, else libsndfile's.
  ///
  /// - Parameter message: libsndfile's, where it did not open the file; nil for what it says of an open one.
  private func writeError(_ message: String? = nil) -> AudioFileError {
    guard sink.errorNumber == 0 else {
      return AudioFileError(
        name, expected: "to write this file", errorNumber: sink.errorNumber)
    }
    return AudioFileError(
      name, expected: "to write this file", found: message ?? libraryMessage(file))
  }
}
