import DivisiDSP

/// Finds which strokes of a drum repeat each other.
///
/// Greedily: the loudest stroke that is left takes those that cohere with it. Loudness is the energy of
/// the first 59 ms, less where the next stroke comes within 113 ms.
struct StrokeClustering: Sendable {
  /// Strokes that resemble each other.
  struct Cluster {
    let strokes: [WaveformStroke]
    /// The waveform of the first that was found.
    let template: StrokeAligner.Template
  }

  private let grid: StrokeGrid
  private let reader: FractionalReader
  private let aligner: StrokeAligner
  private let parallel: Parallel

  /// A stroke that fits its cluster as well as this stays there.
  private static let sureCoherence: Float = 0.8
  /// Memory grows with them, by 1.2 MB each.
  private static let mostStrokes = 48
  /// After so many strokes in a row that nothing resembles, the drum is taken not to repeat.
  private static let mostFailures = 8

  init(
    _ grid: StrokeGrid, _ reader: FractionalReader, _ aligner: StrokeAligner,
    parallel: @escaping Parallel
  ) {
    self.grid = grid
    self.reader = reader
    self.aligner = aligner
    self.parallel = parallel
  }

  /// The clusters of one drum's strokes, each of two strokes at least.
  ///
  /// - Parameter signal: the stem as it is known.
  func clusters(of strokes: [WaveformStroke], in signal: [Float]) -> [Cluster] {
    for stroke in strokes { (stroke.cluster, stroke.match.coherence) = (nil, 0) }
    let loudness = strokes.map { stroke in
      let sound = reader.read(
        signal, from: stroke.onset, step: 1, count: grid.samples(milliseconds: 58.957))
      return sound.reduce(Float(0)) { $0 + $1 * $1 }
        * Float(min(1, stroke.gap / Double(grid.samples(milliseconds: 113.3787))))
    }
    let order = strokes.indices.sorted { (loudness[$0], $1) > (loudness[$1], $0) }
    var templates: [StrokeAligner.Template] = []
    var failures = 0
    for index in order where strokes[index].cluster == nil {
      guard failures < Self.mostFailures, loudness[index] > 0 else { break }
      let seed = strokes[index]
      let template = StrokeAligner.Template(waveform(of: seed, in: signal), aligner)
      let rivals = strokes.filter { $0 !== seed && $0.coherence <= Self.sureCoherence }
      let matches = UnsafeMutableBufferPointer<StrokeAligner.Match>.allocate(
        capacity: rivals.count)
      defer { matches.deallocate() }
      nonisolated(unsafe) let results = matches
      parallel(rivals.count) { rival in
        results.initializeElement(
          at: rival,
          to: aligner.match(template, in: signal, onset: rivals[rival].onset))
      }
      template.freeSpectra()
      let joining = rivals.indices.filter {
        matches[$0].score > StrokeAligner.leastScore
          && matches[$0].coherence > max(StrokeAligner.leastCoherence, rivals[$0].coherence)
      }
      .sorted { (matches[$0].coherence, $1) > (matches[$1].coherence, $0) }
      .prefix(Self.mostStrokes - 1)
      guard !joining.isEmpty else {
        failures += 1
        continue
      }
      failures = 0
      let number = templates.count
      templates.append(template)
      seed.take(StrokeAligner.Match(delay: 0, rate: 1, score: .infinity, coherence: 1), number)
      for index in joining {
        rivals[index].take(matches[index], number)
      }
    }
    return templates.enumerated().compactMap { number, template in
      let members = strokes.filter { $0.cluster == number }
      return members.count > 1 ? Cluster(strokes: members, template: template) : nil
    }
  }

  /// A stroke as it sounds in a stem, in stroke time.
  private func waveform(of stroke: WaveformStroke, in signal: [Float]) -> [Float] {
    var waveform = reader.read(
      signal, from: stroke.onset + stroke.delay - Double(grid.lead), step: 1, count: grid.length)
    let own = min(stroke.gap, Double(grid.length - grid.lead))
    grid.fade(&waveform, fadeOut: grid.samples(milliseconds: 10), end: Int(own) + grid.lead)
    return waveform
  }
}
