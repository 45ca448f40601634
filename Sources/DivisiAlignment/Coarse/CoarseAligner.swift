import DivisiDSP

/// Finds about where a score lies in a recording, in which key and at which tempo.
struct CoarseAligner: Sendable {
  private let spectrum: BandSpectrum
  private let reference: Float
  /// Whether the first path is searched at the sparse rate.
  private let isLong: Bool
  private let notes: [SketchedNote]
  private let instrument: Instrument
  private let options: AlignmentOptions

  /// A transposition has to cost less than this share of none.
  private static let transpositionGain = 0.95
  /// A new tempo has to differ by this much, and is looked for this often.
  private static let (scaleStep, scaleAttempts) = (0.03, 2)
  /// Further tempi from which to start if a path is in doubt, beside that of the score, against that which makes the
  /// score as long as the recording.
  private static let furtherScales = [0.7, 0.5, 0.35]

  /// What was found.
  struct Result: Sendable {
    /// About when each note is played, in the order of the recording; indices of the notes that were given.
    var notes: [PlacedNote]
    var transposition: Int
    var verdict: Verdict
  }

  /// - Parameters:
  ///   - spectrum: of the whole recording, on the fine grid.
  ///   - notes: in seconds of the score, by onset.
  init(
    _ spectrum: BandSpectrum, notes: [SketchedNote], instrument: Instrument,
    options: AlignmentOptions
  ) {
    self.spectrum = spectrum
    self.notes = notes
    self.instrument = instrument
    self.options = options
    reference = spectrum.reference
    isLong =
      Double(spectrum.frameCount) / spectrum.grid.frameRate > instrument.rates.longSeconds
  }

  private func search(_ rate: FeatureRate, frames: Range<Int>? = nil) -> ScoreSearch {
    ScoreSearch(
      recording: RecordingFeatures(
        spectrum, rate: rate, instrument: instrument, reference: reference, frames: frames),
      rate: rate,
      grid: spectrum.grid, instrument: instrument)
  }

  /// - Returns: nil for a recording or a score without anything in it.
  func align(parallel: Parallel) -> Result? {
    let rates = instrument.rates
    let search = search(isLong ? rates.sparse : rates.dense)
    guard let first = notes.first, search.recording.isSounding.contains(true) else { return nil }
    let length = (notes.lazy.map(\.end).max() ?? 0) - first.onset
    let scale =
      options.jumps == .none
      ? clamped(search.recording.soundingSeconds / (length + 0.5)) : 1
    let keys = transposed(search, scale: scale, parallel: parallel)
    guard var best = keys.best else { return nil }
    let keyAgreement = isLong ? best.agreement.value : nil
    // Its features are as large as those of the first, so they are made late.
    let dense = isLong ? self.search(rates.dense) : search
    if !isLong {
      best = rescaled(best, search)
    } else if options.jumps == .none, let closer = closer(best, dense) {
      best = closer
    }
    if isDoubtful(best) && options.jumps == .none && !isLong {
      // At a wrong tempo keys say nothing.
      let scales = Self.furtherScales.map { clamped(scale * $0) } + [1]
      for transposition in Set([0, best.transposition]).sorted() {
        let candidates = scales.compactMap { scale in
          path(search, scale: scale, transposition: transposition).map { rescaled($0, search) }
        }
        for candidate in candidates where merit(candidate) > merit(best) { best = candidate }
      }
    }
    var onsets = notes.map(\.onset)
    if options.jumps == .none, !instrument.isPercussive, !isLong, let ending = ending(best, search),
      let found = path(
        search, ending.moved(notes), scale: best.path.scale, transposition: best.transposition),
      cost(found) < cost(best)
    {
      best = found
      onsets = onsets.map(ending.moved)
    }
    let placed = best.path.place(onsets)
    let used = Set(placed.map(\.index))
    let leftOut = LeftOutRepeats.find(in: notes, used: used, jumps: options.jumps)
    let audible = AudibleNotes(
      placed.map {
        SketchedNote(
          onset: $0.onset, end: $0.onset, pitch: notes[$0.index].pitch + best.transposition)
      }, in: dense.recording.path, instrument: instrument)
    let verdict = Verdict(
      agreement: best.agreement, inKeys: keyAgreement,
      others: keys.others(than: best.transposition),
      usedNotes: Double(used.count) / Double(max(1, notes.count - leftOut.count)),
      audibleNotes: audible?.count().share,
      // Where it may jump, a path has no need to hurry.
      hurried: options.jumps == .anywhere
        ? [] : audible.map { HurriedPassages.find(in: best.path, notes: $0) } ?? [])
    let second = SecondSearch(
      spectrum, reference: reference, notes: notes, instrument: instrument, first: best)
    return Result(
      notes: isLong ? second.inSections(placed, parallel: parallel) : second.atOnce(placed),
      transposition: best.transposition, verdict: verdict)
  }

