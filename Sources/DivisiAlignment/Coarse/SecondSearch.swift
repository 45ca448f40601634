import DivisiDSP

/// Places notes anew at a finer rate, close to where a path put them, in a score that is warped to the recording: this finds
/// what dwelling hid, above all slips among repeated chords.
struct SecondSearch: Sendable {
  private let spectrum: BandSpectrum
  private let reference: Float
  private let notes: [SketchedNote]
  private let instrument: Instrument
  private let first: ScoreSearch.Result

  /// How far it goes from the first path, in seconds.
  private static let reach = 2.0
  /// The second path has to be this much of the first.
  private static let leastLength = 0.8
  /// How long the sections of a long recording are, and how far a path goes on before and after its section, so that it
  /// does not matter where it begins; in seconds.
  private static let (sectionSeconds, marginSeconds) = (120.0, 8.0)

  /// - Parameters:
  ///   - reference: of the spectrum.
  ///   - notes: in seconds of the score, by onset.
  ///   - first: the path that placed them.
  init(
    _ spectrum: BandSpectrum, reference: Float, notes: [SketchedNote], instrument: Instrument,
    first: ScoreSearch.Result
  ) {
    self.spectrum = spectrum
    self.reference = reference
    self.notes = notes
    self.instrument = instrument
    self.first = first
  }

  /// - Parameter placed: in the order of the recording.
  /// - Returns: the same where the second path is much shorter than the first.
  /// - Complexity: O(frames · bands).
  func atOnce(_ placed: [PlacedNote]) -> [PlacedNote] {
    guard !placed.isEmpty else { return placed }
    let order = ordered(placed)
    let warped = warp(order, scale: first.path.scale)
    let expected = Double(first.path.frames.recording.count) / first.path.frameRate
    guard let path = path(of: warped, in: nil), covers(path, seconds: expected) else {
      return placed
    }
    return path.place(warped.map(\.onset)).map {
      PlacedNote(index: order[$0.index].index, onset: $0.onset)
    }
  }

  /// The same section by section, so that memory does not grow with all frames.
  ///
  /// - Parameter placed: in the order of the recording; those in whose section nothing is found stay where they are.
  func inSections(_ placed: [PlacedNote], parallel: Parallel) -> [PlacedNote] {
    guard !placed.isEmpty else { return placed }
    let order = ordered(placed)
    let warped = warp(order, scale: first.path.scale)
    let count = max(1, Int(((warped[warped.count - 1].onset) / Self.sectionSeconds).rounded(.up)))
    var results = [[PlacedNote]](repeating: [], count: count)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let results = buffer
      parallel(count) { section in
        let start = Self.sectionSeconds * Double(section)
        let end = section == count - 1 ? .infinity : start + Self.sectionSeconds
        results[section] = self.section(start..<end, order, warped)
      }
    }
    return results.flatMap { $0 }
  }

  /// The notes whose first places lie in a section.
  private func section(
    _ seconds: Range<Double>, _ order: [PlacedNote], _ warped: [SketchedNote]
  ) -> [PlacedNote] {
    let wide =
      seconds.lowerBound - Self.marginSeconds..<seconds.upperBound + Self.marginSeconds
    let inside = warped.indices.filter { wide.contains(warped[$0].onset) }
    let own = inside.filter { seconds.contains(warped[$0].onset) }
    guard let first = own.first, let last = own.last else { return [] }
    let sketch = inside.map { warped[$0] }
    let length = warped[last].onset - warped[first].onset
    guard let path = path(of: sketch, in: wide), covers(path, seconds: length) else {
      return own.map { order[$0] }
    }
    var onsets: [Int: Double] = [:]
    for note in path.place(sketch.map(\.onset)) { onsets[inside[note.index]] = note.onset }
    return own.map {
      PlacedNote(index: order[$0].index, onset: onsets[$0] ?? order[$0].onset)
    }
  }

  private func covers(_ path: CoarsePath, seconds: Double) -> Bool {
    Double(path.frames.recording.count) > Self.leastLength * seconds * path.frameRate
  }

  /// The path of notes through a stretch of the recording, in seconds of the recording.
  ///
  /// - Parameters:
  ///   - warped: by onset; at least one.
  ///   - seconds: of the recording; nil for all.
  private func path(of warped: [SketchedNote], in seconds: Range<Double>?) -> CoarsePath? {
    let rate = instrument.rates.second
    let frameRate = rate.frameRate(grid: spectrum.grid)
    let all = 0..<spectrum.frameCount / rate.rawValue
    let frames = seconds.map { seconds in
      let lower = Int(max(0, seconds.lowerBound * frameRate))
      let upper = Int(min(Double(all.upperBound), seconds.upperBound * frameRate))
      return lower..<max(lower, upper)
    }
    let recording = RecordingFeatures(
      spectrum, rate: rate, instrument: instrument, reference: reference, frames: frames)
    let begin = Double(frames?.lowerBound ?? 0) / frameRate
    let search = ScoreSearch(
      recording: recording, rate: rate, grid: spectrum.grid, instrument: instrument)
    // The search puts the first onset a quarter of a second after its begin.
    let shift = 0.25 + begin - warped[0].onset
    let result = search.path(
      warped, scale: 1, transposition: first.transposition,
      around: Corridor(search: { $0 + shift }, reach: Self.reach))
    return result?.path.later(by: frames?.lowerBound ?? 0)
  }

  /// In the order of the recording, in which a stretch of the score never goes back.
  private func ordered(_ placed: [PlacedNote]) -> [PlacedNote] {
    var order = placed
    var latest = -Double.infinity
    for index in order.indices {
      latest = max(latest, order[index].onset)
      order[index].onset = latest
    }
    return order
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
