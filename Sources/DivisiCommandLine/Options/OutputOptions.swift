public import ArgumentParser
public import AudioFiles
import FoundationEssentials

extension AudioFormat: ExpressibleByArgument {}

/// What is written, where and how.
struct OutputOptions: ParsableArguments {
  @Option(
    help:
      "Audio format of the parts; flac has 24 bits. Parts in ogg, opus and mp3 add up only nearly.")
  var format = AudioFormat.flac

  @Option(
    help: ArgumentHelp(
      "How well ogg, opus and mp3 keep the sound: 0 smallest to 10 best. (default: 8)",
      valueName: "0-10"))
  var quality: Double?

  @Option(
    help: ArgumentHelp(
      "Path of each file in DIR, without its extension. {part}, {name} and {preset} are the names of the part, the recording and the preset, {parent} that of the folder of the recording.",
      valueName: "template"))
  var filename = "{name}/{part}"

  @Flag(
    help:
      "Also write the residual, which belongs to no part: the parts and the residual add up to the recording."
  )
  var residual = false

  @Flag(name: .shortAndLong, help: "Overwrite existing files.")
  var force = false

  @Flag(help: "Print one line of JSON per recording.")
  var json = false

  func validate() throws {
    if let quality {
      guard format.isLossy else {
        throw ValidationError("--quality: expected --format ogg, opus or mp3 as well")
      }
      guard EncodingDetails.qualities.contains(quality) else {
        throw ValidationError("--quality: expected 0 to 10, found \(quality)")
      }
    }
    func refuse(_ expectation: String) -> ValidationError {
      ValidationError("--filename '\(filename)': expected \(expectation)")
    }
    guard filename.contains("{part}") else {
      throw refuse("{part} in it, since each part needs a file of its own")
    }
    let rest = Self.tokens.reduce(filename) { $0.replacing($1, with: "") }
    guard !rest.contains(where: { "{}".contains($0) }) else {
      throw refuse("no braces other than \(Self.tokens.joined(separator: ", "))")
    }
    guard !filename.hasSuffix("/") else { throw refuse("a file name at the end") }
  }

  /// What the file of a part is told besides its samples.
  ///
  /// - Parameter tags: those of the recording.
  func details(part: String, tags: AudioTags) -> EncodingDetails {
    let tags = tags.of(part: part)
    return quality.map { EncodingDetails(quality: $0, tags: tags) } ?? EncodingDetails(tags: tags)
  }

  private static let tokens = ["{part}", "{name}", "{parent}", "{preset}"]

  /// The path of one file below the output folder, without extension.
  func path(mix: String, part: String, preset: String) -> String {
    let url = URL(fileURLWithPath: mix)
    return
      filename
      .replacing("{part}", with: part)
      .replacing(
        "{preset}", with: URL(fileURLWithPath: preset).deletingPathExtension().lastPathComponent
      )
      .replacing("{parent}", with: url.deletingLastPathComponent().lastPathComponent)
      .replacing("{name}", with: url.deletingPathExtension().lastPathComponent)
  }
}
