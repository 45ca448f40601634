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

  private let notes: [NoteEstimate]
  private let graceNotes: [GraceEstimate]
  private let rows: ActivationRows
  private let analyser: ActivationAnalyser
  private let frameCount: Int

  /// What is analysed at once, in seconds.
  private static let sectionSeconds = 30.0
  /// Sections of a stretch that is read, so that threads have something each.
  private static let sectionsAtOnce = 4

  /// Finds nothing yet.
  ///
  /// - Parameters:
  ///   - sound: what will be looked at.
  ///   - peak: the largest magnitude of its samples.
  ///   - filter: of the grid's window.
  ///   - instrument: what plays.
  /// - Complexity: memory O(notes · `width`).
  init(
    sampleCount: Int, peak: Float, filter: BandFilter, instrument: Instrument,
    notes: [NoteEstimate], graces: [GraceEstimate]
  ) {
    grid = filter.grid
    let refining = instrument.refining
    self.refining = refining
    let reach = Int(refining.reachSeconds * grid.frameRate)
    let width = 2 * reach + 1
    self.width = width
    firstFrames = notes.map { [grid] in grid.frame(atSeconds: $0.estimate) - reach }
    values = [Float](repeating: 0, count: notes.count * width)
    self.graces = GraceStrip.all(graces, notes: notes, reach: refining.reachSeconds, grid: grid)
    let strips = firstFrames.map { ($0, width) } + self.graces.map { ($0.first, $0.values.count) }
    rows = ActivationRows(
      notes: notes, graces: graces, reach: refining.reachSeconds,
      places: strips.map { first, count in
        first - refining.riseFrames..<first + count + refining.riseFrames
      }, grid: grid)
    analyser = ActivationAnalyser(peak: peak, filter: filter, instrument: instrument, rows: rows)
    frameCount = grid.frameCount(sampleCount: sampleCount)
    self.notes = notes
    graceNotes = graces
  }

  /// Frames of a section.
  private var sectionLength: Int { Int(Self.sectionSeconds * grid.frameRate) }
  /// How many frames before and after a section its notes may need.
  private var margin: Int {
    max(width / 2 + 2 * refining.riseFrames, graces.map(\.values.count).max() ?? 0)
  }

  /// Looks at all of a recording.
  ///
  /// - Throws: what the reader throws.
  mutating func find(in sound: RecordedSound, parallel: Parallel) throws {
    guard !rows.pitches.isEmpty else { return }
    try sound.forEachStretch(
      of: grid, length: Self.sectionsAtOnce * sectionLength, margin: margin
    ) { find(in: $0, parallel: parallel) }
  }

  /// Looks at a stretch, section by section, so that no more than a section's spectra are held for each thread.
  ///
  /// - Complexity: O(frames · open pitches · bands).
  mutating func find(in stretch: SoundStretch, parallel: Parallel) {
    let sections = stride(
      from: stretch.frames.lowerBound, to: stretch.frames.upperBound, by: sectionLength
    ).map { $0..<min($0 + sectionLength, stretch.frames.upperBound) }
    let (strips, firsts, width, margin) = (graces, firstFrames, width, margin)
    // Each note and each grace note belongs to one section, and only that one writes there.
    var graceRises = strips.map { $0.values }
    values.withUnsafeMutableBufferPointer { [self] buffer in
      graceRises.withUnsafeMutableBufferPointer { graceBuffer in
        nonisolated(unsafe) let (target, graceTarget) = (buffer, graceBuffer)
        parallel(sections.count) { index in
          let section = sections[index]
          func belongs(_ seconds: Double) -> Bool {
            let frame = min(max(0, analyser.grid.frame(atSeconds: seconds)), frameCount - 1)
            return section.contains(frame)
          }
          let own = notes.indices.filter { belongs(notes[$0].estimate) }
          let ownGraces = graceNotes.indices.filter {
            belongs(notes[graceNotes[$0].main].estimate)
          }
          guard !own.isEmpty || !ownGraces.isEmpty else { return }
          let extent =
            max(
              0, section.lowerBound - margin)..<min(
              frameCount, section.upperBound + margin)
          let H = analyser.activations(in: extent, of: stretch)
          for note in own {
            H.rise(
              row: rows.row(ofPitch: notes[note].pitch), from: firsts[note],
              to: target.baseAddress! + note * width, count: width, lag: refining.riseFrames)
          }
          for grace in ownGraces {
            let strip = strips[grace]
            graceTarget[grace].withUnsafeMutableBufferPointer {
              H.rise(
                row: rows.row(ofPitch: graceNotes[grace].pitch), from: strip.first,
                to: $0.baseAddress!, count: strip.values.count, lag: refining.riseFrames)
            }
          }
        }
      }
    }
    for index in graceRises.indices { graces[index].values = graceRises[index] }
  }

  /// How much rises count that may be echoes of a stronger one.
  private static let echoShare: Float = 0.5

  /// Weakens what follows a stronger rise of the same note: a drum that swings after its stroke is not struck again.
  private mutating func weakenEchoes(_ seconds: ClosedRange<Double>) {
    let (least, most) = (
      Int(seconds.lowerBound * grid.frameRate), Int(seconds.upperBound * grid.frameRate)
    )
    for note in notes.indices {
      let rises = Array(values(ofNote: note))
      for place in rises.indices.dropFirst(least)
      where rises[max(0, place - most)...place - least].contains(where: { $0 > rises[place] }) {
        values[note * width + place] *= Self.echoShare
      }
    }
  }

  /// How strongly a note is held against others of its pitch: the share of their median maximum
  /// that its own maximum is added to.
  private static let medianShare: Float = 0.3

  /// The values of a note.
  func values(ofNote note: Int) -> ArraySlice<Float> {
    values[note * width..<(note + 1) * width]
  }

  /// Divides each note's values by their maximum, but not all by which a weak one is weaker than
  /// others of its pitch; once everything has been looked at.
  mutating func normalise() {
    for index in graces.indices {
      let largest = graces[index].values.max() ?? 0
      guard largest > 0 else { continue }
      let scale = 1 / (largest + .leastNormalMagnitude)
      graces[index].values = graces[index].values.map { $0 * scale }
    }
    if let seconds = refining.echoSeconds { weakenEchoes(seconds) }
    let pitches = notes.map(\.pitch)
    let maxima = pitches.indices.map { values(ofNote: $0).max() ?? 0 }
    for notes in Dictionary(grouping: pitches.indices, by: { pitches[$0] }).values {
      let median = median(notes.map { maxima[$0] })
      for note in notes {
        let divisor = maxima[note] + Self.medianShare * median
        guard divisor > 0 else { continue }
        for index in note * width..<(note + 1) * width { values[index] /= divisor }
      }
    }
  }
}
