import ArgumentParser

/// Files in which the parts sound together.
struct RemixOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write all parts together, some at other gains in dB or off: left=-6,right=off. Parts that are not named, and the residual, stay as they are. {part} in the file's name is mix, or mix-2 for the second --mix.",
      valueName: "part=dB,...")
  )
  var mix: [String] = []

  @Option(
    help: ArgumentHelp(
      "Also write the recording without a part, or without several: kick,snare. {part} in the file's name is minus-left, or minus-kick-snare. May be repeated.",
      valueName: "part,...")
  )
  var minus: [String] = []

  @Flag(help: "Write only what --mix and --minus ask for.")
  var noStems = false

  func validate() throws {
    _ = try remixes()
    guard !noStems || !(mix.isEmpty && minus.isEmpty) else {
      throw ValidationError("--no-stems: expected --mix or --minus as well")
    }
  }

  /// In the order in which they are written.
  func remixes() throws -> [Remix] {
    try mix.map(Remix.init(mix:)) + minus.map(Remix.init(minus:))
  }
}
