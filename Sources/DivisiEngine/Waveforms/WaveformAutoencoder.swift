import DivisiDSP

/// Sharpens the stems of drums by what strokes have in common: their waveforms.
///
/// A complex-valued autoencoder over the non-negative one. Its encoder is a bank of matched filters,
/// which find where a waveform sounds, how fast it is played and how loud; its decoder are the mean
/// waveforms of strokes that resemble each other. Each stroke is predicted from its *neighbours*, the
/// other strokes of its cluster, with as much trust as they deserve bin by bin; what the means do not
/// explain is shared by the masks as before. Where nothing repeats, the stems stay what they were.
///
///     x, Ŝ_p, P_p = V̂_p²                                  the recording, and what the masks know
///       │  twice, part by part:                            run, find
///       ▼
///     strokes ─▶ clusters, templates                       StrokeClustering
///       │  twice, stroke by stroke:                        refine
///       ▼
///     template ─▶ delay, rate                              StrokeAligner
///     Y = x − Σ μ + the stroke's own former waveform       observe
///     Z = Ŝ_p, later Y;  ν = 12 Σ_{q≠p} φ_q P_q            observe, WaveformSection.writeNoise
///     ν_z = ν φ P / (ν + φ P), later ν                     StrokeMeasurement
///     W = mean of A Z                                      StrokeAverage; the next template
///     A, e, φ of a stroke from W of its neighbours         StrokePrediction
///     its waveform: A W at its delay and rate              predict
///       │
///       ▼
///     μ_p = Σ waveforms of the part's strokes              WaveformSection.rest
///     Ŝ_p = μ_p + φ_p P_p / Σ_q φ_q P_q · (x − Σ_q μ_q)    WaveformSection.resynthesise
///
/// The last line is the posterior mean of Gaussian sources of means μ and variances φ P. g, a stroke's
/// level, is where its gains A start; 12 stands for how much more than the masks' leakage the other parts
/// may disturb. *Later* means in the second pass: at first only what the masks let through is averaged.
///
/// Masks know magnitudes alone, and the ideal mask is a ceiling for all of them; a waveform that
/// repeats is known with its phase, and goes beyond.
///
/// Constants were chosen as ``StrokeGrid`` says.
///
/// - Complexity: per stroke and cluster some 40 FFTs of 0.1 s; memory of 1.2 MB for each stroke of a
///   cluster.
/// - Thread: one at a time; the bits do not depend on how `parallel` spreads the work.
/// - SeeAlso: Knapp & Carter, IEEE TASSP 1976 (the encoder's weighting); Duong, Vincent & Gribonval,
///   "Under-determined reverberant audio source separation using a full-rank spatial covariance
///   model", IEEE TASLP 2010, eq. 24 (the posterior mean of Gaussian sources).
struct WaveformAutoencoder: Sendable {
  private let grid: StrokeGrid
  private let covariances: SpatialCovariances?
  private let parallel: Parallel
  private let reader = FractionalReader()
  private let aligner: StrokeAligner
  private let clustering: StrokeClustering
  private let prediction: StrokePrediction

  static let passCount = 2

  /// - Parameter covariances: where the parts lie; nil where each mask serves all channels alike.
  init(
    _ stft: STFT, covariances: SpatialCovariances? = nil, parallel: @escaping Parallel
  ) {
    self.covariances = covariances
    grid = StrokeGrid(stft)
    self.parallel = parallel
    aligner = StrokeAligner(grid, reader)
    clustering = StrokeClustering(grid, reader, aligner, parallel: parallel)
    prediction = StrokePrediction(grid)
  }

  /// Replaces the stems of a section by better ones.
  ///
  /// - Parameter step: called after each part of each pass; may throw to end the work.
  func run(
    _ section: inout WaveformSection, step: () throws(SeparationError) -> Void
  ) throws(SeparationError) {
    for pass in 0..<Self.passCount {
      for part in 0..<section.partCount {
        find(part, pass: pass, &section)
        try step()
      }
      section.resynthesise(grid, covariances, parallel)
    }
  }

