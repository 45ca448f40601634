// Thread: worker

import DivisiDSP
import DivisiScore

/// Learns the strokes of drums window by window along a stream, each from where the last one ended.
///
/// What it keeps is one memory per articulation that was struck, and the activations of the last
/// window: what was found once is where the next window starts. NMFD with the Kullback-Leibler
/// divergence, whatever the settings say; a model without convolution has templates of one frame.
final class StrokeLearner {
  private let settings: SeparationSettings
  private let grid: TimeGrid
  private let binCount: Int
  private let kit: DrumKit
  private let parallel: Parallel
  private var memories: [Int: RecursiveMemory] = [:]
  private var profiles: [Int: StrokeProfile] = [:]
  private var carried = CarriedActivations()
  /// What sounds besides drums; nil for nothing.
  private(set) var rest: StreamRest?
  /// How far velocities are trusted, and the end of the window that showed it.
  private var trust = 0.0
  private var trustedFrame: Int?
  /// Of 30 iterations, those that the next windows do beyond what is usual, since what they see was heard in vain.
  private var overdue = 0

  /// Of 30 iterations, those of a window, and those of a window that has something new. On fourteen
  /// tracks 1 costs 0.1 dB SDR; 20 and 30 when new cost 0.1 and 0.2 dB.
  private static let iterations = 2
  private static let iterationsWhenNew = 12
  /// The same of the first windows together that learn anew: those of a whole recording. With the right score, each
  /// second of a history of 10 s would have had about 20 by then. In their second passes fourteen tracks miss 0.6 dB at
  /// worst with 12, 0.3 dB with 30, and no less on average with 48.
  private static let iterationsAnew = 30
  /// Iterations without the pull, from the score, after which velocities are compared with what was
  /// found; as in ``Fit``.
  private static let pilotIterations = 8
  /// How often that is done, in seconds: at every update measures alike, and costs half of all work.
  private static let trustSeconds = 2.0
  /// Strokes that begin later than this before the window's end are not pulled, since most of them
  /// is still to come. 0 costs 0.2 dB, 0.2 s 0.1 dB.
  private static let unseenSeconds = 0.1
  /// An articulation is learnt from once it may have sounded for this long.
  private static let leastSeconds = 0.2
  /// The same with a rest: before that, drums would learn the song. On five songs 2 to 4 s measure alike, and 0.2 s
  /// costs 0.8 dB of the drums.
  private static let leastSecondsOfSong = 3.0
  /// With a rest, windows that are shorter than this get more iterations, as much work in all, but no more than a whole
  /// recording: 0.8 dB of five songs.
  private static let wholeSeconds = 10.0
  private static let mostIterations = 30.0
  /// What sums over the past are multiplied by at each update. 0 to 1 measure alike.
  private static let decay: Float = 0.9

  /// - Parameters:
  ///   - binCount: K of all windows.
  ///   - kit: where templates start.
  ///   - restPart: the part of what sounds besides drums; nil for none.
  init(
    settings: SeparationSettings, grid: TimeGrid, binCount: Int, kit: DrumKit,
    restPart: Int? = nil, parallel: @escaping Parallel
  ) {
    self.settings = settings
    self.grid = grid
    self.binCount = binCount
    self.kit = kit
    self.parallel = parallel
    rest = restPart.map {
      StreamRest(part: $0, binCount: binCount, grid: grid, seed: settings.seed)
    }
  }

  /// Has the next windows learn as much from what has been heard as if it had been learnt from while it came.
  func catchUp() { overdue = Self.iterationsAnew }

