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
    if !instrument.ignored.isEmpty {
      printError("\(path): without \(instrument.ignored.joined(separator: ", "))")
    }
    guard instrument.paths.count <= mostSamples else {
      throw Failure(
        "\(path): expected at most \(mostSamples) samples, found \(instrument.paths.count)")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
    var rate = sampleRate
    var sounds: [String: [[Float]]] = [:]
    for name in instrument.paths {
      let file = "\(folder)/\(name)"
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
}
