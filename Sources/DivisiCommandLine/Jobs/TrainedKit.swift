import AudioFiles
import DivisiEngine
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Glibc
import Terminal

/// A drum kit trained from files of single strokes.
enum TrainedKit {
  /// A stroke begins where its recording first reaches this share of its peak: 40 dB below.
  private static let onsetShare: Float = 0.01

  /// Trains a kit.
  ///
  /// - Parameters:
  ///   - arguments: `name=pattern`, each followed by any number of further files.
  ///   - output: the file to be written, which none of them may be.
  ///   - settings: of the model whose decoder the kit becomes, fitted to the strokes of each drum; nil
  ///     for the mean of the strokes, which any such fit starts from.
  /// - Returns: the bytes of the kit's file, and what to say of it.
  static func train(
    _ arguments: [String], settings: SeparationSettings?, origin: String, output: String
  ) throws -> ([UInt8], String) {
    var kits: [String: [KitLearner.Recording]] = [:]
    var drum = 0
    var count = 0
    for argument in arguments {
      var pattern = argument
      if let sign = argument.firstIndex(of: "="), !argument[..<sign].contains("/") {
        drum = try number(of: String(argument[..<sign]))
        pattern = String(argument[argument.index(after: sign)...])
      }
      for path in try files(matching: pattern) {
        try OutputFiles(overwrites: true).check([output], inputs: [path])
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        kits[folder, default: []].append(try stroke(path, drum: drum))
        count += 1
      }
    }
    var learner = KitLearner()
    for (_, recordings) in kits.sorted(by: { $0.key < $1.key }) { learner.add(kit: recordings) }
    var kit = learner.kit(origin: origin)
    if let settings {
      kit = learner.refined(
        kit, kits: kits.sorted { $0.key < $1.key }.map(\.value), settings: settings,
        parallel: threads(2))
    }
    let drums = kit.patches.keys.sorted().map(String.init).joined(separator: ", ")
    return (
      kit.encoded(),
      "\(count) stroke\(count == 1 ? "" : "s") from \(kits.count) kit\(kits.count == 1 ? "" : "s"), drums \(drums)"
    )
  }

  private static func number(of name: String) throws -> Int {
    if let number = Int(name), (0...127).contains(number) { return number }
    guard let number = DrumMap.number(ofName: name) else {
      throw Failure("'\(name)': expected the name of a drum or a number from 0 to 127")
    }
    return number
  }

  private static func files(matching pattern: String) throws -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_TILDE, nil, &found) == 0, found.gl_pathc > 0 else {
      throw Failure("\(pattern): expected recordings of strokes; found none")
    }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }

  private static func stroke(_ path: String, drum: Int) throws -> KitLearner.Recording {
    let recording = try TrainingRecording.read(path)
    let samples = Signals.mono(recording.channels)
    let peak = samples.reduce(0) { max($0, abs($1)) }
    guard peak > 0, let first = samples.firstIndex(where: { abs($0) >= onsetShare * peak }) else {
      throw Failure("\(path): expected the sound of a stroke; it is silent")
    }
    return KitLearner.Recording(
      samples: samples, strokes: [(onsetSeconds: Double(first) / 44_100, pitch: drum)])
  }
}
