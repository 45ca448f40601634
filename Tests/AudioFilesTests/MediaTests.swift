import AudioFiles
import Foundation
import Testing

/// The program that makes files which libsndfile does not know.
private enum FFmpeg {
  static let path = "/usr/bin/ffmpeg"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

  static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-nostdin", "-v", "error", "-y"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "ffmpeg \(arguments)")
  }
}

@Suite(.enabled(if: FFmpeg.isThere, "without the program ffmpeg there are no files to read"))
struct MediaTests {
  private let folder = TemporaryFolder()
  /// 16 bits, so that lossless codecs keep them.
  private let buffer = AudioBuffer(
    sampleRate: 44_100,
    channels: stereoNoise(count: 100_123, amplitude: 0.3).channels.map {
      // Noise without its treble, which lossy codecs do not keep.
      var low: Float = 0
      return $0.map {
        low += 0.05 * ($0 - low)
        return AudioFormat.wav16.quantized(low)
      }
    })

  /// Makes a file of ``buffer``, and returns its path.
  private func file(_ name: String, _ options: [String]) throws -> String {
    try AudioFile.write(buffer, to: folder.file("\(name).wav"), as: .wav16)
    try FFmpeg.run(["-i", folder.file("\(name).wav")] + options + [folder.file(name)])
    return folder.file(name)
  }

  @Test(arguments: [
    ("x.m4a", ["-c:a", "alac"]), ("x.mka", ["-c:a", "flac"]), ("x.mkv", ["-c:a", "pcm_s16le"]),
    ("x.avi", ["-c:a", "pcm_s16le"]), ("x.wv", []), ("x.tta", []),
    ("x.mov", ["-c:a", "pcm_s16le"]),
  ])
  func losslessSoundIsReadExactly(name: String, options: [String]) throws {
    let path = try file(name, options)
    #expect(try AudioFile.read(path: path) == buffer)
    // The header does not promise what only decoding tells.
    #expect(try AudioFileReader(path: path).statedCount == 0)
  }

  /// What encoders put before the sound and behind it is left out.
  @Test(arguments: [
    ("x.m4a", ["-c:a", "aac", "-b:a", "192k"]),
    ("x.mp4", ["-f", "lavfi", "-i", "testsrc=s=64x64:d=3", "-c:v", "mpeg4", "-c:a", "aac"]),
    ("x.webm", ["-c:a", "libopus", "-ar", "48000"]),
  ])
  func startAndLengthAreThoseOfTheSound(name: String, options: [String]) throws {
    let read = try AudioFile.read(path: file(name, options))
    guard read.sampleRate == 44_100 else {
      #expect(read.sampleRate == 48_000)
      #expect(abs(read.sampleCount - 100_123 * 48_000 / 44_100) <= 1)
      return
    }
    #expect(read.sampleCount == buffer.sampleCount)
    #expect(read.channels.count == 2)
    #expect(isInTime(read.channels[0], with: buffer.channels[0]))
  }

  @Test func otherCodecsAreRead() throws {
    for (name, options) in [
      ("x.wma", [String]()), ("x.flv", ["-c:a", "mp3"]), ("x.ts", []), ("x.ac3", []),
    ] {
      let read = try AudioFile.read(path: file(name, options))
      #expect(read.channels.count == 2)
      #expect(abs(read.sampleCount - buffer.sampleCount) < 5000, "\(name)")
      let power = read.channels[0].reduce(0) { $0 + $1 * $1 }
      let expected = buffer.channels[0].reduce(0) { $0 + $1 * $1 }
      #expect(abs(power / expected - 1) < 0.2, "\(name)")
    }
  }

  /// Blocks of any length give the same samples.
  @Test func blocksDoNotMatter() throws {
    let path = try file("x.m4a", ["-c:a", "aac"])
    let whole = try AudioFile.read(path: path)
    let reader = try AudioFileReader(path: path)
    var samples: [Float] = []
    for length in 1... {
      var block = [Float](repeating: 0, count: 2 * (length * 37 % 3000 + 1))
      let count = try reader.read(into: &block)
      if count == 0 { break }
      samples += (0..<count).map { block[2 * $0] }
    }
    #expect(samples == whole.channels[0])
  }

