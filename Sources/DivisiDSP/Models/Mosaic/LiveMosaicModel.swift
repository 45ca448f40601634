/// One frame of a target after the other as a sum of a source's frames, by what has been: for sound that is played at once.
///
/// A frame starts from the last one's activations, moved on by one frame of the source, and from a share that all templates
/// have alike. After one step of all of them the strongest are left, and after fifteen more those that sound, which take eight
/// more. The work is cut into ``pieceCount`` pieces of about the same length.
///
/// It owns its memory.
///
/// - Thread: one at a time; all but making and freeing is real-time safe.
/// - SeeAlso: Driedger, Prätzlich & Müller, "Let it Bee: towards NMF-inspired audio mosaicing", ISMIR 2015, of which this is a
///   causal form.
public struct LiveMosaicModel: ~Copyable {
  /// What restrains activations.
  public struct Restraints: BitwiseCopyable, Sendable {
    /// In so many frames in a row a template sounds again only if it is stronger; 1 for no restraint.
    public var repetition = 7
    /// So many templates sound in a frame, 1 to ``LiveMosaicModel/mostVoices``.
    public var polyphony = 10
    /// What share of a frame begins with the last one's templates moved on, 0 up to but not including 1.
    public var continuity: Float = 0.7

    /// The defaults of ``MosaicRestraints``, and a continuity that does as much.
    @_noLocks
    public init() {}
  }

  /// An activation.
  public struct Entry: BitwiseCopyable {
    /// Of the template.
    public var index: Int32
    /// h.
    public var value: Float
  }

  /// Pieces of a frame's work.
  public static var pieceCount: Int { @_noLocks get { 8 } }
  /// No more templates sound in a frame.
  public static var mostVoices: Int { @_noLocks get { 32 } }

  /// Pieces in which all templates take their step.
  private static var scanPieces: Int { @_noLocks get { 5 } }
  /// Templates that are left then; 128 give no more.
  private static var candidateCount: Int { @_noLocks get { 64 } }
  /// Steps of these in each of three pieces.
  private static var steps: Int { @_noLocks get { 5 } }
  /// Steps of those that sound.
  private static var lastSteps: Int { @_noLocks get { 8 } }
  /// Frames whose magnitudes add up to less are silent: 24-bit samples have more.
  private static var silence: Float { @_noLocks get { 1e-7 } }

  /// The frame's magnitudes, K values and padding: to be written before its first piece.
  public var V: UnsafeMutablePointer<Float> { @_noLocks get { fit.V } }
  /// What sounds, after the last piece; the first ``playedCount`` are in use.
  public let played: UnsafeMutablePointer<Entry>
  /// How many templates sound.
  public private(set) var playedCount = 0
  /// Σ V of the frame.
  public private(set) var level: Float = 0

  private let templates: Unmanaged<MosaicTemplates>
  /// S, and how many of these are no silence.
  private let count: Int
  private let soundingCount: Int
  private let energies: UnsafeMutablePointer<Float>
  /// Σ of all templates.
  private let sum: UnsafeMutablePointer<Float>
  /// By template: what it has of the last frame; when it sounded last, and how strongly.
  private let moved: UnsafeMutablePointer<Float>
  private let lastFrame: UnsafeMutablePointer<Int>
  private let lastValue: UnsafeMutablePointer<Float>
  /// The strongest so far: a heap whose first is the weakest, then a list.
  private let candidates: UnsafeMutablePointer<Entry>
  private var used = 0
  private var floor: Float = 0
  private var clock = 0
  private let fit: MosaicFit

  /// A model that has heard nothing.
  ///
  /// - Complexity: O(K · S).
  public init(_ templates: MosaicTemplates) {
    self.templates = .passRetained(templates)
    count = templates.count
    fit = MosaicFit(templates)
    sum = MosaicFit.column(templates.values.columnStride)
    let padded = templates.values.columnCount
    energies = MosaicFit.column(padded)
    moved = MosaicFit.column(padded)
    lastValue = MosaicFit.column(padded)
    lastFrame = .allocate(capacity: max(padded, 1))
    lastFrame.initialize(repeating: 0, count: padded)
    played = .allocate(capacity: Self.mostVoices)
    candidates = .allocate(capacity: Self.candidateCount)
    var sounding = 0
    for index in 0..<count {
      energies[index] = templates.energies[index]
      if energies[index] > 0 { sounding += 1 }
      let column = templates.values.column(index)
      for bin in 0..<fit.stride { sum[bin] += column[bin] }
    }
    soundingCount = sounding
  }

  deinit {
    templates.release()
    for values in [sum, energies, moved, lastValue] {
      UnsafeMutableRawPointer(values).deallocate()
    }
    lastFrame.deallocate()
    played.deallocate()
    candidates.deallocate()
  }

  /// Whether any template is more than silence.
  public var hasSound: Bool { @_noLocks get { soundingCount > 0 } }

