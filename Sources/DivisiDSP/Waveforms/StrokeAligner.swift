internal import Glibc

/// Finds where, and how fast, a template's waveform sounds in a recording.
///
/// Generalised cross-correlation, weighted by the inverse of the recording's smoothed power, which
/// makes its maximum a score of known distribution. Samplers vary the pitch of a stroke by playing
/// it faster or slower, hence the search over rates. With Y the spectrum of the recording around a
/// score's onset, T_ρ that of the template played at rate ρ, s = |Y|² smoothed, ω_k = 2πk / FFT length:
///
///     c_ρ(τ) = Re Σ_k conj(T_ρ) Y / s · exp(iω_k τ)         the inverse FFT, halved    correlate
///     E_ρ = Σ_k |T_ρ|² / s,  E = Σ_k |Y|² / s
///     score = √(2 / E_ρ) · max_τ c_ρ(τ)                     in standard deviations, were Y noise
///     coherence = max_τ c_ρ(τ) / √(E_ρ E)                   1 where Y is a multiple of T_ρ
///
///     match    59 ms, τ within ±10 ms, ρ from 0.98 to 1.02 in steps of 0.002, then 0.001
///       └─▶ refine   136 ms, τ within ±0.9 ms of the first, ρ within ±0.0015 in steps of 0.00025
///             └─▶ tops of parabolas, through c at half samples and through scores of rates
///
/// A template has its spectra computed once, and only for the rates that are asked for.
///
/// The longer the comparison, the finer it tells rates apart, and the narrower it must look: over 136
/// ms a rate that is off by 0.001 shifts the end by 6 samples at 44.1 kHz.
///
/// - Thread: any.
/// - SeeAlso: Knapp & Carter, "The generalized correlation method for estimation of time delay",
///   IEEE TASSP 1976.
public struct StrokeAligner: Sendable {
  /// Where a stroke lies, and how sure that is.
  public struct Match: Sendable {
    /// Samples after the score's onset.
    public var delay: Double
    /// Template samples per sample of the recording.
    public var rate: Double
    /// Standard deviations of noise.
    public var score: Float
    /// 0 to 1: the share of the stroke's weighted spectrum that the template explains.
    public var coherence: Float

    /// Memberwise.
    public init(delay: Double, rate: Double, score: Float, coherence: Float) {
      (self.delay, self.rate, self.score, self.coherence) = (delay, rate, score, coherence)
    }
  }

  /// A waveform in stroke time, and its spectra.
  ///
  /// - Thread: any, but one at a time to prepare it.
  public final class Template: @unchecked Sendable {
    let waveform: [Float]
    /// At all rates of the first search; empty where it is over.
    fileprivate var coarse: [[SIMD2<Float>]]
    /// By the rate's number.
    fileprivate var fine: [Int: [SIMD2<Float>]] = [:]

    /// - Parameter isSought: whether it will be looked for by ``StrokeAligner/match(_:in:onset:)``.
    public init(_ waveform: [Float], _ aligner: StrokeAligner, isSought: Bool = true) {
      self.waveform = waveform
      coarse =
        isSought
        ? StrokeAligner.rates.map {
          aligner.spectrum(of: waveform, rate: $0, stage: aligner.coarse)
        } : []
    }

    /// Frees the spectra, some megabytes: it can be looked for no more, and is to be prepared anew.
    public func freeSpectra() { (coarse, fine) = ([], [:]) }

    /// Computes what ``StrokeAligner/refine(_:_:in:onset:)`` needs of it for some rates.
    public func prepare(
      rates: [Double], _ aligner: StrokeAligner,
      parallel: Parallel = sequentially
    ) {
      let wanted = Set(
        rates.flatMap { rate in StrokeAligner.fineRates.map { $0 + StrokeAligner.number(rate) } })
      let numbers = wanted.subtracting(fine.keys).sorted()
      let spectra = UnsafeMutableBufferPointer<[SIMD2<Float>]>.allocate(capacity: numbers.count)
      defer { spectra.deallocate() }
      nonisolated(unsafe) let results = spectra
      parallel(numbers.count) { [waveform] index in
        results.initializeElement(
          at: index,
          to: aligner.spectrum(
            of: waveform, rate: StrokeAligner.rate(numbers[index]), stage: aligner.fine))
      }
      for (index, number) in numbers.enumerated() {
        fine[number] = spectra.moveElement(from: index)
      }
    }
  }

  /// How much is compared, and how far it may move, in samples.
  fileprivate struct Stage: Sendable {
    let length: Int
    let reach: Int
    /// Of a power of two that holds both, so that nothing wraps around.
    let plan: FFTPlan
  }

