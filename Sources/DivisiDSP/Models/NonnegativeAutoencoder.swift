/// The non-negative autoencoder with multiplicative updates: H = M_H ⊙ W_E V, V̂ = W_D H, and its
/// convolutional form.
///
/// The decoder is a ``ConvolutiveNMF`` whose activations the encoder computes instead of updating
/// them one by one. With templates of T frames the encoder sees the T frames that follow an onset:
/// H = M_H ⊙ Σ_τ (W_E)_τ ←τ(V). Structured dropout, the mask M_H, is the activation pattern with
/// its weights.
///
/// - Thread: one at a time, as the decoder.
/// - SeeAlso: Özer, Hansen, Zunner & Müller, "Investigating nonnegative autoencoders for efficient
///   audio decomposition", EUSIPCO 2022, eq. 8–9 (Euclidean; here for every β-divergence).
public final class NonnegativeAutoencoder: @unchecked Sendable {
  /// W_D and H.
  public let decoder: ConvolutiveNMF
  /// W_E: K × R × T, row r of the encoder as column r.
  public let encoder: Templates

  private let parallel: Parallel
  private var sums: ConvolutiveNMF.Sums?
  /// For β = 1, M_H ←τ(V)ᵀ over the entries whose T frames are all in the recording, in the order of
  /// the encoder's columns: the same in every step. Empty until the first step.
  private var heard: Matrix

  /// An autoencoder whose encoder is the transpose of its decoder, scaled so that the code fits the
  /// decoder's H.
  ///
  /// Each row is scaled until its code sums to what H sums to now. A row whose code is zero, because
  /// the recording is silent wherever the component may sound, is left as it is.
  public init(decoder: ConvolutiveNMF, parallel: @escaping Parallel = sequentially) {
    self.decoder = decoder
    self.parallel = parallel
    encoder = decoder.W.copy()
    heard = Matrix(rowCount: decoder.binCount, columnCount: 0)
    let sums = (0..<encoder.componentCount).map { component in
      decoder.pattern.entries(ofComponent: component).reduce(Float(0)) { $0 + decoder.H[$1] }
    }
    encode()
    for component in 0..<encoder.componentCount {
      let code = decoder.pattern.entries(ofComponent: component).reduce(Float(0)) {
        $0 + decoder.H[$1]
      }
      guard code.isNormal && sums[component] > 0 else { continue }
      encoder.scale(component: component, by: sums[component] / code)
    }
    encode()
  }

  /// An autoencoder with an encoder of its own; H is as it was until ``encode()``.
  ///
  /// - Precondition: the encoder has the shape and the runs of the decoder's templates.
  init(
    decoder: ConvolutiveNMF, encoder: consuming Templates,
    parallel: @escaping Parallel = sequentially
  ) {
    self.decoder = decoder
    self.encoder = encoder
    self.parallel = parallel
    heard = Matrix(rowCount: decoder.binCount, columnCount: 0)
  }

  /// Computes the code: H ← M_H ⊙ Σ_τ (W_E)_τ ←τ(V).
  public func encode() {
    decoder.forEachVisit { [self] _, visit in
      for entry in visit.entries { decoder.H[entry] = 0 }
      decoder.addProducts(of: encoder, with: decoder.V.values.view, visit, to: decoder.H)
      for entry in visit.entries { decoder.H[entry] *= decoder.pattern.weights[entry] }
    }
  }

  /// One multiplicative step on encoder and decoder from one approximation, the templates scaled to
  /// a sum of 1, then the code anew.
  ///
  /// - Complexity: O(free entries of H · T · free bins + K · N), five times for β = 1, else eight
  ///   times.
  public func step() {
    update(encoder: true, decoder: true)
    normalise()
    encode()
  }

  /// One multiplicative step on the encoder, the decoder, or both, from the approximation as it is
  /// now; the code is left as it is.
  ///
  /// W_E ← W_E ⊙ (((W_Dᵀ P) ⊙ M) Vᵀ) ⊘ (((W_Dᵀ D) ⊙ M) Vᵀ + ε), P = V̂^(β−2) ⊙ V, D = V̂^(β−1).
  public func update(encoder updatesEncoder: Bool, decoder updatesDecoder: Bool) {
    guard updatesEncoder else {
      return decoder.update(templates: updatesDecoder, activations: false)
    }
    if decoder.divergence.beta == 1 && heard.columnCount == 0 { listen() }
    let own = makeSums()
    let sums = updatesDecoder ? decoder.makeSums() : nil
    decoder.forEachVisit(
      decoder.sweep,
      clearing: [own.numerators, own.denominators, sums?.numerators, sums?.denominators]
    ) { [self] chunk, visit, factors in
      decoder.correlate(visit, factors)
      for entry in visit.entries {
        decoder.numerators[entry] *= decoder.pattern.weights[entry]
        decoder.denominators[entry] *= decoder.pattern.weights[entry]
      }
      decoder.add(
        decoder.V.values.view, gains: decoder.numerators, visit, chunk: chunk, to: own.numerators)
      if let denominators = own.denominators {
        decoder.add(
          decoder.V.values.view, gains: decoder.denominators, visit, chunk: chunk, to: denominators)
      }
      if let sums { decoder.add(factors, visit, chunk: chunk, to: sums) }
    }
    parallel(encoder.componentCount) { [self] component in
      guard !decoder.pattern.entries(ofComponent: component).isEmpty else { return }
      updateEncoder(component, own)
      if let sums { decoder.updateTemplates(component, sums) }
    }
  }

