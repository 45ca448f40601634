import DivisiDSP

/// Makes rough onsets exact: from hundreds of milliseconds to a few.
///
/// The evidence is where activations of a note's pitch rise (``OnsetEvidence``). First all events of the
/// score are placed together (``EventPath``), then each note by itself (``NoteOnsets``); grace notes
/// follow (``GraceStrip``), and ends come from the score through the map of the onsets. Drums are placed a second time,
/// with what the first time tells of their sound (``LearntStrokes``).
struct Refinement {
  /// What was found.
  struct Result {
    /// Of each note, in the order in which they were given.
    var notes: [NoteTimes]
    /// Of each grace note.
    var graces: [NoteTimes]
    /// From the score to the recording, with a point for each event.
    var map: TimeMap
    /// The stretch of the map that each note lies in.
    var stretches: [Int]
  }

  private let sampleCount: Int
  private let peak: Float
  private let filter: BandFilter
  private var instrument: Instrument
  private let parallel: Parallel

  private static let shortest = 0.05

  /// - Parameters:
  ///   - sampleCount: of each channel of the recording.
  ///   - sampleRate: in hertz.
  ///   - peak: the largest magnitude of the samples.
  ///   - instrument: what plays.
  ///   - tuningCents: against A4 = 440 Hz.
  ///   - parallel: spreads sections of the recording.
  init(
    sampleCount: Int, sampleRate: Double, peak: Float, instrument: Instrument, tuningCents: Double,
    parallel: @escaping Parallel
  ) {
    self.sampleCount = sampleCount
    self.peak = peak
    self.instrument = instrument
    filter = BandFilter(
      instrument.bands(tuningCents: tuningCents),
      grid: TimeGrid(
        sampleRate: sampleRate, resolution: instrument.refining.windowLength,
        hopAtResolution: instrument.refining.hop))
    self.parallel = parallel
  }

  /// - Parameter graces: with indices of their main notes among the notes.
  /// - Throws: what reading the recording throws.
  func refine(
    _ notes: [NoteEstimate], graces: [GraceEstimate], in sound: RecordedSound
  ) throws -> Result {
    let notes = steadied(notes)
    let result = try found(notes, graces, in: sound)
    guard instrument.isPercussive else { return result }
    return try learning(from: result, of: notes, in: sound).found(notes, graces, in: sound)
  }

  private func found(
    _ notes: [NoteEstimate], _ graces: [GraceEstimate], in sound: RecordedSound
  ) throws -> Result {
    var evidence = evidence(of: notes, graces)
    try evidence.find(in: sound, parallel: parallel)
    evidence.normalise()
    return result(of: notes, graces, evidence)
  }

  /// Frames that are read at once to learn from.
  private static let learningFrames = 40_000

  /// The same with what the drums of the recording sound like.
  private func learning(
    from result: Result, of notes: [NoteEstimate], in sound: RecordedSound
  ) throws -> Refinement {
    var strokes = LearntStrokes(
      onsets: result.notes.map(\.onset), pitches: notes.map(\.pitch), sampleCount: sampleCount,
      peak: peak, filter: filter)
    try sound.forEachStretch(
      of: filter.grid, length: Self.learningFrames, margin: LearntStrokes.margin
    ) { strokes.listen(to: $0, parallel: parallel) }
    var copy = self
    copy.instrument = instrument.struck(as: strokes.templates(from: instrument))
    return copy
  }

  /// - Parameters:
  ///   - graces: with indices of their main notes among the notes.
  ///   - channels: planar samples of the whole recording, of equal length.
  func refine(
    _ notes: [NoteEstimate], graces: [GraceEstimate] = [], in channels: [[Float]]
  ) -> Result {
    let notes = steadied(notes)
    var evidence = evidence(of: notes, graces)
    evidence.find(in: SoundStretch(whole: channels, grid: filter.grid), parallel: parallel)
    evidence.normalise()
    return result(of: notes, graces, evidence)
  }

  private func steadied(_ notes: [NoteEstimate]) -> [NoteEstimate] {
    guard let pattern = instrument.refining.pattern else { return notes }
    return SteadyTempo(reachSeconds: pattern.steadySeconds).steadied(notes)
  }

  private func evidence(of notes: [NoteEstimate], _ graces: [GraceEstimate]) -> OnsetEvidence {
    OnsetEvidence(
      sampleCount: sampleCount, peak: peak, filter: filter, instrument: instrument, notes: notes,
      graces: graces)
  }

  private func result(
    of notes: [NoteEstimate], _ graces: [GraceEstimate], _ evidence: OnsetEvidence
  ) -> Result {
    let events = ScoreEvent.all(notes)
    let frames = EventPath(evidence: evidence, notes: notes).frames(of: events)
    let placer = NoteOnsets(evidence: evidence)
    var onsets = [Double](repeating: 0, count: notes.count)
    var points: [TimeMap.Point] = []
    let rooms = rooms(of: notes, events: events, frames: frames)
    for (event, frame) in zip(events, frames) {
      for note in event.notes {
        onsets[note] = placer.onset(ofNote: note, eventFrame: frame, room: rooms?[note])
      }
      points.append(
        TimeMap.Point(score: event.score, audio: median(event.notes.map { onsets[$0] })))
    }
    let map = TimeMap(points)
    var stretches = [Int](repeating: 0, count: notes.count)
    var stretch = 0
    for index in events.indices {
      if index > 0, events[index].score < events[index - 1].score { stretch += 1 }
      for note in events[index].notes { stretches[note] = stretch }
    }
    let times = notes.indices.map { note in
      let end = map.audioSeconds(atScore: notes[note].scoreEnd, stretch: stretches[note])
      return NoteTimes(onset: onsets[note], end: max(end, onsets[note] + Self.shortest))
    }
    return Result(
      notes: times, graces: graceTimes(graces, evidence: evidence, onsets: onsets), map: map,
      stretches: stretches)
  }

  /// How far each note may lie from its event, in frames: less than half way to the next of its pitch; nil where notes of
  /// one pitch need not be apart.
  private func rooms(
    of notes: [NoteEstimate], events: [ScoreEvent], frames: [Int]
  ) -> [(before: Int, after: Int)]? {
    guard instrument.refining.leastGapSeconds > 0 else { return nil }
    var rooms = [(before: Int, after: Int)](repeating: (.max, .max), count: notes.count)
    var latest: [Int: (note: Int, frame: Int)] = [:]
    for (event, frame) in zip(events, frames) {
      for note in event.notes {
        if let before = latest[notes[note].pitch], frame > before.frame {
          let room = (frame - before.frame - 1) / 2
          rooms[note].before = room
          rooms[before.note].after = room
        }
        latest[notes[note].pitch] = (note, frame)
      }
    }
    return rooms
  }

  private func graceTimes(
    _ graces: [GraceEstimate], evidence: OnsetEvidence, onsets: [Double]
  ) -> [NoteTimes] {
    var result = [NoteTimes](repeating: NoteTimes(onset: 0, end: 0), count: graces.count)
    for (main, group) in Dictionary(grouping: graces.indices, by: { graces[$0].main }) {
      let times = GraceStrip.times(
        group.map { evidence.graces[$0] },
        isOrdered: group.allSatisfy { graces[$0].isOrdered }, mainOnset: onsets[main],
        delay: evidence.refining.delaySeconds, grid: evidence.grid)
      for (index, time) in zip(group, times) { result[index] = time }
    }
    return result
  }
}
