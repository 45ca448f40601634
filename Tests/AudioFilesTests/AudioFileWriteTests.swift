import Glibc
import Testing

@testable import AudioFiles

@Suite struct AudioFileWriteTests {
  @Test(arguments: AudioFormat.allCases.filter { !$0.isLossy })
  func whatIsReadIsWhatQuantizingSaid(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    let buffer = stereoNoise(count: 40_000, amplitude: 1.1)
    let path = folder.file("x." + format.fileExtension)
    let clipped = try AudioFile.write(buffer, to: path, as: format)
    let expected = AudioBuffer(
      sampleRate: 44_100, channels: buffer.channels.map { $0.map(format.quantized) })
    let read = try AudioFile.read(path: path)
    #expect(read == expected)
    let beyond = buffer.channels.joined().count { abs($0) > 1 }
    #expect(format == .wavFloat ? clipped == 0 : clipped >= beyond && clipped < beyond + 100)
  }

  /// The residual takes up what rounding took from the parts.
  @Test(arguments: [(AudioFormat.flac, Float(1e-5)), (.wav16, 2e-5), (.wavFloat, 1e-6)])
  func partsAndResidualAddUp(format: AudioFormat, tolerance: Float) throws {
    let folder = TemporaryFolder()
    let mix = noise(count: 20_000, seed: 7, amplitude: 0.9)
    var left = zip(mix, noise(count: 20_000, seed: 8)).map { $0 * abs($1) }
    var right = zip(mix, left).map { 0.9 * ($0 - $1) }
    format.quantize(&left)
    format.quantize(&right)
    let residual = mix.indices.map { mix[$0] - left[$0] - right[$0] }
    var sum = [Float](repeating: 0, count: mix.count)
    for (name, part) in [("left", left), ("right", right), ("residual", residual)] {
      let path = folder.file(name)
      let buffer = AudioBuffer(sampleRate: 48_000, channels: [part])
      #expect(try AudioFile.write(buffer, to: path, as: format) == 0)
      for (index, sample) in try AudioFile.read(path: path).channels[0].enumerated() {
        sum[index] += sample
      }
    }
    let worst = zip(sum, mix).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < tolerance)
  }

  @Test func aMixOnTheGridComesBackExactly() throws {
    let mix = noise(count: 10_000, seed: 9, amplitude: 0.5).map(AudioFormat.flac.quantized)
    let part = mix.map { AudioFormat.flac.quantized($0 * 0.3) }
    let residual = zip(mix, part).map { $0 - $1 }
    #expect(residual.map(AudioFormat.flac.quantized) == residual)
    #expect(zip(part, residual).map { $0 + $1 } == mix)
  }

  @Test(arguments: AudioFormat.allCases.filter { !$0.isLossy })
  func theSameSamplesGiveTheSameBytes(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    try AudioFile.write(stereoNoise(), to: folder.file("a"), as: format)
    try AudioFile.write(stereoNoise(), to: folder.file("b"), as: format)
    let first = bytes(of: folder.file("a"))
    #expect(first == bytes(of: folder.file("b")))
    // libsndfile's chunk of peaks has the time in it.
    #expect(!first.indices.contains { first[$0...].starts(with: "PEAK".utf8) })
  }

  @Test(arguments: [(1, 8_000), (2, 192_000), (8, 44_100)])
  func channelsAndRatesSurvive(channelCount: Int, sampleRate: Int) throws {
    let folder = TemporaryFolder()
    let channels = (0..<channelCount).map { noise(count: 100, seed: UInt64($0), amplitude: 0.5) }
    let buffer = AudioBuffer(sampleRate: sampleRate, channels: channels)
    for format in AudioFormat.allCases where !format.isLossy {
      let path = folder.file(format.rawValue)
      try AudioFile.write(buffer, to: path, as: format)
      let read = try AudioFile.read(path: path)
      #expect(read.sampleRate == sampleRate)
      #expect(read.channels == channels.map { $0.map(format.quantized) })
    }
  }

  @Test func sixtyFourChannelsGoIntoWAVButNotIntoFLAC() throws {
    let folder = TemporaryFolder()
    let channels = (0..<64).map { noise(count: 50, seed: UInt64($0)) }
    let buffer = AudioBuffer(sampleRate: 44_100, channels: channels)
    try AudioFile.write(buffer, to: folder.file("x.wav"), as: .wavFloat)
    #expect(try AudioFile.read(path: folder.file("x.wav")) == buffer)
    let error = #expect(throws: AudioFileError.self) {
      try AudioFile.write(buffer, to: folder.file("x.flac"), as: .flac)
    }
    #expect(
      error?.description == folder.file("x.flac")
        + ": expected at most 8 channels for flac (wav24 takes more); there are 64")
    #expect(folder.names == ["x.wav"])
  }

  @Test func ratesBeyondFLACAreRefused() {
    let folder = TemporaryFolder()
    let buffer = AudioBuffer(sampleRate: 700_000, channels: [[0]])
    let error = #expect(throws: AudioFileError.self) {
      try AudioFile.write(buffer, to: folder.file("x.flac"), as: .flac)
    }
    #expect(error?.found == "it is 700000 Hz")
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [Float.nan, .infinity])
  func aSampleThatIsNotFiniteIsRefused(value: Float) {
    let folder = TemporaryFolder()
    var channels = stereoNoise(count: 30_000).channels
    channels[1][20_000] = value
    for format in AudioFormat.allCases {
      let error = #expect(throws: AudioFileError.self) {
        try AudioFile.write(
          AudioBuffer(sampleRate: 8000, channels: channels), to: folder.file("x"), as: format)
      }
      #expect(error?.place == "channel 2, sample 20000 (2.500 s)")
    }
    #expect(folder.names.isEmpty)
  }

  @Test func anExistingFileIsKept() throws {
    let folder = TemporaryFolder()
    write("precious".utf8, to: folder.file("x.wav"))
    let error = #expect(throws: AudioFileError.self) {
      try AudioFile.write(stereoNoise(), to: folder.file("x.wav"), as: .wav16)
    }
    #expect(error?.found == "File exists")
    #expect(bytes(of: folder.file("x.wav")) == Array("precious".utf8))
  }

  /// The last bytes of a FLAC file are written when it is closed, and libsndfile drops that result.
  @Test(arguments: AudioFormat.allCases.filter { $0 != .opus }, [10, 100_000])
  func aFullDiskIsNoticed(format: AudioFormat, sampleCount: Int) {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let error = #expect(throws: AudioFileError.self) {
      try AudioFile.encode(
        stereoNoise(count: sampleCount), as: format, into: descriptor, named: "out/left.x")
    }
    #expect(
      error?.description == "out/left.x: expected to write this file; No space left on device")
  }

  @Test func largeFilesBecomeRF64() {
    func isLarge(_ format: AudioFormat, _ sampleCount: Int) -> Bool {
      AudioFile.needsLargeContainer(format, channelCount: 2, sampleCount: sampleCount)
    }
    #expect(!isLarge(.wav16, 1_073_000_000))
    #expect(isLarge(.wav16, 1_073_741_824))
    #expect(!isLarge(.wavFloat, 536_000_000))
    #expect(isLarge(.wavFloat, 536_870_912))
    #expect(isLarge(.wav24, .max))
  }

  @Test func placesAreStatedInSecondsToTheMillisecond() {
    #expect(
      AudioFile.place(channel: 0, sample: 44_101, sampleRate: 44_100)
        == "channel 1, sample 44101 (1.000 s)")
    #expect(
      AudioFile.place(channel: 3, sample: 550, sampleRate: 8_000)
        == "channel 4, sample 550 (0.069 s)")
  }
}
