import DivisiDSP

/// Finds about where a score lies in a recording, in which key and at which tempo.
struct CoarseAligner: Sendable {
  private let spectrum: BandSpectrum
  private let search: ScoreSearch
  /// Where keys and the first path of a long recording are searched; nil for a short one.
  private let sparseSearch: ScoreSearch?
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
  /// How far the search at the dense rate goes from the path that was found at the sparse one, in seconds.
  private static let sparseReach = 4.0
  /// How far the second search goes from the first path, in seconds.
  private static let reach = 2.0
  /// The second path has to be this much of the first.
  private static let leastLength = 0.8

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
    func search(_ rate: FeatureRate) -> ScoreSearch {
      ScoreSearch(
        recording: RecordingFeatures(spectrum, rate: rate, instrument: instrument), rate: rate,
        grid: spectrum.grid, instrument: instrument)
    }
    let rates = instrument.rates
    self.search = search(rates.dense)
    let seconds = Double(spectrum.frameCount) / spectrum.grid.frameRate
    sparseSearch = seconds > rates.longSeconds ? search(rates.sparse) : nil
  }

  /// - Returns: nil for a recording or a score without anything in it.
  func align(parallel: Parallel) -> Result? {
    guard let first = notes.first, search.recording.isSounding.contains(true) else { return nil }
    let length = (notes.lazy.map(\.end).max() ?? 0) - first.onset
    let scale =
      options.jumps == .none
      ? clamped(search.recording.soundingSeconds / (length + 0.5)) : 1
    let keys = transposed(scale: scale, parallel: parallel)
    guard var best = keys.best else { return nil }
    let keyAgreement = sparseSearch == nil ? nil : best.agreement.value
    if sparseSearch == nil {
      best = rescaled(best)
    } else if options.jumps == .none, let closer = closer(best) {
      best = closer
    }
    if isDoubtful(best) && options.jumps == .none && sparseSearch == nil {
      // At a wrong tempo keys say nothing.
      let scales = Self.furtherScales.map { clamped(scale * $0) } + [1]
      for transposition in Set([0, best.transposition]).sorted() {
        let candidates = scales.compactMap { scale in
          path(scale: scale, transposition: transposition).map(rescaled)
        }
        for candidate in candidates where merit(candidate) > merit(best) { best = candidate }
      }
    }
    let placed = best.path.place(notes.map(\.onset))
    let used = Set(placed.map(\.index))
    let leftOut = LeftOutRepeats.find(in: notes, used: used, jumps: options.jumps)
    let audible = AudibleNotes(
      placed.map {
        SketchedNote(
          onset: $0.onset, end: $0.onset, pitch: notes[$0.index].pitch + best.transposition)
      }, in: search.recording.path, instrument: instrument)
    let verdict = Verdict(
      agreement: best.agreement, inKeys: keyAgreement,
      others: keys.others(than: best.transposition),
      usedNotes: Double(used.count) / Double(max(1, notes.count - leftOut.count)),
      audibleNotes: audible?.count().share,
      // Where it may jump, a path has no need to hurry.
      hurried: options.jumps == .anywhere
        ? [] : audible.map { HurriedPassages.find(in: best.path, notes: $0) } ?? [])
    let refined = secondSearch(placed, after: best) ?? placed
    return Result(
      notes: refined, transposition: best.transposition, verdict: verdict)
  }

  private func clamped(_ scale: Double) -> Double {
    min(max(scale, ScoreSearch.scales.lowerBound), ScoreSearch.scales.upperBound)
  }

  private func path(scale: Double, transposition: Int) -> ScoreSearch.Result? {
    (sparseSearch ?? search).path(
      notes, scale: scale, transposition: transposition, jumps: options.jumps)
  }

  /// The path at the dense rate, close to one at the sparse rate.
  private func closer(_ sparse: ScoreSearch.Result) -> ScoreSearch.Result? {
    let (frames, rate) = (sparse.path.frames, sparse.path.frameRate)
    let corridor = Corridor(
      search: { seconds in
        let place = seconds * rate - 0.5 - Double(frames.recording.lowerBound)
        let last = frames.score.count - 1
        let lower = min(max(0, Int(place)), last)
        let share = min(max(0, place - Double(lower)), 1)
        let (a, b) = (frames.score[lower], frames.score[min(lower + 1, last)])
        return (Double(a) + share * Double(b - a) + 0.5) / rate
      }, reach: Self.sparseReach)
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

  private func transposed(scale: Double, parallel: Parallel) -> Keys {
    let shifts = Array(options.transpositions ?? instrument.transpositions)
    var results = [ScoreSearch.Result?](repeating: nil, count: shifts.count)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let results = buffer
      // Those of a long recording would take too much memory at once.
      let parallel = sparseSearch == nil ? parallel : sequentially
      parallel(shifts.count) { index in
        results[index] = path(scale: scale, transposition: shifts[index])
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
  private func rescaled(_ result: ScoreSearch.Result) -> ScoreSearch.Result {
    var best = result
    for _ in 0..<Self.scaleAttempts {
      let path = best.path
      guard let longest = path.stretches.max(by: { $0.count < $1.count }) else { break }
      let scoreFrames =
        path.frames.score[longest.upperBound - 1] - path.frames.score[longest.lowerBound]
      let slope = Double(longest.count - 1) / Double(max(1, scoreFrames))
      let scale = clamped(path.scale * slope)
      guard abs(scale / path.scale - 1) > Self.scaleStep,
        let candidate = self.path(scale: scale, transposition: best.transposition),
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

  // MARK: The second search

  /// Places notes anew at the fine rate, close to where they are, in a score that is warped to the recording: this
  /// finds what dwelling hid, above all slips among repeated chords.
  ///
  /// - Returns: nil if the second path is much shorter than the first.
  private func secondSearch(_ placed: [PlacedNote], after first: ScoreSearch.Result)
    -> [PlacedNote]?
  {
    guard !placed.isEmpty else { return nil }
    // In the order of the recording, in which a stretch of the score never goes back.
    var order = placed
    var latest = -Double.infinity
    for index in order.indices {
      latest = max(latest, order[index].onset)
      order[index].onset = latest
    }
    let warped = warp(order, scale: first.path.scale)
    let rate = instrument.rates.second
    let recording = RecordingFeatures(spectrum, rate: rate, instrument: instrument)
    let start = order[0].onset
    let fine = ScoreSearch(
      recording: recording, rate: rate, grid: search.grid, instrument: instrument)
    // The search puts the first onset a quarter of a second after its begin.
    let corridor = Corridor(search: { 0.25 + $0 - start }, reach: Self.reach)
    guard
      let second = fine.path(
        warped, scale: 1, transposition: first.transposition, around: corridor)
    else { return nil }
    let expected =
      Double(first.path.frames.recording.count) / first.path.frameRate * second.path.frameRate
    guard Double(second.path.frames.recording.count) > Self.leastLength * expected else {
      return nil
    }
    return second.path.place(warped.map(\.onset)).map {
      PlacedNote(index: order[$0.index].index, onset: $0.onset)
    }
  }

  /// The notes at their places, ending as the path says.
  private func warp(_ placed: [PlacedNote], scale: Double) -> [SketchedNote] {
    // Notes of one stretch are ascending in the score; where the score goes back, a new one begins.
    var result: [SketchedNote] = []
    var first = 0
    while first < placed.count {
      var end = first + 1
      while end < placed.count, notes[placed[end].index].onset >= notes[placed[end - 1].index].onset
      {
        end += 1
      }
      let points = placed[first..<end].map {
        PathPoint(score: notes[$0.index].onset, recording: $0.onset)
      }
      let line = PointLine(distinct(points), slope: scale)
      for item in placed[first..<end] {
        let note = notes[item.index]
        let release = line.recording(atScore: note.end)
        result.append(
          SketchedNote(
            onset: item.onset, end: max(release, item.onset + 0.1), pitch: note.pitch))
      }
      first = end
    }
    return result
  }

  /// The last of points with the same time of the score.
  private func distinct(_ points: [PathPoint]) -> [PathPoint] {
    var result: [PathPoint] = []
    for point in points {
      if let last = result.last, point.score - last.score < 1e-9 { result.removeLast() }
      result.append(point)
    }
    return result
  }
}
