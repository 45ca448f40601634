import AudioFiles
import CSndfile
import Glibc
import Testing

/// A chirp in two channels, loud and soft, which gives a decoded file away that is late.
private func chirp(sampleRate: Int, count: Int) -> AudioBuffer {
  var phase: Float = 0
  let mono = (0..<count).map { index -> Float in
    let step = 0.02 + 0.1 * Float(index % 4000) / 4000
    phase += step
    return 0.5 * (phase - phase.rounded()) * (index / 3000 % 2 == 0 ? 1 : 0.1)
  }
  return AudioBuffer(sampleRate: sampleRate, channels: [mono, mono.map { -0.5 * $0 }])
}

@Suite struct LossyFormatTests {
  private static let all = [AudioFormat.ogg, .opus, .mp3]

  @Test(arguments: all, [16_000, 48_000])
  func lengthAndStartAreKept(format: AudioFormat, sampleRate: Int) throws {
    let folder = TemporaryFolder()
    let buffer = chirp(sampleRate: sampleRate, count: 2 * sampleRate + 123)
    let path = folder.file("x." + format.fileExtension)
    #expect(try AudioFile.write(buffer, to: path, as: format) == 0)
    let read = try AudioFile.read(path: path)
    #expect(read.sampleRate == sampleRate)
    #expect(read.channels.map(\.count) == buffer.channels.map(\.count))
    for (channel, samples) in read.channels.enumerated() {
      #expect(isInTime(samples, with: buffer.channels[channel]))
    }
  }

  /// Opus has no 44.1 kHz.
  @Test(arguments: [(44_100, 1), (44_100, 2), (96_000, 3)])
  func opusHasItsOwnRate(sampleRate: Int, channelCount: Int) throws {
    let folder = TemporaryFolder()
    let count = 3 * sampleRate / 2 + 1
    func tone(_ rate: Int, _ count: Int) -> [Float] {
      (0..<count).map { index in
        let seconds = Double(index) / Double(rate)
        return Float(0.4 * sin(2 * .pi * (300 + 400 * seconds) * seconds))
      }
    }
    let mono = tone(sampleRate, count)
    let buffer = AudioBuffer(
      sampleRate: sampleRate, channels: [[Float]](repeating: mono, count: channelCount))
    try AudioFile.write(buffer, to: folder.file("a"), as: .opus)
    let read = try AudioFile.read(path: folder.file("a"))
    #expect(read.sampleRate == 48_000)
    #expect(read.channels.count == channelCount)
    let expected = tone(48_000, (count * 48_000 + sampleRate / 2) / sampleRate)
    for samples in read.channels {
      #expect(samples.count == expected.count)
      #expect(isInTime(samples, with: expected))
    }
  }

  @Test func aConvertedFileDoesNotDependOnItsPieces() throws {
    let folder = TemporaryFolder()
    let buffer = chirp(sampleRate: 44_100, count: 50_000)
    try AudioFile.write(buffer, to: folder.file("a"), as: .opus)
    let staged = try StagedFiles(directory: folder.path)
    let writer = try staged.open(
      name: "b", AudioShape(sampleRate: 44_100, channelCount: 2), as: .opus, expectedCount: 50_000)
    for start in stride(from: 0, to: 50_000, by: 777) {
      try writer.append(buffer.channels.map { $0[start..<min(50_000, start + 777)] })
    }
    try writer.finish()
    try staged.commit()
    #expect(bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
  }

  @Test(arguments: all)
  func theSameSamplesGiveTheSameBytes(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    // libsndfile numbers Ogg streams by the clock, and starts anew with every file.
    for name in ["a", "b"] {
      try AudioFile.write(
        chirp(sampleRate: 48_000, count: 50_000), to: folder.file(name), as: format)
    }
    #expect(bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
    guard format != .mp3 else { return }
    #expect(Array(bytes(of: folder.file("a"))[14..<18]) == [1, 0, 0, 0])
  }

  @Test(arguments: all)
  func moreQualityIsMoreBytes(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    let sizes = try [0.0, 4, 8, 10].map { quality in
      let path = folder.file("\(quality)")
      try AudioFile.write(
        chirp(sampleRate: 48_000, count: 96_000), to: path, as: format,
        details: EncodingDetails(quality: quality))
      return bytes(of: path).count
    }
    #expect(sizes == sizes.sorted())
    #expect(sizes[3] > 2 * sizes[0])
  }

  @Test func whatTheyCannotHoldIsRefused() {
    let folder = TemporaryFolder()
    func refusal(_ format: AudioFormat, sampleRate: Int, channelCount: Int) -> String? {
      let buffer = AudioBuffer(
        sampleRate: sampleRate, channels: [[Float]](repeating: [0, 0], count: channelCount))
      let error = #expect(throws: AudioFileError.self) {
        try AudioFile.write(buffer, to: folder.file("x"), as: format)
      }
      return error.map { "\($0.expected); \($0.found)" }
    }
    #expect(
      refusal(.opus, sampleRate: 1000, channelCount: 2)
        == "a sample rate of 8000, 12000, 16000, 24000, 48000 Hz for opus (ogg takes any); it is 1000 Hz"
    )
    #expect(
      refusal(.mp3, sampleRate: 96_000, channelCount: 2)?.hasSuffix("it is 96000 Hz") == true)
    #expect(
      refusal(.mp3, sampleRate: 48_000, channelCount: 3)
        == "at most 2 channels for mp3 (flac takes more); there are 3")
    #expect(folder.names.isEmpty)
  }
}