  /// Fits one window.
  ///
  /// - Parameters:
  ///   - V: K × N magnitudes, on one scale throughout the stream.
  ///   - parts: notes in seconds of the stream.
  ///   - firstFrame: the window's first frame on the stream's grid.
  ///   - leaving: frames at the window's start that the next window will not see.
  ///   - adapts: whether templates learn; else only activations are found.
  /// - Returns: a model whose parts are those of `parts`, and perhaps that of the rest; nil where no stroke sounds.
  func fit(
    _ V: Spectrogram, parts: [Part], firstFrame: Int, leaving: Int, adapts: Bool
  ) -> ConvolutiveNMF? {
    let envelopes = StrokeConstraints.envelopes(
      parts: StreamWindow.notes(
        of: parts, firstFrame: firstFrame, frameCount: V.frameCount, grid: grid,
        toleranceSeconds: settings.toleranceSeconds
      ) { $0.onsetSeconds + StrokeConstraints.soundingSeconds },
      grid: grid, frameCount: V.frameCount, settings: settings
    ).filter { !$0.strokes.isEmpty }
    guard !envelopes.isEmpty else { return nil }
    let free = rest?.rows(frameCount: V.frameCount) ?? []
    let pattern = ActivationPattern(
      rows: envelopes.map(\.row) + free, frameCount: V.frameCount)
    // A stroke whose first frame is the window's may have begun before it.
    let seen = V.frameCount - Int(Self.unseenSeconds * grid.frameRate)
    let whole = (firstFrame > 0 ? 1 : 0)..<max(seen, 1)
    var pull = VelocityPull(
      pattern: pattern, strokes: envelopes.map(\.strokes) + free.map { _ in [] },
      beginningIn: whole)
    if !pull.isEmpty {
      let end = firstFrame + V.frameCount
      if isTrustDue(at: end) {
        let pilot = open(V, pattern, envelopes, firstFrame: firstFrame, isPilot: true)
        for _ in 0..<min(Self.pilotIterations, settings.iterations) { pilot.step() }
        pull.trust(pilot.model.H)
        trust = pull.exponent
        trustedFrame = end
      }
      pull.exponent = trust
    }
    let nmf = open(V, pattern, envelopes, firstFrame: firstFrame, isPilot: false)
    let areLearnt = memories(of: envelopes).map(\.isLearnt)
    let usual = iterations(frameCount: V.frameCount, isNew: areLearnt.contains(false))
    // No window takes longer than one that has something new.
    let count = max(usual, min(overdue, Self.iterationsWhenNew))
    if adapts { overdue = max(0, overdue - count) }
    for _ in 0..<StreamWindow.iterations(count, settings: settings) {
      if adapts { nmf.updateTemplates() }
      nmf.updateActivations()
      pull.apply(to: nmf.model.H)
    }
    if adapts {
      let least = Self.leastSeconds * grid.frameRate
      let isEarly =
        rest != nil && Double(V.frameCount) < Self.leastSecondsOfSong * grid.frameRate
      // Sums over the past would hold templates back that are half learnt.
      nmf.finish(leaving: overdue > 0 ? 0 : leaving, decay: Self.decay) { component in
        if isEarly && component < envelopes.count { return false }
        return areLearnt[component]
          || Double(pattern.entries(ofComponent: component).count) >= least
      }
    }
    learnt(nmf.model, envelopes, firstFrame: firstFrame, whole: whole, adapts: adapts)
    return nmf.model
  }

  /// Of 30 iterations, those of a window.
  private func iterations(frameCount: Int, isNew: Bool) -> Int {
    let count = isNew ? Self.iterationsWhenNew : Self.iterations
    guard rest != nil else { return count }
    let work = Double(Self.iterations) * Self.wholeSeconds * grid.frameRate
    return max(count, Int(min(Self.mostIterations, work / Double(frameCount))))
  }

  /// What a stroke sounds like by its age, as it is known now.
  func states(ofArticulation articulation: Int) -> StrokeStates {
    let profile = profiles[articulation] ?? StrokeProfile(settings: settings, grid: grid)
    let memory = memory(ofArticulation: articulation)
    let values = memory.isLearnt ? profile.values : nil
    return StrokeStates(memory, profile: values ?? profile.start(level: unlearntLevel))
  }

  private func isTrustDue(at end: Int) -> Bool {
    guard let trustedFrame else { return true }
    return abs(Double(end - trustedFrame)) >= Self.trustSeconds * grid.frameRate
  }