  /// Finds the waveforms of one part's strokes.
  private func find(_ part: Int, pass: Int, _ section: inout WaveformSection) {
    let strokes = section.strokes.filter { $0.part == part }
    guard strokes.count > 1 else { return }
    let stems = section.stems[part]
    let sounds = Sounds(
      section: section, part: part, rest: section.rest(grid), stems: stems, mono: Self.sum(stems),
      isFirst: pass == 0)
    section.shares.fill(part, 1)
    for stroke in strokes {
      stroke.formerWaveforms = stroke.waveforms
      stroke.waveforms = []
    }
    for pitch in Set(strokes.map(\.pitch)).sorted() {
      let group = strokes.filter { $0.pitch == pitch }
      for cluster in clustering.clusters(of: group, in: sounds.mono) {
        refine(cluster, sounds)
        for stroke in cluster.strokes {
          leave(stroke, section.shares)
          stroke.measured = nil
        }
      }
    }
    for stroke in strokes { stroke.formerWaveforms = [] }
  }

  /// What the strokes of a part are found in.
  private struct Sounds: Sendable {
    let section: WaveformSection
    let part: Int
    /// What no waveform explains, by channel.
    let rest: [[Float]]
    /// The part as it is known, by channel, and their sum.
    let stems: [[Float]]
    let mono: [Float]
    /// Whether only what the masks let through is averaged.
    let isFirst: Bool
  }

  private static func sum(_ channels: [[Float]]) -> [Float] {
    var sum = channels[0]
    for channel in channels.dropFirst() {
      for index in sum.indices { sum[index] += channel[index] }
    }
    return sum
  }

  // MARK: One cluster

  private func refine(_ cluster: StrokeClustering.Cluster, _ sounds: Sounds) {
    let strokes = cluster.strokes
    var template = cluster.template
    for round in 0..<2 {
      let sought = template
      sought.prepare(rates: strokes.map(\.rate), aligner, parallel: parallel)
      parallel(strokes.count) { [self] index in
        let stroke = strokes[index]
        stroke.match = aligner.refine(stroke.match, sought, in: sounds.mono, onset: stroke.onset)
      }
      // Before strokes take memory.
      sought.freeSpectra()
      parallel(strokes.count) { [self] index in observe(strokes[index], sounds) }
      if round == 0 { setLevels(strokes) }
      let average = StrokeAverage(grid, strokes.compactMap(\.measured), strokes.map(\.level))
      let isLast = round == 1
      parallel(strokes.count) { [self] index in
        predict(strokes[index], average, writesWaveforms: isLast)
      }
      guard !isLast else { break }
      var waveform = average.waveform
      grid.fade(&waveform, fadeOut: grid.samples(milliseconds: 20), end: grid.length)
      template = StrokeAligner.Template(waveform, aligner, isSought: false)
    }
  }

  /// What is known of a stroke, in stroke time.
  private func observe(_ stroke: WaveformStroke, _ sounds: Sounds) {
    let start = stroke.start(grid)
    let (section, part) = (sounds.section, sounds.part)
    let (place, frameCount) = (start / Double(grid.hop), section.powers.frameCount)
    let variance = SectionMap(frameCount: frameCount, from: place) { [powers = section.powers] in
      UnsafePointer(powers.column($0, of: part))
    }
    let measured =
      stroke.measured
      ?? StrokeMeasurement(
        grid, channels: sounds.rest.count,
        frames: grid.frames(reaching: Int(stroke.cut) + grid.lead), ownFrames: ownFrames(stroke),
        isMasked: sounds.isFirst, variance: variance)
    stroke.measured = measured
    measured.variance = variance
    let step = 1 / stroke.rate
    let count = grid.samples(heardBy: measured.ownFrameCount)
    for channel in sounds.rest.indices {
      let y = stroke.read(
        sounds.rest[channel], channel: channel, from: start, step: step, count: count, grid, reader)
      grid.analyse(y, into: measured.observed[channel])
      guard sounds.isFirst else { continue }
      let z = reader.read(sounds.stems[channel], from: start, step: step, count: count)
      grid.analyse(z, into: measured.averaged[channel])
    }
    let noise = NoiseColumns(section, besides: part, binCount: grid.binCount)
    measured.noise.take(
      SectionMap(frameCount: frameCount, from: place) { noise.column($0) })
  }