  private func clamped(_ scale: Double) -> Double {
    min(max(scale, ScoreSearch.scales.lowerBound), ScoreSearch.scales.upperBound)
  }

  private func ending(_ best: ScoreSearch.Result, _ search: ScoreSearch) -> Ending? {
    Ending.find(notes, after: best, isSounding: search.recording.isSounding) {
      self.search(search.rate, frames: $0)
    }
  }

  private func path(
    _ search: ScoreSearch, _ notes: [SketchedNote]? = nil, scale: Double, transposition: Int
  ) -> ScoreSearch.Result? {
    search.path(
      notes ?? self.notes, scale: scale, transposition: transposition, jumps: options.jumps)
  }

  /// The path at the dense rate, close to one at the sparse rate.
  private func closer(
    _ sparse: ScoreSearch.Result, _ search: ScoreSearch
  ) -> ScoreSearch.Result? {
    let (frames, rate) = (sparse.path.frames, sparse.path.frameRate)
    let corridor = Corridor(
      search: { seconds in
        let place = seconds * rate - 0.5 - Double(frames.recording.lowerBound)
        let last = frames.score.count - 1
        let lower = min(max(0, Int(place)), last)
        let share = min(max(0, place - Double(lower)), 1)
        let (a, b) = (frames.score[lower], frames.score[min(lower + 1, last)])
        return (Double(a) + share * Double(b - a) + 0.5) / rate
      }, reach: instrument.rates.reachSeconds)
    return search.path(
      notes, scale: sparse.path.scale, transposition: sparse.transposition, around: corridor)
  }

  // MARK: Keys

  /// The paths of the score in several keys.
  private struct Keys {
    var best: ScoreSearch.Result?
    var agreements: [Int: Double] = [:]

    func others(than transposition: Int) -> [Double] {
      agreements.keys.sorted().filter { $0 != transposition }.map { agreements[$0]! }
    }
  }

  private func transposed(
    _ search: ScoreSearch, scale: Double, parallel: Parallel
  ) -> Keys {
    let shifts = Array(options.transpositions ?? instrument.transpositions)
    var results = [ScoreSearch.Result?](repeating: nil, count: shifts.count)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let results = buffer
      // Those of a long recording would take too much memory at once.
      let parallel = isLong ? sequentially : parallel
      parallel(shifts.count) { index in
        results[index] = path(search, scale: scale, transposition: shifts[index])
      }
    }
    let found = results.compactMap { $0 }
    var keys = Keys(best: found.first { $0.transposition == 0 } ?? found.first)
    for result in found { keys.agreements[result.transposition] = result.agreement.value }
    if let cheapest = found.min(by: { cost($0) < cost($1) }), let best = keys.best,
      cost(cheapest) < Self.transpositionGain * cost(best)
    {
      keys.best = cheapest
    }
    return keys
  }

  private func cost(_ result: ScoreSearch.Result) -> Double { result.path.frames.meanCost }

  // MARK: Tempo

  /// The same with the tempo that the path itself shows, as long as that is cheaper.
  private func rescaled(
    _ result: ScoreSearch.Result, _ search: ScoreSearch
  ) -> ScoreSearch.Result {
    var best = result
    for _ in 0..<Self.scaleAttempts {
      let path = best.path
      guard let longest = path.stretches.max(by: { $0.count < $1.count }) else { break }
      let scoreFrames =
        path.frames.score[longest.upperBound - 1] - path.frames.score[longest.lowerBound]
      let slope = Double(longest.count - 1) / Double(max(1, scoreFrames))
      let scale = clamped(path.scale * slope)
      guard abs(scale / path.scale - 1) > Self.scaleStep,
        let candidate = self.path(search, scale: scale, transposition: best.transposition),
        cost(candidate) < cost(best)
      else { break }
      best = candidate
    }
    return best
  }

  private func isDoubtful(_ result: ScoreSearch.Result) -> Bool {
    result.agreement.value < Verdict.doubted || result.agreement.coverage < Verdict.leastShare
  }

  /// A score of one half has a path that fits but covers half, and one that is stretched over everything.
  private func merit(_ result: ScoreSearch.Result) -> Double {
    result.agreement.value * (0.5 + 0.5 * result.agreement.coverage)
  }
}
