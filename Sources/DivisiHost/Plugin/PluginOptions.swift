import JackHosting
import ArgumentParser
import LV2Hosting

/// How the plugin begins.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "A preset by name, label or URI (--presets lists them), or by path.")
  var preset: String?

  @Option(
    help: ArgumentHelp("The score, or the one file that a plugin takes.", valueName: "file"),
    completion: .file(extensions: ["mid", "midi", "musicxml", "xml", "mxl", "csv"]))
  var score: String?

  @Option(
    help: ArgumentHelp(
      "A control's value; more than once for more.", valueName: "symbol=value"))
  var set: [String] = []

  func validate() throws {
    for text in set where Self.pair(text) == nil {
      throw ValidationError("--set '\(text)': expected symbol=value")
    }
  }

  /// Puts a plugin that is not yet active into the state that was asked for.
  func apply(to hosted: HostedPlugin) throws {
    if let preset { try hosted.restore(PluginSearch.preset(preset, of: hosted.plugin)) }
    for case let (symbol, value)? in set.map(Self.pair) { try hosted.set(symbol, to: value) }
  }

  private static func pair(_ text: String) -> (String, String)? {
    guard let mark = text.firstIndex(of: "="), mark > text.startIndex else { return nil }
    return (String(text[..<mark]), String(text[text.index(after: mark)...]))
  }
}