  /// How many frames of stroke time lie before the next stroke, up to 16 ms before its onset.
  private func ownFrames(_ stroke: WaveformStroke) -> Int {
    guard stroke.cut < Double(grid.length) else { return grid.frameCount }
    let reach = stroke.cut + Double(grid.lead - grid.samples(milliseconds: 15.873))
    return min(max(Int(reach / Double(grid.hop)) + 1, 1), grid.frameCount)
  }

  /// g, from the power of six frames from the onset on, and A and e as they start.
  private func setLevels(_ strokes: [WaveformStroke]) {
    let energies = strokes.map { stroke in
      guard let measured = stroke.measured else { return 0.0 }
      let count = measured.frameCount
      return (min(2, count)..<min(8, count)).reduce(0.0) {
        $0 + measured.variance.sum(ofFrame: $1, binCount: grid.binCount)
      }
    }
    for (stroke, energy) in zip(strokes, energies) {
      stroke.level = Float((energy / max(energies[0], 1e-30)).squareRoot())
      stroke.measured?.gains.fill(stroke.level)
      stroke.measured?.unexplained.fill(0.1)
    }
  }

  /// The stroke's own waveform, from what the others say.
  private func predict(
    _ stroke: WaveformStroke, _ average: StrokeAverage, writesWaveforms: Bool
  ) {
    guard let measured = stroke.measured else { return }
    let (means, variances) = average.without(measured)
    prediction.run(measured, means: means, variances: variances)
    guard writesWaveforms else { return }
    let back =
      Double(grid.lead)
      + (stroke.onset.rounded(.down) - Double(grid.lead) - stroke.onset - stroke.delay)
      * stroke.rate
    let end = min(grid.length, Int(stroke.cut) + grid.lead)
    // Nothing sounds after the end, and the reader sees 16 samples around a place.
    let count = min(grid.length, max(0, Int((Double(end) - back) / stroke.rate) + 17))
    stroke.waveforms = means.map { mean in
      var waveform = grid.waveform(ofFrames: measured.frameCount) { frame, spectrum in
        SpectrumKernels.multiply(
          mean.column(frame), by: measured.gains.column(frame), to: spectrum, count: grid.binCount)
      }
      grid.fade(&waveform, fadeOut: grid.samples(milliseconds: 10), end: end)
      return reader.read(waveform, from: back, step: stroke.rate, count: count)
    }
  }

  /// Writes what variance a stroke leaves, from 7 ms before its onset on.
  private func leave(_ stroke: WaveformStroke, _ shares: WaveformSection.Maps) {
    guard let measured = stroke.measured else { return }
    let early = Double(grid.samples(milliseconds: 6.803))
    let hop = Double(grid.hop)
    let lower = max(0, Int(((stroke.onset - early) / hop).rounded(.up)))
    let reach = min(stroke.cut, Double(grid.length - grid.lead))
    let upper = min(shares.frameCount, Int((stroke.onset + reach - early) / hop) + 1)
    guard lower < upper else { return }
    for column in lower..<upper {
      let frame = Int((Double(column) - (stroke.onset - Double(grid.lead)) / hop).rounded())
      shares.column(column, of: stroke.part).update(
        from: measured.share.values.column(min(max(frame, 0), measured.frameCount - 1)),
        count: grid.binCount)
    }
  }
}
