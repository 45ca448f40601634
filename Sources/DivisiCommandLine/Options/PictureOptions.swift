import ArgumentParser
import AudioFiles
import FoundationEssentials
import Plotting
import Terminal

/// How pictures are written.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Formats of the pictures: one or more of png, svg and pdf.", valueName: "png,svg"))
  var pictures = "png"

  @Flag(name: .shortAndLong, help: "Overwrite existing files.")
  var force = false

  /// The formats, in the order given.
  var formats: [PictureFormat] {
    pictures.split(separator: ",").compactMap { PictureFormat(rawValue: String($0)) }
  }

  func validate() throws {
    let names = pictures.split(separator: ",", omittingEmptySubsequences: false)
    guard formats.count == names.count, Set(names).count == names.count else {
      throw ValidationError("--pictures: expected png, svg or pdf, each once, found '\(pictures)'")
    }
  }

  /// Refuses before the work what could not be written after it.
  func check(_ names: [String], in folder: String, inputs: [String] = []) throws {
    try OutputFiles(overwrites: force).check(names.map { "\(folder)/\($0)" }, inputs: inputs)
  }

  /// The file names of a picture.
  func names(of picture: String) -> [String] { formats.map { "\(picture).\($0.rawValue)" } }

  /// Writes a picture aside in all formats.
  func write(_ figure: Figure, named name: String, to staged: StagedFiles) throws {
    for (format, file) in zip(formats, names(of: name)) {
      try staged.write(bytes: figure.encoded(as: format), name: file)
    }
  }
}
