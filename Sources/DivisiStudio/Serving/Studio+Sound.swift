import Glibc
import NIOHTTP1

extension Studio {
  /// How long a piece of a rendering is waited for, in microseconds, and how often it is looked for.
  private static let longestWait = 4_000_000, pause = 20_000

  /// Samples of all stems, in 32-bit floating point, little end first: each channel of each stem, one after the other.
  func piece(_ request: StudioRequest, of project: Project, _ asker: Asker) throws -> Answer {
    guard let from = request.query["from"].flatMap({ Int($0) }),
      let count = request.query["count"].flatMap({ Int($0) }), (0...1 << 40).contains(from),
      (1...TakeReader.longestPiece).contains(count)
    else { throw Answer.Refusal(.badRequest, "expected from and count of samples") }
    let take = try take(of: project)
    guard request.query["take"].map({ $0 == "\(take.number)" }) ?? true else {
      throw Answer.Refusal(.conflict, "the parts have changed; load the page again")
    }
    let reader = reader(of: take, in: project)
    guard let wish = try Self.wish(request) else {
      return Self.packed(try reader.piece(from..<from + count))
    }
    let rendering = renderings.rendering(wish, take: take, of: project, reader: reader)
    for _ in 0..<Self.longestWait / Self.pause {
      try asker.check()
      if let channels = try rendering.piece(from..<from + count) { return Self.packed(channels) }
      usleep(UInt32(Self.pause))
    }
    // Not yet, which is no error.
    throw Answer.Refusal(
      .accepted,
      "This speed is being prepared: \(Int(rendering.fraction * 100)) %")
  }

  /// The speed and the pitch that are asked for; nil for those of the recording.
  static func wish(_ request: StudioRequest) throws -> Rendering.Wish? {
    let speed = Int(request.query["speed"] ?? "100") ?? 0
    let semitones = Int(request.query["pitch"] ?? "0") ?? 99
    guard Rendering.Wish.speeds.contains(speed), Rendering.Wish.pitches.contains(semitones) else {
      throw Answer.Refusal(
        .badRequest, "expected a speed of 40 to 120 percent and a pitch of -6 to 6 semitones")
    }
    return speed == 100 && semitones == 0 ? nil : Rendering.Wish(speed: speed, semitones: semitones)
  }

  private static func packed(_ channels: [[Float]]) -> Answer {
    let length = channels.reduce(0) { $0 + $1.count * 4 }
    return .binary(
      Array(unsafeUninitializedCapacity: length) { bytes, total in
        for channel in channels {
          channel.withUnsafeBytes { samples in
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[total...])
              .copyMemory(from: samples)
            total += samples.count
          }
        }
      })
  }
}
