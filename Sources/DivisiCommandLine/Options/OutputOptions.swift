public import ArgumentParser
public import AudioFiles
import FoundationEssentials

extension AudioFormat: ExpressibleByArgument {}

/// What is written, where and how.
struct OutputOptions: ParsableArguments {
  @Option(help: "Format of the parts: flac (24 bits), wav16, wav24 or wav-float.")
  var format = AudioFormat.flac

  @Option(
    help: ArgumentHelp(
      "Path of each file within DIR, without extension: {part} is the part's name, {name} the recording's, {parent} that of its folder, {preset} the preset's.",
      valueName: "template"))
  var filename = "{name}/{part}"

  @Flag(
    help: "Also write what no part explains, as residual; the parts and it add up to the recording."
  )
  var residual = false

  @Flag(name: .shortAndLong, help: "Replace files that exist.")
  var force = false

  @Flag(help: "Print one line of JSON per recording.")
  var json = false

  func validate() throws {
    func refuse(_ expectation: String) -> ValidationError {
      ValidationError("--filename '\(filename)': expected \(expectation)")
    }
    guard filename.contains("{part}") else {
      throw refuse("{part} in it, or all parts would be one file")
    }
    let rest = Self.tokens.reduce(filename) { $0.replacing($1, with: "") }
    guard !rest.contains(where: { "{}".contains($0) }) else {
      throw refuse("no braces but \(Self.tokens.joined(separator: ", "))")
    }
    guard !filename.hasSuffix("/") else { throw refuse("a file's name at its end") }
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