  @Test func tagsAndPicturesAreRead() throws {
    try FFmpeg.run([
      "-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", folder.file("cover.png"),
    ])
    let path = try file(
      "x.m4a",
      [
        "-i", folder.file("cover.png"), "-map", "0:a", "-map", "1:v", "-c:v", "copy",
        "-disposition:v:0", "attached_pic", "-metadata", "title=Étude", "-metadata", "artist=Шопен",
        "-metadata", "date=1833",
      ])
    let tags = try AudioFileReader(path: path).tags
    #expect(tags.texts == [.title: "Étude", .artist: "Шопен", .date: "1833"])
    #expect(tags.picture?.type == "image/png")
    #expect(tags.picture?.bytes == bytes(of: folder.file("cover.png")))
  }

  @Test(arguments: [("x.m4a", ["-c:a", "alac"]), ("x.mka", ["-c:a", "flac"])])
  func aFileCutShortIsRefused(name: String, options: [String]) throws {
    // With the index in front, as files are that are made for the network.
    let whole = bytes(
      of: try file(name, options + (name == "x.m4a" ? ["-movflags", "faststart"] : [])))
    write(whole.dropLast(whole.count / 3), to: folder.file("cut"))
    let error = #expect(throws: AudioFileError.self) {
      try AudioFile.read(path: folder.file("cut"))
    }
    #expect(error?.found == "the file is truncated")
  }

  @Test func whatCannotBeDecodedIsSilentAndSaid() throws {
    var damaged = bytes(of: try file("x.m4a", ["-c:a", "aac", "-movflags", "faststart"]))
    let start = try #require(damaged.indices.first { damaged[$0...].starts(with: "mdat".utf8) })
    let middle = (start + damaged.count) / 2
    for index in 0..<2000 { damaged[middle + index] = UInt8(truncatingIfNeeded: index &* 7 ^ 0xA5) }
    write(damaged, to: folder.file("damaged"))
    var warnings: [String] = []
    let read = try AudioFile.read(path: folder.file("damaged"), warn: { warnings.append($0) })
    #expect(read.sampleCount == buffer.sampleCount)
    #expect(warnings.count == 1 && warnings[0].contains("could not be decoded"))
    #expect(!warnings.joined().contains("\n"))
  }

  /// Formats that lead to other files are not read, and any damage is survived.
  @Test func hostileFilesAreRefusedInALine() throws {
    let path = try file("x.m4a", ["-c:a", "aac"])
    for playlist in [
      "ffconcat version 1.0\nfile '\(path)'\n", "#EXTM3U\n#EXTINF:3,\n\(path)\n",
      "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:\(path)\n#EXT-X-ENDLIST\n",
    ] {
      write(playlist.utf8, to: folder.file("list"))
      let error = #expect(throws: AudioFileError.self) {
        try AudioFile.read(path: folder.file("list"))
      }
      #expect(error?.found == "its format is not known")
    }
    var state: UInt32 = 1
    let whole = bytes(of: path)
    var outcomes = 0
    for _ in 0..<60 {
      var damaged = whole
      for _ in 0..<8 {
        state = state &* 1_664_525 &+ 1_013_904_223
        // The index is at the end, the type at the start.
        let place = Int(state >> 8) % 1000
        damaged[state & 1 == 0 ? place : damaged.count - 1 - place] = UInt8(state >> 24)
      }
      write(damaged, to: folder.file("damaged"))
      do {
        let read = try AudioFile.read(path: folder.file("damaged"))
        outcomes += read.channels.joined().allSatisfy(\.isFinite) ? 1 : 0
      } catch {
        outcomes += error.description.contains("\n") ? 0 : 1
      }
    }
    #expect(outcomes == 60)
  }

  @Test func picturesWithoutSoundAreRefused() throws {
    try FFmpeg.run(
      ["-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-c:v", "mpeg4", folder.file("silent.mp4")])
    let error = #expect(throws: AudioFileError.self) {
      try AudioFile.read(path: folder.file("silent.mp4"))
    }
    #expect(error?.expected == "a file with sound")
  }
}