  /// Below this, a match is chance: 41 rates × 883 delays of noise exceed it at most once in 28,000 searches.
  public static let leastScore: Float = 6
  /// Below this, two waveforms are not the same sound; chosen with the other constants
  /// (``StrokeGrid``).
  public static let leastCoherence: Float = 0.4
  /// A third of a semitone up and down.
  private static let rates = (-20...20).map { 1 + 0.001 * Double($0) }
  private static let fineStep = 0.00025
  private static let fineRates = -6...6

  /// The number of the nearest rate of the second search, and its rate.
  private static func number(_ rate: Double) -> Int { Int(((rate - 1) / fineStep).rounded()) }
  private static func rate(_ number: Int) -> Double { 1 + fineStep * Double(number) }

  private let grid: StrokeGrid
  private let reader: FractionalReader
  /// Samples before the onset where the comparison starts.
  private let lead: Int
  fileprivate let coarse: Stage
  private let fine: Stage

  /// Plans the FFTs of both searches.
  public init(_ grid: StrokeGrid, _ reader: FractionalReader) {
    self.grid = grid
    self.reader = reader
    lead = grid.samples(milliseconds: 4.989)
    func stage(_ length: Double, _ reach: Double) -> Stage {
      let length = grid.samples(milliseconds: length)
      let reach = max(grid.samples(milliseconds: reach), 1)
      var size = 2
      while size < length + 2 * reach { size *= 2 }
      return Stage(length: length, reach: reach, plan: FFTPlan(length: size))
    }
    coarse = stage(58.957, 10)
    fine = stage(136.054, 0.907)
  }

  /// Looks for a template around a stroke's onset.
  ///
  /// - Parameters:
  ///   - template: sought.
  ///   - signal: the recording, or a part of it.
  ///   - onset: in samples, as the score has it.
  public func match(_ template: Template, in signal: [Float], onset: Double) -> Match {
    let stroke = StrokeSpectrum(
      spectrum(of: signal, from: onset - Double(lead), step: 1, stage: coarse))
    let buffer = FFTBuffer(length: coarse.plan.length)
    var best = Match(delay: 0, rate: 1, score: -.infinity, coherence: 0)
    var place = 0
    func look(at index: Int) {
      let found = correlate(template.coarse[index], stroke, coarse, buffer)
      guard found.score > best.score else { return }
      place = index
      best = Match(
        delay: Double(found.lag), rate: Self.rates[index], score: found.score,
        coherence: found.coherence)
    }
    // Every other rate, and then the neighbours of the best.
    for index in stride(from: 0, to: Self.rates.count, by: 2) { look(at: index) }
    for index in [place - 1, place + 1] where Self.rates.indices.contains(index) { look(at: index) }
    return best
  }

  /// Finds delay and rate between the steps of a search.
  ///
  /// - Parameters:
  ///   - match: where the template was found, or one that resembles it.
  ///   - template: prepared for the match's rate.
  /// - Returns: the match as it was, where nothing certain is found around it.
  public func refine(
    _ match: Match, _ template: Template, in signal: [Float], onset: Double
  ) -> Match {
    var best = match
    let stroke = StrokeSpectrum(
      spectrum(of: signal, from: onset + best.delay - Double(lead), step: 1, stage: fine))
    let buffer = FFTBuffer(length: fine.plan.length)
    let first = Self.number(match.rate) + Self.fineRates.lowerBound
    var tries = [(spectrum: [SIMD2<Float>], found: Correlation)?](
      repeating: nil, count: Self.fineRates.count)
    var (index, most) = (0, -Float.infinity)
    func look(at candidate: Int) {
      guard let spectrum = template.fine[first + candidate] else {
        preconditionFailure("a template that is not prepared for a rate of \(match.rate)")
      }
      let found = correlate(spectrum, stroke, fine, buffer)
      tries[candidate] = (spectrum, found)
      if found.score > most { (index, most) = (candidate, found.score) }
    }
    // As in the first search.
    for candidate in stride(from: 0, to: tries.count, by: 2) { look(at: candidate) }
    for candidate in [index - 1, index + 1] where tries.indices.contains(candidate) {
      look(at: candidate)
    }
    guard let (spectrum, found) = tries[index] else { return best }
    guard found.score > Self.leastScore else { return best }
    // The tops of parabolas: over half samples of delay, and over neighbouring rates.
    let around = values(spectrum, stroke, around: found.lag)
    let lag = Double(found.lag) + 0.5 * Self.top(around[0], around[1], around[2])
    var shift = 0.0
    if index > 0, index + 1 < tries.count, let left = tries[index - 1], let right = tries[index + 1]
    {
      shift = Self.top(
        Double(left.found.score), Double(found.score), Double(right.found.score))
    }
    best.delay += lag
    best.rate = Self.rate(first + index) + Self.fineStep * min(max(shift, -0.5), 0.5)
    best.coherence = max(best.coherence, found.coherence)
    return best
  }

