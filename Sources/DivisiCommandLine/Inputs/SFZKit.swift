import AudioFiles
import DrumKits
import FoundationEssentials
import InputFiles
import Terminal

/// A kit of samples from an SFZ file.
enum SFZKit {
  /// Of the text, in bytes.
  private static let largestFile = 4 << 20
  /// Of samples: more are no drum kit, and each is a file.
  private static let mostSamples = 4096

  /// Reads a file and its samples.
  ///
  /// - Parameter sampleRate: what samples are converted to; nil for that of the first.
  static func read(_ path: String, sampleRate: Int?) throws -> SampleKit {
    let instrument = try instrument(path)
    if !instrument.ignored.isEmpty {
      printError("\(path): without \(instrument.ignored.joined(separator: ", "))")
    }
    var rate = sampleRate
    var sounds: [String: [[Float]]] = [:]
    for name in instrument.paths {
      let file = sample(name, of: path)
      let sound = try AudioFile.read(path: file, warn: printError)
      rate = rate ?? sound.sampleRate
      sounds[name] = try sound.converted(toRate: rate ?? 0, named: file).channels
    }
    let most = sounds.values.reduce(1) { max($0, $1.count) }
    return instrument.kit(
      samples: sounds.mapValues { channels in
        (0..<most).map { channels[min($0, channels.count - 1)] }
      }, sampleRate: rate ?? 0)
  }

  /// The files of samples that an SFZ file names.
  static func samplePaths(_ path: String) throws -> [String] {
    try instrument(path).paths.map { sample($0, of: path) }
  }

  private static func sample(_ name: String, of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().relativePath + "/" + name
  }

  private static func instrument(_ path: String) throws -> SFZInstrument {
    let bytes: [UInt8]
    do throws(InputFile.Failure) {
      bytes = try InputFile.read(path, limit: largestFile)
    } catch {
      throw Failure("\(path): \(error.problem(expecting: "an SFZ file"))")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure("\(path): expected an SFZ file, found other data")
    }
    let instrument: SFZInstrument
    do throws(SFZInstrument.Problem) {
      instrument = try SFZInstrument(parsing: text)
    } catch {
      throw Failure("\(path): \(error.text.printable)")
    }
    guard instrument.paths.count <= mostSamples else {
      throw Failure(
        "\(path): expected at most \(mostSamples) samples, found \(instrument.paths.count)")
    }
    return instrument
  }
}
