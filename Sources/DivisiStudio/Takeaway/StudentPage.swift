import AudioFiles
import DivisiCommandLine
import FoundationEssentials
import Terminal

/// One HTML file that plays the parts of a take in any browser, without this program and without a network.
struct StudentPage {
  let title: String
  let take: Take
  let score: PlacedScore?
  let reader: TakeReader
  let asker: Asker
  /// A folder for files on the way.
  let cache: String

  /// The sound in all, in bits, so that the page stays below 10 MB: base64 makes four bytes of three.
  private static let mostBits = 6.8e6 * 8
  /// Bits per second for each channel: those of quality 0, and of each step above it.
  private static let leastRate = 16_000.0, rateStep = 11_200.0

  private struct Facts: Encodable {
    let title: String
    let parts: [String]
    let bars: [PrintedBar]
    let notes: [[[Double]]]

    struct PrintedBar: Encodable {
      let number: Int
      let beats: [Double]
      let end: Double
    }
  }

  /// The whole page.
  func html() throws -> [UInt8] {
    let template = String(decoding: PackageResources.student_html, as: UTF8.self)
    let facts = Facts(
      title: title, parts: take.stems.map(\.name),
      bars: (score?.bars ?? []).map {
        Facts.PrintedBar(number: $0.number, beats: $0.beats, end: $0.end)
      },
      notes: (score?.parts ?? []).map { part in
        part.notes.map { [$0.start, $0.release, Double($0.pitch)] }
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    // What ends a script must not be in one.
    let json = String(decoding: try encoder.encode(facts), as: UTF8.self)
      .replacing("<", with: "\\u003c")
    let sounds = try take.stems.indices.map { index in
      "<script type=\"text/plain\" class=\"sound\">\(try encoded(index))</script>"
    }.joined(separator: "\n")
    guard let first = template.firstRange(of: "{FACTS}"),
      let second = template.firstRange(of: "{SOUNDS}")
    else { preconditionFailure("a template without places") }
    let text =
      template[..<first.lowerBound] + json
      + template[first.upperBound..<second.lowerBound] + sounds + template[second.upperBound...]
    return Array(text.utf8)
  }

  /// A stem in Opus, as base64; in Vorbis where a rate cannot be converted.
  private func encoded(_ index: Int) throws -> String {
    let gains = take.stems.indices.map { $0 == index ? Float(1) : 0 }
    let seconds = Double(take.sampleCount) / Double(take.sampleRate)
    let rate =
      Self.mostBits / max(1, seconds) / Double(take.stems.count * take.channelCount)
    let quality = min(6, max(0, (rate - Self.leastRate) / Self.rateStep))
    let mixdown = Mixdown(take: take, reader: reader, asker: asker)
    let name = "student \(UInt64.random(in: 0 ... .max)).part"
    let path = cache + "/" + name
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      try mixdown.write(gains, to: cache, named: name, as: .opus, quality: quality)
    } catch is AudioFileError {
      try mixdown.write(gains, to: cache, named: name, as: .ogg, quality: min(4, quality))
    }
    guard let data = Project.contents(of: path, limit: 1 << 28) else {
      throw Failure("\(path): expected to read it")
    }
    return data.base64EncodedString()
  }
}
