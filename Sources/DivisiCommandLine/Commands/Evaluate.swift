import ArgumentParser
import AudioFiles
import DivisiControls
import DivisiDSP
import DivisiEngine
import DivisiSeparation
import FoundationEssentials
import Terminal

/// `divisi evaluate`.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score separated stems against the true ones.",
    discussion: """
      Reports SDR, SIR and SAR as in BSS Eval v3 (512-tap filters), and SI-SDR, all in decibels, for every part and on average. \
      Stems with several channels are scored channel by channel. Two yardsticks are scored as well: the oracle, which masks \
      the mixture by the ratios of the true stems and is about as good as any mask can be; and the mixture itself, taken for \
      every part, which is what doing nothing would score.

      Stems are matched by name, ignoring case; KD, SD and HH mean kick, snare and hihat. The mixture is --mix, or else the \
      file called mix beside the references, or else the sum of the references. Folders of folders are compared one by one:

        divisi evaluate --references set/nocturne --estimates stems/nocturne
        divisi evaluate --references set --estimates stems --json > results.jsonl
      """)

  @Option(
    help: ArgumentHelp("The folder of true stems, or a folder of such folders.", valueName: "dir"),
    completion: .directory)
  var references: String

  @Option(
    help: ArgumentHelp(
      "The folder of separated stems, or a folder of such folders.", valueName: "dir"),
    completion: .directory)
  var estimates: String

  @Option(
    help: ArgumentHelp("The recording that was separated.", valueName: "file"), completion: .file())
  var mix: String?

  @Option(
    help: ArgumentHelp(
      "Score only these parts. (default: all that have a reference)", valueName: "left,right"))
  var parts: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The oracle's STFT window at 44.1 kHz.", valueName: "samples"))
  var window = 2048

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The oracle's STFT hop at 44.1 kHz. (default: a quarter of the window)", valueName: "samples")
  )
  var hop: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Exponent of the oracle's masks: 1 for magnitudes, 2 for powers.", valueName: "exponent"))
  var alpha = 2.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of threads, which does not change the scores. (default: one per core)", valueName: "n"
    ))
  var threads: Int?

  @Flag(help: "For speech: also report STOI, how intelligible it is, from about 0 to 1.")
  var stoi = false

  @Flag(help: "Print one line of JSON per folder.")
  var json = false

  private var hopSize: Int { hop ?? window / 4 }
  private var threadCount: Int { threads ?? coreCount() }

  func validate() throws {
    try asUsage { () throws(SettingsError) in
      try Setting.windowLength.check(Double(window))
      try Setting.wienerExponent.check(alpha)
    }
    let hops = SeparationSettings.hopRange(windowLength: window)
    guard hops.contains(hopSize) else {
      throw ValidationError(
        "--hop: expected \(hops.lowerBound) to \(hops.upperBound) samples, found \(hopSize)")
    }
    guard (1...mostThreads).contains(threadCount) else {
      throw ValidationError("--threads: expected 1 to \(mostThreads), found \(threadCount)")
    }
  }

  func run() throws {
    try reporting {
      let truth = try StemFolder(references, what: "a folder of true stems")
      let separated = try StemFolder(estimates, what: "a folder of separated stems")
      guard truth.stems.isEmpty else {
        let judgement = try judge(truth, separated)
        printLines(json ? judgement.json : judgement.text)
        return
      }
      let shared = truth.folders.filter(separated.folders.contains)
      guard !shared.isEmpty else {
        throw Failure(
          "\(references): expected audio files, or folders of the names that \(estimates) has; found none"
        )
      }
      guard mix == nil else {
        throw Failure("\(references): expected one folder of stems for --mix; found folders")
      }
      try judgeAll(shared)
    }
  }

  private func judgeAll(_ names: [String]) throws {
    var judgements: [Judgement] = []
    var failed = false
    for name in names {
      do {
        let judgement = try judge(
          StemFolder("\(references)/\(name)", what: "a folder of true stems"),
          StemFolder("\(estimates)/\(name)", what: "a folder of separated stems"))
        judgements.append(judgement)
        printLines(json ? judgement.json : judgement.text)
      } catch {
        failed = true
        printError("\(error)")
      }
    }
    if !json && !judgements.isEmpty { printLines(Judgement.summary(of: judgements)) }
    if failed { throw ExitCode.failure }
  }

  private func judge(_ truth: StemFolder, _ separated: StemFolder) throws -> Judgement {
    let pairs = try pair(truth, separated)
    let first = try AudioFile.read(path: pairs[0].reference.path, warn: printError)
    let signals = Signals(model: pairs[0].reference.path, first)
    let parallel = DivisiSeparation.threads(threadCount)
    var stems: [String: [[Float]]] = [:]
    var estimated: [String: [[Float]]] = [:]
    for pair in pairs {
      stems[pair.name] = try signals.read(pair.reference.path)
      estimated[pair.name] = try signals.read(pair.estimate.path)
    }
    let recorded = try (mix ?? truth.mixture?.path).map(signals.read)
    var references = References(
      stems: stems,
      otherChannelCounts: estimated.values.map(\.count) + (recorded.map { [$0.count] } ?? []))
    if stoi { references.speechRate = signals.shape.sampleRate }
    let mixture = recorded ?? references.sum
    let scores = references.scores(stems: estimated, parallel: parallel)
    let yardsticks = Yardsticks.measure(
      references, mixture: mixture,
      grid: TimeGrid(
        sampleRate: Double(signals.shape.sampleRate), resolution: window, hopAtResolution: hopSize),
      exponent: alpha, parallel: parallel)
    return Judgement(
      references: truth.path, estimates: separated.path,
      scoredChannels: references.channelCount, remarks: references.remarks,
      parts: pairs.map { pair in
        Judgement.Part(
          name: pair.name, scores: scores[pair.name], oracle: yardsticks.oracle[pair.name],
          mixture: yardsticks.mixture[pair.name])
      })
  }

  private typealias Pair = (name: String, reference: StemFolder.Stem, estimate: StemFolder.Stem)

  private func pair(_ truth: StemFolder, _ separated: StemFolder) throws -> [Pair] {
    let names: [String]
    if let parts {
      names = parts.split(separator: ",").map(String.init)
    } else {
      names = truth.stems.map(\.name)
    }
    guard !names.isEmpty else {
      throw Failure("\(truth.path): expected audio files named after parts; found none")
    }
    return try names.map { name in
      guard let reference = try truth.stem(of: name, what: "reference") else {
        throw Failure("\(truth.path): expected a reference for the part '\(name)'; found none")
      }
      guard let estimate = try separated.stem(of: name, what: "estimate") else {
        throw Failure(
          "\(separated.path): expected an estimate of \(reference.path); found none (--parts can leave parts out)"
        )
      }
      return (name, reference, estimate)
    }
  }
}
