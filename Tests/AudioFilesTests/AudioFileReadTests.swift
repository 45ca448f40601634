import AudioFiles
import CSndfile
import Testing

/// The error that a file of the given bytes leads to.
private func error(reading bytes: some Sequence<UInt8>, name: String = "x.wav") -> AudioFileError? {
  let folder = TemporaryFolder()
  write(bytes, to: folder.file(name))
  return #expect(throws: AudioFileError.self) { try AudioFile.read(path: folder.file(name)) }
}

/// The bytes of a recording in any of libsndfile's formats; empty if it has not that format.
private func encoded(
  _ format: Int, sampleRate: Int = 44_100, channels: [[Float]]? = nil
) -> [UInt8] {
  let folder = TemporaryFolder()
  let channels = channels ?? stereoNoise(count: 100_000, amplitude: 0.3).channels
  guard
    writeWithLibrary(channels, sampleRate: sampleRate, to: folder.file("x"), format: format)
  else { return [] }
  return bytes(of: folder.file("x"))
}

@Suite struct AudioFileReadTests {
  @Test(arguments: [
    SF_FORMAT_WAV | SF_FORMAT_PCM_24, SF_FORMAT_WAVEX | SF_FORMAT_PCM_24,
    SF_FORMAT_WAV | SF_FORMAT_DOUBLE, SF_FORMAT_RF64 | SF_FORMAT_PCM_24,
    SF_FORMAT_AIFF | SF_FORMAT_PCM_24, SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
    SF_FORMAT_CAF | SF_FORMAT_PCM_24, SF_FORMAT_W64 | SF_FORMAT_PCM_24,
    SF_FORMAT_AU | SF_FORMAT_FLOAT,
  ])
  func losslessFormatsAreReadExactly(format: Int) throws {
    let folder = TemporaryFolder()
    let channels = stereoNoise().channels.map { $0.map(AudioFormat.wav24.quantized) }
    try #require(writeWithLibrary(channels, to: folder.file("x"), format: format))
    #expect(
      try AudioFile.read(path: folder.file("x"))
        == AudioBuffer(sampleRate: 44_100, channels: channels))
  }

  @Test(arguments: [
    SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
  ])
  func lossyFormatsAreReadWhole(format: Int) throws {
    let folder = TemporaryFolder()
    guard writeWithLibrary([noise(count: 50_000, seed: 1)], to: folder.file("x"), format: format)
    else { return }  // a libsndfile built without it
    let buffer = try AudioFile.read(path: folder.file("x"))
    #expect(buffer.sampleCount == 50_000)
    #expect(buffer.durationSeconds == 50_000.0 / 44_100)
  }

  @Test func peaksBeyondFullScaleAreKept() throws {
    let folder = TemporaryFolder()
    let channels: [[Float]] = [[0, 3.5, -100, 1e-30]]
    try #require(
      writeWithLibrary(channels, to: folder.file("x"), format: SF_FORMAT_WAV | SF_FORMAT_FLOAT))
    #expect(try AudioFile.read(path: folder.file("x")).channels == channels)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aSampleThatIsNotFiniteIsRefusedWithItsPlace(value: Float) {
    var channels = stereoNoise(count: 60_000).channels
    channels[0][50_000] = value
    channels[1][44_100] = value
    let bytes = encoded(SF_FORMAT_WAV | SF_FORMAT_FLOAT, channels: channels)
    let error = error(reading: bytes)
    #expect(error?.place == "channel 2, sample 44100 (1.000 s)")
    #expect(error?.expected == "a finite sample")
    #expect(error?.found == "it is \(value)")
  }

  @Test func whatIsNoAudioFileIsRefused() {
    #expect(error(reading: [])?.found == "the file is empty")
    #expect(error(reading: "just a text\n".utf8)?.found == "its format is not known")
    #expect(error(reading: "MThd\u{0}\u{0}\u{0}\u{6}".utf8)?.found == "its format is not known")
    #expect(error(reading: [UInt8](repeating: 0, count: 9999))?.expected == "an audio file")
    let missing = #expect(throws: AudioFileError.self) { try AudioFile.read(path: "/no/mix.wav") }
    #expect(
      missing?.description == "/no/mix.wav: expected an audio file; No such file or directory")
    let folder = #expect(throws: AudioFileError.self) { try AudioFile.read(path: "/tmp") }
    #expect(folder?.description == "/tmp: expected an audio file; this is a folder")
    let device = #expect(throws: AudioFileError.self) { try AudioFile.read(path: "/dev/zero") }
    #expect(device?.found == "this is not a regular file")
  }

  @Test func aHeaderWithoutSamplesIsRefused() {
    let bytes = encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16, channels: [[]])
    #expect(error(reading: bytes)?.expected == "at least one sample")
  }

  @Test(arguments: [4_000, 7_999, 192_001, 384_000])
  func otherSampleRatesAreRefused(sampleRate: Int) {
    let bytes = encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16, sampleRate: sampleRate)
    let error = error(reading: bytes)
    #expect(error?.expected == "a sample rate of 8000 to 192000 Hz")
    #expect(error?.found == "it is \(sampleRate) Hz")
  }

  @Test func moreThanSixtyFourChannelsAreRefused() {
    let channels = [[Float]](repeating: [0, 0], count: 65)
    let error = error(reading: encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16, channels: channels))
    #expect(error?.description.hasSuffix("expected 1 to 64 channels; there are 65") == true)
  }

  @Test(arguments: [
    SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_WAVEX | SF_FORMAT_PCM_24,
    SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM,
    SF_FORMAT_RF64 | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
    SF_FORMAT_W64 | SF_FORMAT_PCM_16, SF_FORMAT_CAF | SF_FORMAT_PCM_16,
    SF_FORMAT_CAF | SF_FORMAT_ALAC_16, SF_FORMAT_AU | SF_FORMAT_PCM_16,
    SF_FORMAT_AU | SF_ENDIAN_LITTLE | SF_FORMAT_PCM_16,
  ])
  func aHeaderThatPromisesMoreIsRefused(format: Int) throws {
    let whole = encoded(format)
    try #require(whole.count > 1000)
    for missing in [1, 100, whole.count / 2] {
      let error = error(reading: whole.dropLast(missing))
      #expect(error?.found == "the file is truncated")
      #expect(error?.place == "byte \(whole.count - missing)")
    }
  }

  /// A chunk of text before the sound, of odd length, is stepped over with its padding.
  @Test func chunksBeforeTheSoundAreSteppedOver() throws {
    let plain = encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16)
    let extra = Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0]
    let whole = plain[..<36] + extra + plain[36...]
    let folder = TemporaryFolder()
    write(whole, to: folder.file("x.wav"))
    #expect(try AudioFile.read(path: folder.file("x.wav")).sampleCount == 100_000)
    #expect(error(reading: whole.dropLast(5))?.expected == "5 more bytes of sound")
  }

  @Test(arguments: [
    [0xFF, 0xFF, 0xFF, 0xFF], [0x00, 0xF0, 0xFF, 0x7F], [0x00, 0x00, 0x00, 0x80],
  ])
  func aStreamThatNeverLearntItsLengthIsReadToItsEnd(size: [UInt8]) throws {
    var whole = encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16)
    whole.replaceSubrange(4..<8, with: size)
    whole.replaceSubrange(40..<44, with: size)
    let folder = TemporaryFolder()
    write(whole, to: folder.file("x.wav"))
    #expect(try AudioFile.read(path: folder.file("x.wav")).sampleCount == 100_000)
  }

  @Test(arguments: [
    SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
    SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
  ])
  func aCompressedFileCutShortIsRefused(format: Int) {
    let whole = encoded(format)
    guard !whole.isEmpty else { return }
    for missing in [1, 100, whole.count / 3, whole.count / 2] {
      let error = error(reading: whole.dropLast(missing))
      #expect(error?.place != nil)
    }
  }

  @Test func damageWithinAFLACFileIsRefused() {
    var whole = encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
    for index in 0..<64 { whole[whole.count / 2 + index] ^= 0x5A }
    #expect(error(reading: whole)?.expected == "sound that can be decoded")
  }

  /// A program that was stopped has left its header as it was at the start.
  @Test(arguments: [(0, 0), (36, 0), (200_036, 0)])
  func aWAVThatSaysItIsEmptyIsReadToItsEnd(riffSize: Int, dataSize: Int) throws {
    var whole = encoded(SF_FORMAT_WAV | SF_FORMAT_PCM_16)
    func bytes(_ size: Int) -> [UInt8] { (0..<4).map { UInt8(size >> (8 * $0) & 0xFF) } }
    let samples = try AudioFile.read(path: saved(whole)).channels
    whole.replaceSubrange(4..<8, with: bytes(riffSize))
    whole.replaceSubrange(40..<44, with: bytes(dataSize))
    #expect(try AudioFile.read(path: saved(whole)).channels == samples)
    // One that is empty, with a chunk behind its sound, is no such file.
    let empty = whole[..<44] + "LIST".utf8 + [4, 0, 0, 0] + "INFO".utf8
    #expect(error(reading: empty)?.expected == "at least one sample")
  }

  private let folder = TemporaryFolder()
  private func saved(_ bytes: some Sequence<UInt8>) -> String {
    write(bytes, to: folder.file("saved.wav"))
    return folder.file("saved.wav")
  }

  @Test func lyingHeadersDoNotTakeTheMachineDown() {
    var flac = encoded(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
    // The 36 bits of the sample count in STREAMINFO: 19 hours.
    flac[21] |= 0x0F
    flac.replaceSubrange(22..<26, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(error(reading: flac) != nil)
    var wav = encoded(SF_FORMAT_RF64 | SF_FORMAT_PCM_16)
    wav.replaceSubrange(28..<36, with: [UInt8](repeating: 0xF7, count: 8))
    #expect(error(reading: wav)?.found == "the file is truncated")
  }

  @Test func anyDamageToAHeaderIsReadOrRefused() throws {
    let folder = TemporaryFolder()
    var state: UInt32 = 1
    for format in [
      SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
      SF_FORMAT_W64 | SF_FORMAT_PCM_16, SF_FORMAT_CAF | SF_FORMAT_PCM_16,
      SF_FORMAT_AU | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
    ] {
      let whole = encoded(format, channels: stereoNoise(count: 200).channels)
      var outcomes = 0
      for _ in 0..<100 {
        var damaged = whole
        for _ in 0..<3 {
          state = state &* 1_664_525 &+ 1_013_904_223
          damaged[Int(state >> 8) % 100] = UInt8(state >> 24)
        }
        write(damaged, to: folder.file("x"))
        do {
          let buffer = try AudioFile.read(path: folder.file("x"))
          outcomes += buffer.channels.joined().allSatisfy(\.isFinite) ? 1 : 0
        } catch {
          outcomes += error.description.contains("\n") ? 0 : 1
        }
      }
      #expect(outcomes == 100)
    }
  }
}