  /// Forgets what it has heard.
  @_noLocks
  public mutating func reset() {
    SpectrumKernels.clear(moved, count: count)
    playedCount = 0
    clock = 0
    SpectrumKernels.clear(lastValue, count: count)
  }

  /// Does a piece of a frame's work, 0 first.
  ///
  /// - Complexity: O(K · S / 5), or O(K · 5 · 64).
  @_noLocks
  public mutating func work(piece: Int, _ restraints: Restraints) {
    if piece == 0 { begin(restraints) }
    guard level > Self.silence, soundingCount > 0 else {
      playedCount = 0
      return
    }
    switch piece {
    case 0..<Self.scanPieces:
      scan(
        from: piece &* count / Self.scanPieces, to: (piece &+ 1) &* count / Self.scanPieces)
    case Self.scanPieces..<Self.pieceCount &- 1: fit.refine(candidates, used, steps: Self.steps)
    default:
      fit.refine(candidates, used, steps: Self.steps)
      choose(restraints)
      fit.refine(played, playedCount, steps: Self.lastSteps)
      remember()
    }
  }

  // MARK: Pieces

  /// What a frame starts from, and V ⊘ V̂ of it.
  @_noLocks
  private mutating func begin(_ restraints: Restraints) {
    clock &+= 1
    used = 0
    level = SpectrumKernels.sum(V, count: fit.stride)
    guard level > Self.silence, soundingCount > 0 else { return }
    var total: Float = 0
    var index = 0
    while index < playedCount {
      if goesOn(played[index]) { total += played[index].value }
      index &+= 1
    }
    let share = total > 0 ? restraints.continuity : 0
    floor = (1 - share) * level / Float(max(soundingCount, 1))
    fit.begin(sum, gain: floor)
    index = 0
    while index < playedCount && share > 0 {
      if goesOn(played[index]) {
        let next = Int(played[index].index) &+ 1
        moved[next] = share * level * played[index].value / total
        fit.add(next, gain: moved[next])
      }
      index &+= 1
    }
    fit.divide()
  }

  /// Whether the source has a frame of sound after one that was played.
  @_noLocks
  private func goesOn(_ entry: Entry) -> Bool {
    let next = Int(entry.index) &+ 1
    return next < count && energies[next] > 0
  }

  @_noLocks
  private func clearMoved() {
    var index = 0
    while index < playedCount {
      let next = Int(played[index].index) &+ 1
      if next < count { moved[next] = 0 }
      index &+= 1
    }
  }

  /// The first step of some templates, the strongest of which are kept.
  @_noLocks
  private mutating func scan(from first: Int, to end: Int) {
    // Columns of zeros lie behind the last.
    var index = first & ~3
    while index < end {
      let products = fit.dots(index, index &+ 1, index &+ 2, index &+ 3)
      var lane = 0
      while lane < 4 {
        let own = index &+ lane
        if own >= first && own < end {
          offer(
            Entry(
              index: Int32(truncatingIfNeeded: own), value: (floor + moved[own]) * products[lane]))
        }
        lane &+= 1
      }
      index &+= 4
    }
  }

  @_noLocks
  private mutating func offer(_ entry: Entry) {
    guard entry.value > 0 else { return }
    if used < Self.candidateCount {
      var place = used
      used &+= 1
      while place > 0 && candidates[(place &- 1) / 2].value > entry.value {
        candidates[place] = candidates[(place &- 1) / 2]
        place = (place &- 1) / 2
      }
      candidates[place] = entry
    } else if entry.value > candidates[0].value {
      var place = 0
      while true {
        var child = 2 &* place &+ 1
        if child &+ 1 < used && candidates[child &+ 1].value < candidates[child].value {
          child &+= 1
        }
        guard child < used, candidates[child].value < entry.value else { break }
        candidates[place] = candidates[child]
        place = child
      }
      candidates[place] = entry
    }
  }

  /// Which of the candidates sound.
  @_noLocks
  private mutating func choose(_ restraints: Restraints) {
    let most = min(max(restraints.polyphony, 1), Self.mostVoices)
    clearMoved()
    playedCount = 0
    var index = 0
    while index < used {
      let entry = candidates[index]
      index &+= 1
      let own = Int(entry.index)
      let isRepeated =
        clock &- lastFrame[own] < restraints.repetition && lastValue[own] > entry.value
      guard entry.value > 0, !isRepeated else { continue }
      let weight = entry.value * energies[own]
      // Behind those that are as strong.
      var place = playedCount
      while place > 0 {
        let other = played[place &- 1]
        guard other.value * energies[Int(other.index)] < weight else { break }
        if place < most { played[place] = other }
        place &-= 1
      }
      if place < most { played[place] = entry }
      playedCount = min(playedCount &+ 1, most)
    }
  }

  @_noLocks
  private func remember() {
    var index = 0
    while index < playedCount {
      let entry = played[index]
      lastFrame[Int(entry.index)] = clock
      lastValue[Int(entry.index)] = entry.value
      index &+= 1
    }
  }
}