  /// Where a parabola through three values has its top, from −1 to 1; 0 where it has none.
  private static func top(_ left: Double, _ middle: Double, _ right: Double) -> Double {
    let bend = left - 2 * middle + right
    return bend < 0 ? min(max(0.5 * (left - right) / bend, -1), 1) : 0
  }

  // MARK: Spectra

  /// Where a correlation is largest, and what that says.
  private typealias Correlation = (lag: Int, score: Float, coherence: Float)

  private func correlate(
    _ template: [SIMD2<Float>], _ stroke: StrokeSpectrum, _ stage: Stage, _ buffer: FFTBuffer
  ) -> Correlation {
    let energy =
      1e-20
      + template.withUnsafeBytes { t in
        stroke.whitened.withUnsafeBytes { y in
          BlockKernels.correlate(
            t.assumingMemoryBound(to: Float.self).baseAddress!,
            y.assumingMemoryBound(to: Float.self).baseAddress!, weights: stroke.weights,
            to: UnsafeMutableRawPointer(buffer.spectrum).assumingMemoryBound(to: Float.self),
            count: template.count)
        }
      }
    stage.plan.inverse(buffer)
    var (lag, most) = (0, -Float.infinity)
    for candidate in -stage.reach...stage.reach {
      let value = buffer.time[candidate < 0 ? stage.plan.length + candidate : candidate]
      if value > most { (lag, most) = (candidate, value) }
    }
    // The inverse transform sums both halves of the spectrum.
    most /= 2
    return (
      lag, (2 / energy).squareRoot() * most,
      most / max((energy * stroke.energy).squareRoot(), 1e-20)
    )
  }

  /// The correlation at a lag, between half a sample before it and half a sample after it.
  private func values(
    _ template: [SIMD2<Float>], _ stroke: StrokeSpectrum, around lag: Int
  ) -> SIMD4<Double> {
    let lags = SIMD4(-0.5, 0, 0.5, 0) + Double(lag)
    let step = 2 * Double.pi / Double(fine.plan.length) * lags
    // A turn from bin to bin in place of an angle for each.
    let turn = (
      real: SIMD4<Double>(cos(step[0]), cos(step[1]), cos(step[2]), 1),
      imaginary: SIMD4<Double>(sin(step[0]), sin(step[1]), sin(step[2]), 0)
    )
    var real = SIMD4<Double>.one
    var imaginary = SIMD4<Double>.zero
    var sum = SIMD4<Double>.zero
    for bin in template.indices {
      let (t, y) = (template[bin], stroke.whitened[bin])
      let even = SIMD4(repeating: Double(t.x * y.x + t.y * y.y))
      let odd = SIMD4(repeating: Double(t.x * y.y - t.y * y.x))
      sum += even * real - odd * imaginary
      let turned = real * turn.real - imaginary * turn.imaginary
      imaginary = imaginary * turn.real + real * turn.imaginary
      real = turned
    }
    return sum
  }

  private func spectrum(of waveform: [Float], rate: Double, stage: Stage) -> [SIMD2<Float>] {
    spectrum(
      of: waveform, from: Double(grid.lead) - Double(lead) * rate, step: rate, stage: stage)
  }

  private func spectrum(of signal: [Float], from start: Double, step: Double, stage: Stage)
    -> [SIMD2<Float>]
  {
    let buffer = FFTBuffer(length: stage.plan.length)
    let time = UnsafeMutableBufferPointer(start: buffer.time, count: stage.length)
    reader.read(signal, from: start, step: step, into: time)
    // So short a rise leaves the onset alone, which tells delays apart best.
    let (rise, fall) = (grid.samples(milliseconds: 2.268), grid.samples(milliseconds: 11.338))
    for index in 0..<rise { time[index] *= Float(index) / Float(rise) }
    for index in 0..<fall { time[stage.length - 1 - index] *= Float(index + 1) / Float(fall) }
    stage.plan.forward(buffer)
    return Array(
      UnsafeBufferPointer(start: buffer.spectrum, count: stage.plan.length / 2 + 1))
  }
}
