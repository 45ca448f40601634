package import DivisiDSP
package import DivisiEngine
import Terminal

/// One recording on its way through the separation, section by section.
package struct RecordingSeparation {
  /// The two ways to separate.
  private enum Way {
    case fitted(SectionSeparator, SectionLayout)
    case streamed(StreamPieces)
  }

  private var way: Way
  private let source: SeparationSource
  private let plan: SeparationPlan

  /// - Parameters:
  ///   - withResidual: whether what no part explains is kept out of the parts.
  ///   - observer: sees the fit, which is then one of the whole recording.
  /// - Throws: one line where no note falls into the recording, or where parts have no bank.
  package init(
    _ source: SeparationSource, plan: SeparationPlan, withResidual: Bool,
    observer: FitObserver? = nil
  ) throws {
    self.source = source
    self.plan = plan
    let banks = try plan.banks.banks(of: source.parts, score: source.scorePath)
    let sampleRate = Double(source.shape.sampleRate)
    do throws(SeparationError) {
      if plan.isStreamed {
        way = .streamed(
          try StreamPieces(
            settings: plan.settings, material: plan.material, banks: banks, parts: source.parts,
            hasPedal: source.hasPedal, sampleCount: source.sampleCount, sampleRate: sampleRate,
            channelCount: source.shape.channelCount))
        return
      }
      var separator = plan.separator
      separator.banks = banks
      // Who wants the factors wants those of the whole.
      let layout = observer == nil ? SectionLayout() : .whole
      way = .fitted(
        try SectionSeparator(
          separator, parts: source.parts, hasPedal: source.hasPedal, withResidual: withResidual,
          sampleCount: source.sampleCount, sampleRate: sampleRate, observer: observer,
          layout: layout),
        layout)
    } catch {
      throw source.hasNoNote
    }
  }

  /// How the recording is cut.
  package var layout: SectionLayout {
    switch way {
    case .fitted(_, let layout): layout
    case .streamed: StreamPieces.layout
    }
  }

  /// What was found out on the way; nil for a stream.
  package var summary: SectionSeparator? {
    if case .fitted(let separator, _) = way { separator } else { nil }
  }

  private mutating func separate(
    _ section: Section, progress: (Double) -> Bool
  ) throws(SeparationError) -> SeparatedPiece {
    switch way {
    case .streamed(let pieces): return try pieces.separate(section, progress: progress)
    case .fitted(var separator, let layout):
      defer { way = .fitted(separator, layout) }
      return try separator.separate(section, progress: progress)
    }
  }

  /// Puts all sections through the separation, while the next one is read and the one before is
  /// written; what becomes of the last one is spread over threads.
  ///
  /// - Parameters:
  ///   - reader: of the same recording, with ``layout``.
  ///   - progress: called with 0…1 on the thread that calls; returns whether to go on.
  ///   - append: takes the pieces in their order, on other threads.
  /// - Throws: `SeparationError.cancelled` where progress said so; what reader and `append` throw.
  package mutating func run(
    from reader: SectionReader, progress: (Double) -> Bool,
    append:
      @escaping @Sendable (_ piece: SeparatedPiece, _ parallel: @escaping Parallel) throws ->
      Void
  ) throws {
    var reading = Background { try reader.next() }
    var writing: Background<Void>?
    defer {
      reading.wait()
      writing?.wait()
    }
    while let section = try reading.value() {
      reading = Background { try reader.next() }
      let piece = try separate(section, progress: progress)
      try writing?.value()
      if piece.range.upperBound < source.sampleCount {
        writing = Background { try append(piece, sequentially) }
      } else {
        try append(piece, plan.parallel)
      }
    }
    try writing?.value()
  }

  /// Above it, a recording is taken to hold more than the drums of its score. Twenty-eight recordings of drums
  /// alone leave 0.02 to 0.21, twelve drum tracks with as much of other music 0.20 to 0.46, a song 0.37.
  private static let unexplainedShare = 0.25

  /// That much of the recording is not of the score, in one line; nil where it is.
  package var doubt: String? {
    guard case .drums = plan.material, !plan.settings.separation.hasRest,
      !plan.settings.separation.isScoreless,
      let share = summary?.unexplainedShare, share > Self.unexplainedShare
    else { return nil }
    return "\(source.mix): the recording holds more than drums; try --preset drums-song"
  }
}

extension SeparatedPiece {
  /// What the stems leave of the recording.
  ///
  /// - Parameter held: a sample of a stem as whoever takes it holds it.
  package func residual(held: (Float) -> Float) -> [ArraySlice<Float>] {
    var rest = channels
    for stem in stems {
      for channel in rest.indices {
        for sample in rest[channel].indices { rest[channel][sample] -= held(stem[channel][sample]) }
      }
    }
    return rest
  }
}
