import ArgumentParser
import AudioFiles
import DivisiEngine
import DivisiScore
import FoundationEssentials
import Glibc
import Terminal

/// `divisi learn-kit`.
struct Learn: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn-kit",
    abstract: "Learn drum templates from recordings of single strokes.",
    discussion: """
      Each folder is one kit: recordings at 44.1 kHz, and beside each a CSV score of the same name that says which drum is \
      struck when. The kit that ships was made so:

        divisi learn-kit \\
          strokes/fluid-standard strokes/fluid-808 strokes/rumpf-analog \\
          --origin "..." -o Presets/divisi-presets.lv2/generic-kit.safetensors
      """)

  @Argument(
    help: ArgumentHelp("Folders of strokes, one per kit.", valueName: "folder"),
    completion: .directory)
  var folders: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("The kit to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Whose sounds these are and under which licences; kept in the file.", valueName: "text"))
  var origin = ""

  @Flag(name: .shortAndLong, help: "Replace the file if it exists.")
  var force = false

  func run() throws {
    try reporting {
      guard force || !FileManager.default.fileExists(atPath: output) else {
        throw Failure("\(output): expected a new file, or --force; it exists already")
      }
      var learner = KitLearner()
      for folder in folders {
        let kit = try recordings(in: folder)
        guard !kit.isEmpty else {
          throw Failure("\(folder): expected audio files with a .csv score beside each; found none")
        }
        learner.add(kit: kit)
      }
      let kit = learner.kit(origin: origin)
      do {
        try Data(kit.encoded()).write(to: URL(fileURLWithPath: output), options: .atomic)
      } catch {
        throw Failure("\(output): expected to write this file; \(reason(of: error))")
      }
      print(
        "\(output): drums \(kit.patches.keys.sorted().map(String.init).joined(separator: ", "))")
    }
  }

  /// What the operating system says of a failure, without Foundation's wrapping.
  private func reason(of error: any Error) -> String {
    let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code
    return code.map { String(cString: strerror($0.rawValue)) } ?? "it cannot be written"
  }

  private func recordings(in folder: String) throws -> [KitLearner.Recording] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw Failure("\(folder): expected a folder of strokes; it cannot be read")
    }
    return try names.filter { $0.hasSuffix(".csv") }.compactMap { score in
      let stem = String(score.dropLast(4))
      guard let audio = names.first(where: { $0 != score && $0.hasPrefix(stem + ".") }) else {
        return nil
      }
      let recording = try AudioFile.read(path: "\(folder)/\(audio)")
      guard recording.sampleRate == 44_100 else {
        throw Failure(
          "\(folder)/\(audio): expected a sample rate of 44100 Hz, found \(recording.sampleRate)")
      }
      let gain = 1 / Float(recording.channels.count)
      let samples = (0..<recording.sampleCount).map { index in
        recording.channels.reduce(Float(0)) { $0 + $1[index] } * gain
      }
      let notes = try Score.read(path: "\(folder)/\(score)").notes
      return KitLearner.Recording(
        samples: samples, strokes: notes.map { (onsetSeconds: $0.onsetSeconds, pitch: $0.pitch) })
    }
  }
}
