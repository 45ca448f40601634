import DivisiDSP
import DivisiEngine
import DivisiScore
import Terminal

/// How one model fared on one recording.
struct Trial: Encodable {
  /// The name of the recording in the report.
  let recording: String
  let model: String
  /// 1 to 4: how templates and activations started; see ``StartCase``.
  let startCase: Int
  /// What the model reduces, at the start and after each iteration.
  let losses: [Double]
  /// When each of the losses was reached, in seconds of fitting.
  let seconds: [Double]
  /// ‖V − V̂‖ at the end, with V scaled to a maximum of 1.
  let error: Double
  /// ‖V − V̂‖ / ‖V‖.
  let relativeError: Double
  /// The components whose activations are all but zero at the end, by name.
  let silentComponents: [String]
  /// K, N and R.
  let shape: [Int]
  /// What the separation held in memory at most, beyond what was there before; nil where the kernel
  /// does not tell.
  let memoryBytes: Int?
  /// How alike encoder and pseudo-inverse of the decoder are; nil without an encoder, and for templates of several frames.
  var encoderLikeness: Double?
  /// Which stem was scored as which part, where templates that start at random say nothing of it; nil where each was its own.
  var permutation: [String: String]?
  /// By part; nil without references.
  let scores: [String: Scores]?

  var mean: Scores? { scores.map { .mean(of: $0.values) } }
  /// Seconds that an iteration takes.
  var secondsPerIteration: Double? {
    losses.count > 1 ? (seconds.last ?? 0) / Double(losses.count - 1) : nil
  }
}

/// How templates and activations start: the cases 1 to 4 of the literature. Case 0 is the oracle.
enum StartCase: Int, CaseIterable {
  case informed = 1
  case informedTemplates
  case informedActivations
  case random

  var templates: StartValues {
    self == .informed || self == .informedTemplates ? .informed : .random
  }
  var activations: StartValues {
    self == .informed || self == .informedActivations ? .informed : .random
  }

  /// For a picture.
  var label: String {
    switch self {
    case .informed: "1: both informed"
    case .informedTemplates: "2: H random"
    case .informedActivations: "3: W random"
    case .random: "4: both random"
    }
  }

  /// For a table.
  var text: String { "\(templates.rawValue) templates, \(activations.rawValue) activations" }
}

extension Trial {
  /// A component whose activations sum to less than this share of the mean has died.
  private static let silence = 1e-6

  /// Fits one model and scores what it gives.
  ///
  /// - Parameters:
  ///   - settings: of the model, its name and starts included.
  ///   - trialModel: whose trial fits find the masks; the same for all that are compared.
  ///   - yardstick: what is fitted in place of the settings' model, to the same.
  ///   - sharedPitches: how many pitches share a template of NMF2D.
  ///   - name: of the recording.
  static func run(
    _ input: SeparationInput, settings: SeparationSettings, trialModel: ModelKind,
    yardstick: YardstickModel?, sharedPitches: Int, material: Material, references: References?,
    startCase: StartCase, name: String,
    parallel: @escaping Parallel, progress: (Double) -> Void
  ) throws -> Trial {
    var separator = Separator(settings: settings, material: material, parallel: parallel)
    separator.trialModel = trialModel
    var stopwatch = FitStopwatch()
    var found: Found?
    var base: (start: YardstickModel.Start?, factors: Factorisation?)
    let resident = Memory.reset()
    let observer = FitObserver(
      iterated: { model in
        guard yardstick == nil else {
          if base.start == nil { base.start = YardstickModel.Start(model) }
          return
        }
        stopwatch.stop { model.loss() }
        stopwatch.start()
      },
      fitted: {
        found = Found($0)
        if yardstick != nil { base.factors = $0 }
      })
    var stems: [[[Float]]]
    do {
      stems = try separator.separate(
        channels: input.recording.channels, sampleRate: Double(input.recording.sampleRate),
        parts: input.parts, hasPedal: input.hasPedal, withResidual: false, observer: observer
      ) { fraction in
        progress(fraction)
        return true
      }.stems
    } catch .noNoteInRecording {
      throw input.hasNoNote
    }
    if let yardstick, let factors = base.factors, let start = base.start {
      let outcome = yardstick.fit(
        factors, from: start, to: input.recording.channels, sharedPitches: sharedPitches,
        parallel: parallel
      ) {
        stopwatch.stop($0)
        stopwatch.start()
      }
      found = Found(outcome, of: factors)
      stems = outcome.stems
    }
    let memory = resident.flatMap { resident in Memory.peak.map { max(0, $0 - resident) } }
    guard let found else { throw Failure("\(input.mix): expected sound; found digital silence") }
    let named = Dictionary(uniqueKeysWithValues: zip(input.parts.map(\.name), stems))
    let permutation =
      settings.templates == .random && settings.activations == .random
      ? references.flatMap { StemPermutation.best(of: named, against: $0) } : nil
    let ordered = permutation.map { $0.mapValues { named[$0]! } } ?? named
    let scores = references?.scores(stems: ordered, parallel: parallel)
    return Trial(
      recording: name, model: yardstick?.rawValue ?? settings.model.rawValue,
      startCase: startCase.rawValue,
      losses: stopwatch.losses, seconds: stopwatch.seconds, error: found.error,
      relativeError: found.relativeError,
      silentComponents: found.silent, shape: found.shape, memoryBytes: memory,
      encoderLikeness: found.encoderLikeness, permutation: permutation, scores: scores)
  }

  /// What is kept of a model.
  private struct Found {
    let error: Double
    let relativeError: Double
    let silent: [String]
    let shape: [Int]
    let encoderLikeness: Double?

    init(_ factors: Factorisation) {
      let model = factors.model
      self.init(
        model.distance(), gains: factors.components.indices.map(model.gain), of: factors,
        shape: [model.binCount, model.V.frameCount, factors.components.count],
        encoderLikeness: factors.encoderLikeness)
    }

    /// - Parameter factors: of the yardstick's base.
    init(_ outcome: YardstickModel.Outcome, of factors: Factorisation) {
      self.init(
        outcome.distance, gains: outcome.gains, of: factors, shape: outcome.shape,
        encoderLikeness: nil)
    }

    private init(
      _ distance: (error: Double, norm: Double), gains: [Double], of factors: Factorisation,
      shape: [Int], encoderLikeness: Double?
    ) {
      error = distance.error
      relativeError = distance.norm > 0 ? distance.error / distance.norm : 0
      let mean = gains.reduce(0, +) / Double(max(gains.count, 1))
      silent = zip(factors.components, gains).filter { !($1 > mean * silence) }.map(\.0.name)
      self.encoderLikeness = encoderLikeness
      self.shape = shape
    }
  }
}