@Suite struct TagTests {
  private static var tags: AudioTags {
    var tags = AudioTags()
    tags.texts = [
      .title: "Nocturne № 1", .artist: "Шопен",
      .album: "Op. 9, a title that is longer than 30 bytes",
      .date: "1832", .genre: "Classical", .trackNumber: "1", .comment: "für Klavier",
    ]
    return tags
  }

  @Test(arguments: AudioFormat.allCases)
  func textsComeBack(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    let path = folder.file("x")
    let buffer = chirp(sampleRate: 48_000, count: 20_000)
    try AudioFile.write(
      buffer, to: path, as: format, details: EncodingDetails(tags: Self.tags.of(part: "left")))
    let reader = try AudioFileReader(path: path)
    var expected = Self.tags.texts
    expected[.title] = "Nocturne № 1 (left)"
    #expect(reader.tags.texts == expected)
    #expect(try AudioFile.read(path: path).sampleCount == 20_000)
  }

  @Test(arguments: [AudioFormat.flac, .wav16, .mp3, .ogg, .opus])
  func textsAreHarmlessWhereTheyAreRead(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    let path = folder.file("x.\(format.fileExtension)")
    var tags = AudioTags()
    tags.texts = [.title: "a\u{1B}[31mb\nc", .comment: "d\u{7}\ne"]
    try AudioFile.write(
      chirp(sampleRate: 48_000, count: 5000), to: path, as: format,
      details: EncodingDetails(tags: tags))
    #expect(
      try AudioFileReader(path: path).tags.texts == [.title: "a?[31mb?c", .comment: "d?\ne"])
  }

  @Test(arguments: [(AudioFormat.flac, 1 << 24), (.opus, 1 << 24), (.mp3, 1 << 28)])
  func picturesThatAreTooLargeAreKnown(format: AudioFormat, limit: Int) {
    func picture(_ count: Int) -> AudioTags.Picture {
      AudioTags.Picture(type: "image/png", bytes: [UInt8](repeating: 0, count: count))
    }
    #expect(format.isTooSmall(for: picture(limit)))
    #expect(!format.isTooSmall(for: picture(limit - (1 << 20))))
    #expect(!AudioFormat.wav16.isTooSmall(for: picture(limit)))
  }

  @Test(arguments: [AudioFormat.flac, .mp3, .ogg, .opus])
  func picturesComeBack(format: AudioFormat) throws {
    let folder = TemporaryFolder()
    var tags = Self.tags
    tags.picture = AudioTags.Picture(
      type: "image/png", bytes: (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * $0) })
    let buffer = chirp(sampleRate: 48_000, count: 20_000)
    try AudioFile.write(
      buffer, to: folder.file("x"), as: format, details: EncodingDetails(tags: tags))
    let read = try AudioFile.read(path: folder.file("x"))
    #expect(read.sampleCount == 20_000)
    if format == .flac {
      #expect(read.channels == buffer.channels.map { $0.map(format.quantized) })
    }
    #expect(try AudioFileReader(path: folder.file("x")).tags.picture == tags.picture)
  }

  @Test func aRecordingWithoutTagsGetsNone() throws {
    let folder = TemporaryFolder()
    let buffer = chirp(sampleRate: 48_000, count: 1000)
    try AudioFile.write(buffer, to: folder.file("a"), as: .flac)
    try AudioFile.write(
      buffer, to: folder.file("b"), as: .flac,
      details: EncodingDetails(tags: AudioTags().of(part: "left")))
    #expect(bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
    #expect(try AudioFileReader(path: folder.file("a")).tags == AudioTags())
  }

  @Test func timeStampsGoFromWAVToWAV() throws {
    let folder = TemporaryFolder()
    var info = SF_INFO()
    (info.samplerate, info.channels) = (48_000, 1)
    info.format = CInt(SF_FORMAT_WAV | SF_FORMAT_PCM_24)
    let file = try #require(sf_open(folder.file("in.wav"), CInt(SFM_WRITE), &info))
    var stamp = SF_BROADCAST_INFO()
    stamp.time_reference_low = 172_800_123
    stamp.time_reference_high = 1
    stamp.origination_date.0 = 50
    let size = CInt(MemoryLayout<SF_BROADCAST_INFO>.size)
    #expect(sf_command(file, CInt(SFC_SET_BROADCAST_INFO), &stamp, size) == SF_TRUE)
    sf_writef_float(file, [0.5, 0.25], 2)
    sf_close(file)
    let tags = try AudioFileReader(path: folder.file("in.wav")).tags
    #expect(tags.hasTimeStamp)
    for format in [AudioFormat.wav16, .wav24, .wavFloat] {
      let path = folder.file(format.rawValue)
      try AudioFile.write(
        chirp(sampleRate: 48_000, count: 10), to: path, as: format,
        details: EncodingDetails(tags: tags.of(part: "left")))
      var read = SF_INFO()
      let output = try #require(sf_open(path, CInt(SFM_READ), &read))
      var kept = SF_BROADCAST_INFO()
      #expect(sf_command(output, CInt(SFC_GET_BROADCAST_INFO), &kept, size) == SF_TRUE)
      sf_close(output)
      #expect(kept.time_reference_low == 172_800_123)
      #expect(kept.time_reference_high == 1)
      #expect(kept.origination_date.0 == 50)
      #expect(read.frames == 10)
    }
  }
}
