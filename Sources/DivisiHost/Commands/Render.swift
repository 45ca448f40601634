import JackHosting
public import ArgumentParser
public import AudioFiles
import LV2Hosting
import Terminal

extension AudioFormat: ExpressibleByArgument {}

/// `divisi-host render`: files through a plugin.
struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put audio files through a plugin, as fast as it goes.",
    discussion: """
      Writes DIR/<name of the file>/<group>.flac for every group of outputs, or out.flac where the plugin has no groups, as \
      long as the file and without the plugin's latency. The same input gives the same bytes.

      A file should have as many channels as the plugin has inputs; side chains are silent unless it has channels for them \
      too. One channel goes to all inputs (Divisi does without its right one). A plugin with one input and one output is \
      used once for each channel.
      """)

  @Argument(help: ArgumentHelp("The recordings.", valueName: "file"), completion: .file())
  var files: [String]

  @Option(help: ArgumentHelp("The plugin: its URI, its name or a part of it."))
  var plugin = PluginSearch.defaultURI

  @OptionGroup(title: "Plugin options") var options: PluginOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where to write.", valueName: "dir"),
    completion: .directory)
  var output: String

  @Option(help: "Format of the outputs: flac (24 bits), wav16, wav24, wav-float, ogg, opus or mp3.")
  var format = AudioFormat.flac

  @Option(
    help: ArgumentHelp("Begin with the state that was saved in DIR.", valueName: "dir"),
    completion: .directory)
  var state: String?

  @Option(
    help: ArgumentHelp("Keep the plugin's state after the last file in DIR.", valueName: "dir"),
    completion: .directory)
  var saveState: String?

  @Option(help: "Samples that the plugin gets at once, 1 to 8192.")
  var blockLength = 4096

  @Flag(name: .shortAndLong, help: "Replace files that exist.")
  var force = false

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output: expected a folder, found ''") }
    guard (1...HostProcess.longestBlock).contains(blockLength) else {
      throw ValidationError(
        "--block-length: expected 1 to \(HostProcess.longestBlock), found \(blockLength)")
    }
    guard Set(files.map(stem)).count == files.count else {
      throw ValidationError("expected files of different names, which are to be folders in DIR")
    }
  }

  func run() throws {
    StagedFiles.removeOnSignals()
    ScratchFolder.sweep()
    let wanted = plugin
    let plugin: Plugin = try reporting { try PluginSearch.plugin(wanted, in: World()) }
    var hasFailed = false
    for file in files {
      do {
        let staged = try StagedFiles(directory: output, force: force)
        var rendering = try OfflineRendering(
          file: file, plugin: plugin, options: options, staged: staged,
          request: OfflineRendering.Request(
            format: format, blockLength: blockLength, state: state, savedState: saveState))
        say(try rendering.run())
        try staged.commit()
      } catch {
        hasFailed = true
        printError("\(error)")
      }
    }
    if hasFailed { throw ExitCode.failure }
  }
}
