import ArgumentParser
import AudioFiles
import DivisiScore
import Glibc
import Terminal

/// What `--source` names: a source, and the recordings of it alone.
struct SourceRecordings {
  let name: String
  let pattern: String

  /// Reads `NAME=PATTERN`.
  init(_ text: String, option: String = "--source") throws {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, PartName.isValid(String(sides[0])), !sides[1].isEmpty else {
      throw ValidationError(
        "\(option): expected a name and recordings, as in first=first/*.wav; found '\(text)'")
    }
    name = String(sides[0])
    pattern = String(sides[1])
  }

  /// The paths, in order.
  func paths() throws -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_TILDE, nil, &found) == 0, found.gl_pathc > 0 else {
      throw Failure("\(pattern): expected recordings of '\(name)' alone; found none")
    }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }

  /// The channels' means of all recordings, and their sample rate.
  ///
  /// - Throws: if they are not of one rate.
  func read(_ paths: [String]) throws -> (samples: [[Float]], sampleRate: Int) {
    var samples: [[Float]] = []
    var first: (rate: Int, path: String)?
    for path in paths {
      let recording = try AudioFile.read(path: path, warn: printError)
      if let first, first.rate != recording.sampleRate {
        throw Failure(
          "\(path): expected a sample rate of \(first.rate) Hz, as in \(first.path); found \(recording.sampleRate) Hz"
        )
      }
      first = first ?? (recording.sampleRate, path)
      samples.append(Signals.mono(recording.channels))
    }
    return (samples, first?.rate ?? 0)
  }
}