  /// Opens a window: what is new starts from kit and score, the rest where it was left, or in a pilot
  /// from the score, too.
  private func open(
    _ V: Spectrogram, _ pattern: ActivationPattern, _ envelopes: [StrokeConstraints.Envelope],
    firstFrame: Int, isPilot: Bool
  ) -> RecursiveNMF {
    let current = memories(of: envelopes)
    let model = ConvolutiveNMF(
      spectrogram: V,
      templates: Templates(
        binCount: binCount, supports: current.map(\.support),
        frameCounts: current.map(\.templateFrames)),
      pattern: pattern, divergence: Divergence(beta: 1), parallel: parallel)
    for (component, memory) in current.enumerated() {
      memory.copyTemplate(to: model.W, component: component)
      guard component < envelopes.count else { continue }
      for entry in pattern.entries(ofComponent: component) {
        model.H[entry] =
          memory.isLearnt ? 0 : envelopes[component].start[Int(pattern.frames[entry])]
      }
    }
    let isNew = current.contains { !$0.isLearnt }
    if let rest {
      let components = rest.rest(behind: envelopes.count)
      rest.start(components, in: model, firstFrame: firstFrame)
      if isNew {
        components.setLevels(
          model, harmonic: HarmonicPart.of(V, parallel: parallel), isLearnt: rest.isLearnt,
          parallel: parallel)
      }
      model.restraints = Restraints(
        averaging: pattern, over: components.reaches(componentCount: pattern.componentCount))
    } else if isNew {
      let gain = model.leastSquaresGain()
      for entry in 0..<pattern.entryCount { model.H[entry] *= gain }
    }
    for (component, memory) in current.prefix(envelopes.count).enumerated() where memory.isLearnt {
      carried.start(
        component, key: envelopes[component].articulation, shape: envelopes[component].start,
        isFresh: isPilot, in: model, firstFrame: firstFrame)
    }
    return RecursiveNMF(model: model, memories: current, parallel: parallel)
  }

  private func learnt(
    _ model: ConvolutiveNMF, _ envelopes: [StrokeConstraints.Envelope], firstFrame: Int,
    whole: Range<Int>, adapts: Bool
  ) {
    let articulations = envelopes.map(\.articulation)
    carried.remember(
      model, keys: articulations, shapes: envelopes.map(\.start), firstFrame: firstFrame)
    rest?.remember(behind: envelopes.count, of: model, firstFrame: firstFrame)
    guard adapts else { return }
    for (component, envelope) in envelopes.enumerated() {
      profiles[envelope.articulation, default: StrokeProfile(settings: settings, grid: grid)]
        .learn(component: component, of: model, strokes: envelope.strokes, beginningIn: whole)
    }
  }

  /// Those of the drums that are struck, and then of the rest.
  private func memories(of envelopes: [StrokeConstraints.Envelope]) -> [RecursiveMemory] {
    envelopes.map { memory(ofArticulation: $0.articulation) } + (rest?.memories ?? [])
  }

  private func memory(ofArticulation articulation: Int) -> RecursiveMemory {
    if let known = memories[articulation] { return known }
    let full = BinBlocks.full(binCount: binCount)
    let start = Templates(binCount: binCount, supports: [full], frameCount: settings.frames)
    kit.write(articulation: articulation, component: 0, grid: grid, to: start)
    let memory = RecursiveMemory(
      binCount: binCount, templateFrames: settings.frames, support: full, hasEncoder: false)
    for frame in 0..<settings.frames {
      memory.template(frame).update(from: start.frame(frame, ofComponent: 0), count: binCount)
    }
    memories[articulation] = memory
    return memory
  }

  /// The level of articulations that are not learnt, such that their loudest bin is as loud as
  /// that of the others on average; the kit's templates have a maximum of 1.
  private var unlearntLevel: Float {
    var peaks: [Float] = []
    for (articulation, profile) in profiles.sorted(by: { $0.key < $1.key }) {
      guard let values = profile.values, let memory = memories[articulation], memory.isLearnt else {
        continue
      }
      var peak: Float = 0
      for frame in 0..<settings.frames {
        for bin in 0..<binCount { peak = max(peak, memory.template(frame)[bin]) }
      }
      peaks.append(peak * (values.max() ?? 0))
    }
    return peaks.isEmpty ? Self.firstLevel : peaks.reduce(0, +) / Float(peaks.count)
  }

  /// The same before anything is learnt, for magnitudes of which 1 is a sine at full scale.
  private static let firstLevel: Float = 0.1
}
