import DivisiScore
import Glibc

@testable import AudioFiles

/// What the fuzzer starts from: the files of the tests, and small ones of the formats that Divisi writes.
enum Seeds {
  /// No seed is longer, so that inputs are tried quickly.
  private static let largestByteCount = 256 << 10

  /// Writes a folder of seeds for each parser, and ends the process.
  static func write(to folder: String) -> Never {
    for parser in Parser.allCases {
      let own = "\(folder)/\(parser.rawValue)"
      let seeds = seeds(of: parser).filter { $0.count <= largestByteCount }
      guard !seeds.isEmpty, mkdir(own, 0o755) == 0 || errno == EEXIST else {
        fail("\(own): expected a folder, and seeds for it")
      }
      for (number, bytes) in seeds.enumerated() { write(bytes, to: "\(own)/seed-\(number)") }
    }
    exit(0)
  }

  private static func seeds(of parser: Parser) -> [[UInt8]] {
    switch parser {
    case .midi: files(["mid", "midi"])
    case .musicxml: files(["musicxml", "xml"])
    case .mxl: files(["mxl"])
    case .csv: files(["csv", "tsv"])
    case .cover: [AudioFormat.flac, .ogg, .opus].map(recording)
    case .preset: files(["ttl"])
    case .notes:
      [
        Array(
          SavedNotes(
            parts: [
              Part(
                name: "left",
                notes: [
                  Note(onsetSeconds: 0.5, releaseSeconds: 1, dampedSeconds: 1.25, pitch: 48)
                ]),
              Part(name: "right", notes: []),
            ], hasPedal: true
          ).text.utf8)
      ]
    case .alignment:
      [
        Array(
          """
          divisi-alignment 1 9c3f2a0b17e4d855 good 1.02 0 0.0 93.5 0.0
          point 0.5 0.73
          point 0.9 1.2
          divisi-notes 1 pedal
          part left
          0.73 1.21 1.46 48 80
          part right

          """.utf8)
      ]
    case .model:
      [
        SafeTensors.encoded(
          metadata: ["format": "divisi", "window": "4096"],
          shapes: ["templates": [2, 3], "nothing": [0], "onsets": [4]]
        ) { name in
          name == "templates"
            ? [1, 0.5, 0, -1, .infinity, 2] : name == "onsets" ? [0, 1, 2, 3] : []
        }
      ]
    case .osc:
      [
        OSCMessage(
          "/divisi/sn[a-c]re/{gain,pan}", .number(-3), .integer(1), .text("a"), .truth(true)),
        OSCMessage("/divisi/*/mute", .integer(1)), OSCMessage("/divisi/subscribe"),
      ].map(\.bytes)
        + OSCPacket.datagrams((0..<3).map { OSCMessage("/divisi/part_\($0)/gain", .number(1)) })
    }
  }

  // MARK: Files

  private static let root = String(
    #filePath.split(separator: "/").dropLast(3).joined(separator: "/"))

  /// The files below tests and presets whose names end in one of some ways.
  private static func files(_ endings: [String]) -> [[UInt8]] {
    ["Tests", "Presets", "Plugin"].flatMap { paths(below: "/\(root)/\($0)") }
      .filter { path in endings.contains { path.hasSuffix(".\($0)") } }
      .sorted().map(read)
  }

  private static func paths(below folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      let path = "\(folder)/\(name)"
      if Int(entry.pointee.d_type) == Int(DT_DIR) {
        found += paths(below: path)
      } else {
        found.append(path)
      }
    }
    return found
  }

  /// A short recording with a cover.
  private static func recording(as format: AudioFormat) -> [UInt8] {
    var tags = AudioTags()
    tags.texts[.title] = "Nocturne"
    tags.picture = AudioTags.Picture(
      type: "image/png", bytes: (0..<300).map(UInt8.init(truncatingIfNeeded:)))
    let path = "/tmp/divisi-fuzz-\(getpid())"
    defer { unlink(path) }
    let silence = AudioBuffer(sampleRate: 48_000, channels: [[Float](repeating: 0, count: 4800)])
    do {
      try AudioFile.write(silence, to: path, as: format, details: EncodingDetails(tags: tags))
    } catch {
      fail("\(error)")
    }
    return read(path)
  }

  private static func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail("\(path): expected a file") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: largestByteCount + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  private static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "wb"), fwrite(bytes, 1, bytes.count, file) == bytes.count,
      fclose(file) == 0
    else { fail("\(path): expected to write a seed") }
  }

  private static func fail(_ text: String) -> Never {
    perror(text)
    exit(1)
  }
}
