import DivisiDSP

/// Where notes may begin: for each the rise of its pitch's activation around an estimate.
struct OnsetEvidence {
  /// How it was looked for.
  let refining: Instrument.Refining
  /// Where the frames lie.
  let grid: TimeGrid
  /// Values of each note.
  let width: Int
  /// The frame of each note's first value.
  private(set) var firstFrames: [Int]
  /// Of each note `width` values from 0 to below 1, note after note.
  private var values: [Float]
  /// Of each grace note its values, from 0 to 1, and the frame of the first.
  private(set) var graces: [(first: Int, values: [Float])]

  /// Finds them section by section, so that no more than a section's spectra are held for each thread.
  ///
  /// - Parameters:
  ///   - channels: planar samples of equal length.
  ///   - filter: of the grid's window.
  ///   - instrument: what plays.
  /// - Complexity: O(frames · open pitches · bands); memory O(notes · `width`).
  init(
    channels: [[Float]], filter: BandFilter, instrument: Instrument, notes: [NoteEstimate],
    graces: [GraceEstimate], parallel: Parallel
  ) {
    grid = filter.grid
    let refining = instrument.refining
    self.refining = refining
    let reach = Int(refining.reachSeconds * grid.frameRate)
    let width = 2 * reach + 1
    self.width = width
    let firsts = notes.map { [grid] in grid.frame(atSeconds: $0.estimate) - reach }
    firstFrames = firsts
    values = [Float](repeating: 0, count: notes.count * width)
    self.graces = GraceStrip.all(graces, notes: notes, reach: refining.reachSeconds, grid: grid)
    let rows = ActivationRows(
      notes: notes, graces: graces, reach: refining.reachSeconds, grid: grid)
    guard !rows.pitches.isEmpty else { return }
    let strips = self.graces
    let frameCount = grid.frameCount(sampleCount: channels.first?.count ?? 0)
    let margin = max(
      reach + 2 * refining.riseFrames, strips.map(\.values.count).max() ?? 0)
    let length = Int(Self.sectionSeconds * grid.frameRate)
    let sections = stride(from: 0, to: frameCount, by: length).map {
      $0..<min($0 + length, frameCount)
    }
    let analyser = ActivationAnalyser(
      channels: channels, filter: filter, instrument: instrument, rows: rows)
    // Each note and each grace note belongs to one section, and only that one writes there.
    var graceRises = strips.map { $0.values }
    values.withUnsafeMutableBufferPointer { buffer in
      graceRises.withUnsafeMutableBufferPointer { graceBuffer in
        nonisolated(unsafe) let (target, graceTarget) = (buffer, graceBuffer)
        parallel(sections.count) { index in
          let section = sections[index]
          let isLast = index == sections.count - 1
          func belongs(_ seconds: Double) -> Bool {
            let frame = min(max(0, analyser.grid.frame(atSeconds: seconds)), frameCount - 1)
            return section.contains(frame) || (isLast && frame >= section.upperBound)
          }
          let own = notes.indices.filter { belongs(notes[$0].estimate) }
          let ownGraces = graces.indices.filter { belongs(notes[graces[$0].main].estimate) }
          guard !own.isEmpty || !ownGraces.isEmpty else { return }
          let extent =
            max(
              0, section.lowerBound - margin)..<min(
              frameCount, section.upperBound + margin)
          let H = analyser.activations(in: extent)
          for note in own {
            H.rise(
              row: rows.row(ofPitch: notes[note].pitch), from: firsts[note],
              to: target.baseAddress! + note * width, count: width, lag: refining.riseFrames)
          }
          for grace in ownGraces {
            let strip = strips[grace]
            graceTarget[grace].withUnsafeMutableBufferPointer {
              H.rise(
                row: rows.row(ofPitch: graces[grace].pitch), from: strip.first,
                to: $0.baseAddress!, count: strip.values.count, lag: refining.riseFrames)
            }
          }
        }
      }
    }
    for index in graceRises.indices {
      let largest = graceRises[index].max() ?? 0
      let scale = 1 / (largest + .leastNormalMagnitude)
      self.graces[index].values = graceRises[index].map { largest > 0 ? $0 * scale : 0 }
    }
    normalise(pitches: notes.map(\.pitch))
  }

  /// What is analysed at once, in seconds.
  private static let sectionSeconds = 30.0

  /// How strongly a note is held against others of its pitch: the share of their median maximum
  /// that its own maximum is added to.
  private static let medianShare: Float = 0.3

  /// The values of a note.
  func values(ofNote note: Int) -> ArraySlice<Float> {
    values[note * width..<(note + 1) * width]
  }

  /// Divides each note's values by their maximum, but not all by which a weak one is weaker than
  /// others of its pitch.
  private mutating func normalise(pitches: [Int]) {
    let maxima = pitches.indices.map { values(ofNote: $0).max() ?? 0 }
    for notes in Dictionary(grouping: pitches.indices, by: { pitches[$0] }).values {
      let sorted = notes.map { maxima[$0] }.sorted()
      let middle = sorted.count / 2
      let median =
        sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      for note in notes {
        let divisor = maxima[note] + Self.medianShare * median
        guard divisor > 0 else { continue }
        for index in note * width..<(note + 1) * width { values[index] /= divisor }
      }
    }
  }
}
