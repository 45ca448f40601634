package import AudioFiles
package import DivisiEngine
package import DivisiScore
package import Terminal

/// A recording as its header describes it, and what its score makes of it.
package struct SeparationSource {
  package let recording: RecordingHeader
  package let scorePath: String
  package let parts: [Part]
  /// Whether the score says when notes are damped.
  package let hasPedal: Bool
  /// How the score got its times; nil where there is none.
  package let placement: Placement?
  /// The score on the time of the recording, as it sounds there; nil where there is none.
  package let score: Score?

  package var mix: String { recording.path }
  package var shape: AudioShape { recording.shape }
  /// Samples of each channel.
  package var sampleCount: Int { recording.sampleCount }
  /// When pedals are down, in seconds of the recording.
  package var pedals: [PedalSpan] { score?.pedals ?? [] }
  /// The bars in seconds of the recording.
  package var bars: [Bar] { score?.bars ?? [] }
  package var durationSeconds: Double { recording.durationSeconds }

  /// Looks at the recording, and reads the score and places it.
  ///
  /// - Parameters:
  ///   - instruments: which parts are one, unless options say it.
  ///   - sources: that were trained on, and stand for what is not of the score.
  ///   - withRest: whether one more part, the last, is what sounds besides drums.
  ///   - check: gets the names of the parts before the score is placed, which may take long.
  package init(
    mix: String, score scorePath: String, placer: ScorePlacer, selection: PartSelection,
    instruments: Instrumentation, withRest: Bool = false, sources: [String] = [],
    check: (_ parts: [String]) throws -> Void = { _ in }
  ) throws {
    // A score that cannot be divided is refused before it is placed.
    try self.init(
      recording: RecordingHeader(path: mix), score: placer.scoring.original(path: scorePath),
      name: scorePath, placer: placer, selection: selection, instruments: instruments,
      withRest: withRest, sources: sources, check: check)
  }

  /// The same for a recording and a score, wherever they come from.
  ///
  /// - Parameters:
  ///   - recording: is looked at when the score is known to have parts.
  ///   - original: the score at its own times.
  ///   - scorePath: its file, or what it is called.
  package init(
    recording header: @autoclosure () throws -> RecordingHeader,
    score original: @autoclosure () throws -> Score, name scorePath: String,
    placer: ScorePlacer, selection: PartSelection, instruments: Instrumentation,
    withRest: Bool = false, sources: [String] = [],
    check: (_ parts: [String]) throws -> Void = { _ in }
  ) throws {
    let original = try original()
    let scoring = placer.scoring
    let written = try scoring.assignInstruments(
      to: try selection.parts(of: original, name: scorePath), of: original, usually: instruments)
    let names = written.map(\.name)
    if withRest, names.contains(where: { $0.lowercased() == Rest.name }) {
      throw Failure(
        "\(scorePath): expected parts of other names than '\(Rest.name)', which is that of what sounds besides the drums; --parts gives them others"
      )
    }
    recording = try header()
    if let name = names.first(where: { name in
      sources.contains { $0.lowercased() == name.lowercased() }
    }) {
      throw Failure(
        "\(scorePath): expected parts of other names than '\(name)', which is that of a source; --parts gives them others"
      )
    }
    let rest = (withRest ? [Rest.part] : []) + sources.map { Part(name: $0, notes: []) }
    try check(names + rest.map(\.name))
    // What a single part lacks is another's, and so is what sources play.
    let isWhole = sources.isEmpty && written.count { !$0.notes.isEmpty } > 1
    let (score, placement) = try placer.place(
      original, path: scorePath, recording: recording, isWhole: isWhole)
    var sounding = score
    sounding.notes = score.notes.transposed(by: placement.transposition)
    self.score = sounding
    self.scorePath = scorePath
    self.placement = placement
    let parts = try scoring.assignInstruments(
      to: try selection.parts(of: score, name: scorePath), of: score, usually: instruments)
    // Rules mean pitches as they are written.
    self.parts =
      parts.map { part in
        var part = part
        part.notes = part.notes.transposed(by: placement.transposition)
        return part
      } + rest
    hasPedal = score.hasPedal
    let remarks = [
      selection.remark(on: score, name: scorePath), score.remainder(of: parts, name: scorePath),
    ]
    for warning in original.warnings + remarks.compactMap({ $0 }) { placer.warn(warning) }
  }

  /// Looks at a recording of drums that has no score: any drum of the kit may sound at any time.
  package init(
    recording: RecordingHeader, kit: DrumKit, selection: PartSelection, withRest: Bool
  ) throws {
    self.recording = recording
    scorePath = ""
    placement = nil
    score = nil
    parts =
      try selection.parts(of: kit.score, name: "the kit") + (withRest ? [Rest.part] : [])
    hasPedal = kit.score.hasPedal
  }

  /// A recording that consists of trained sources and has no score.
  package init(recording: RecordingHeader, sources: [String]) {
    self.recording = recording
    scorePath = ""
    placement = nil
    score = nil
    parts = sources.map { Part(name: $0, notes: []) }
    hasPedal = false
  }

  /// That the score says nothing about this recording.
  package var hasNoNote: Failure {
    Failure(
      "\(scorePath): expected notes between 0 s and the end of \(mix) at \(fixed(durationSeconds, digits: 1)) s; found none"
    )
  }
}