  private func makeSums() -> ConvolutiveNMF.Sums {
    if let sums { return sums }
    let made = ConvolutiveNMF.Sums(
      numerators: TemplateSums(decoder.sweep, like: encoder),
      denominators: decoder.divergence.beta == 1
        ? nil : TemplateSums(decoder.sweep, like: encoder))
    sums = made
    return made
  }

  private func updateEncoder(_ component: Int, _ sums: ConvolutiveNMF.Sums) {
    let runs = encoder.runs[component].runs
    let scratch = Matrix(rowCount: encoder.binCount, columnCount: 1)
    for delay in 0..<encoder.frameCount {
      let denominator: UnsafeMutablePointer<Float>
      if let denominators = sums.denominators {
        denominator = denominators.total(ofFrame: delay, component: component)
      } else {
        denominator = scratch.column(0)
        fillFloor(denominator, component: component, delay: delay)
      }
      RunKernels.multiply(
        encoder.frame(delay, ofComponent: component),
        by: sums.numerators.total(ofFrame: delay, component: component), over: denominator,
        runs: runs)
    }
  }

  /// The denominator for β = 1: ((W_Dᵀ 1) ⊙ M) ←τ(V)ᵀ, in which W_Dᵀ 1 is the same number in all
  /// frames but the last T − 1.
  private func fillFloor(_ floor: UnsafeMutablePointer<Float>, component: Int, delay: Int) {
    let runs = encoder.runs[component].runs
    RunKernels.clear(floor, over: runs)
    RunKernels.add(
      heard.column(component * encoder.frameCount + delay),
      gain: decoder.W.sum(ofComponent: component), to: floor, over: runs)
    for entry in decoder.pattern.entries(ofComponent: component).reversed() {
      let frame = Int(decoder.pattern.frames[entry])
      if !isCut(frame) { break }
      guard frame + delay < decoder.frameCount else { continue }
      let sum = (0..<decoder.frameCount - frame).reduce(Float(0)) {
        $0 + RunKernels.sum(decoder.W.frame($1, ofComponent: component), over: runs)
      }
      RunKernels.add(
        decoder.V.values.column(frame + delay), gain: sum * decoder.pattern.weights[entry],
        to: floor, over: runs)
    }
  }

  /// Whether the recording ends before the T frames that follow an onset.
  private func isCut(_ frame: Int) -> Bool { frame + encoder.frameCount > decoder.frameCount }

  /// Fills ``heard``.
  private func listen() {
    let sums = TemplateSums(decoder.sweep, like: encoder)
    let gains = UnsafeMutableBufferPointer<Float>.allocate(capacity: decoder.pattern.entryCount)
    defer { gains.deallocate() }
    for entry in gains.indices {
      gains[entry] =
        isCut(Int(decoder.pattern.frames[entry])) ? 0 : decoder.pattern.weights[entry]
    }
    nonisolated(unsafe) let weights = gains
    decoder.forEachVisit(clearing: [sums]) { [self] chunk, visit in
      decoder.add(decoder.V.values.view, gains: weights, visit, chunk: chunk, to: sums)
    }
    heard = Matrix(
      rowCount: encoder.binCount, columnCount: encoder.componentCount * encoder.frameCount)
    for component in 0..<encoder.componentCount
    where !decoder.pattern.entries(ofComponent: component).isEmpty {
      for frame in 0..<encoder.frameCount {
        RunKernels.add(
          sums.total(ofFrame: frame, component: component), gain: 1,
          to: heard.column(component * encoder.frameCount + frame),
          over: encoder.runs[component].runs)
      }
    }
  }

  /// Scales each template to a sum of 1 and its row of the encoder inversely, as
  /// ``ConvolutiveNMF/normalise()`` does.
  public func normalise() {
    for component in 0..<encoder.componentCount {
      let sum = decoder.W.sum(ofComponent: component)
      guard sum.isNormal else { continue }
      decoder.W.scale(component: component, by: 1 / sum)
      encoder.scale(component: component, by: sum)
      for entry in decoder.pattern.entries(ofComponent: component) { decoder.H[entry] *= sum }
    }
  }
}
