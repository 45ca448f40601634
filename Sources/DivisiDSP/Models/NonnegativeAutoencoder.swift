/// The non-negative autoencoder with multiplicative updates, and its convolutional form.
///
///     V ─▶ H = M_H ⊙ Σ_τ (W_E)_τ ←τ(V) ─▶ V̂ = Σ_τ (W_D)_τ →τ(H)      encode, decoder.approximate
///
/// V: K × N magnitudes; W_E: R × K × T, the encoder, which sees the T frames that follow an onset; H:
/// R × N, the code; M_H: structured dropout, the activation pattern with its weights; W_D: K × R × T,
/// the templates of a ``ConvolutiveNMF``, whose activations the encoder computes instead of updating
/// them one by one. T = 1 is the paper's. A step on the β-divergence of V from V̂:
///
///     P = V̂^(β−2) ⊙ V,  D = V̂^(β−1)                                  Divergence.factors
///     A = M_H ⊙ Σ_τ (W_D)_τᵀ ←τ(P),  B = M_H ⊙ Σ_τ (W_D)_τᵀ ←τ(D)    decoder.correlate, add
///     (W_E)_τ ← (W_E)_τ ⊙ (A ←τ(V)ᵀ) ⊘ (B ←τ(V)ᵀ + ε)                updateEncoder
///     (W_D)_τ ← (W_D)_τ ⊙ (P →τ(H)ᵀ) ⊘ (D →τ(H)ᵀ + ε)                decoder.updateTemplates
///     Σ_kτ W_D = 1, W_E and H scaled inversely                       normalise
///
/// For β = 1, D is 1, and B ←τ(V)ᵀ is the sum of a template times M_H ←τ(V)ᵀ, which never changes.
/// ``Restraints`` multiply B as they do in the decoder's own updates.
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
  /// For β = 1, M_H ←τ(V)ᵀ, times the factors of restraints, over those entries whose T frames are all in the recording, in the order of
  /// the encoder's columns: the same in every step. Empty until the first step.
  private var maskedMixture: Matrix

  /// An autoencoder whose encoder is the transpose of its decoder, scaled so that the code fits the
  /// decoder's H.
  ///
  /// Each row is scaled until its code sums to what H sums to now. A row whose code is zero, because
  /// the recording is silent wherever the component may sound, is left as it is.
  public init(decoder: ConvolutiveNMF, parallel: @escaping Parallel = sequentially) {
    self.decoder = decoder
    self.parallel = parallel
    encoder = decoder.W.copy()
    maskedMixture = Matrix(rowCount: decoder.binCount, columnCount: 0)
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
  /// - Precondition: the encoder has the shape and the supports of the decoder's templates.
  init(
    decoder: ConvolutiveNMF, encoder: consuming Templates,
    parallel: @escaping Parallel = sequentially
  ) {
    self.decoder = decoder
    self.encoder = encoder
    self.parallel = parallel
    maskedMixture = Matrix(rowCount: decoder.binCount, columnCount: 0)
  }

  /// Computes the code: H ← M_H ⊙ Σ_τ (W_E)_τ ←τ(V).
  public func encode() {
    decoder.forEachVisit { [self] _, visit in encode(visit) }
  }

  /// Computes the code of some entries.
  ///
  /// - Returns: their activations.
  @inline(__always) @discardableResult
  private func encode(_ visit: FrameSweep.Visit) -> SIMD4<Float> {
    let code =
      decoder.products(of: encoder, with: decoder.V.values.view, visit)
      * decoder.weights(visit)
    decoder.set(decoder.H, visit, to: code)
    return code
  }

  /// One multiplicative step on encoder and decoder, the templates scaled to a sum of 1, and the code
  /// anew.
  ///
  /// Both steps are taken from one approximation, and the code is computed after them. For the
  /// Euclidean distance, which needs no approximation, the code is computed between them, as the
  /// paper has it.
  ///
  /// - Complexity: O(free entries of H · T · free bins), five times, and for β ≠ 1 and T > 1 nine
  ///   times; unless Gram matrices take its place, O(K · N) for V̂.
  public func step() {
    if decoder.usesGram {
      update(encoder: true, decoder: false)
      encodeAndUpdateDecoder()
      normalise()
    } else if decoder.divergence.beta == 2 {
      update(encoder: true, decoder: false)
      encode()
      update(encoder: false, decoder: true)
      normalise()
    } else {
      update(encoder: true, decoder: true)
      normalise()
      encode()
    }
  }

  /// ``encode()``, then a step on the decoder's templates, in which V is read once.
  private func encodeAndUpdateDecoder() {
    let sums = decoder.makeSums()
    decoder.forEachVisit(clearing: [sums.numerators]) { [self] chunk, visit in
      decoder.add(
        decoder.V.values.view, gains: encode(visit), visit, chunk: chunk, to: sums.numerators)
    }
    decoder.fillGramDenominatorsOfTemplates()
    parallel(encoder.componentCount) { [self] component in
      guard !decoder.pattern.entries(ofComponent: component).isEmpty else { return }
      decoder.updateTemplates(component, sums)
    }
  }

  /// One multiplicative step on the encoder, the decoder, or both, from the approximation as it is
  /// now; the code is left as it is.
  public func update(encoder updatesEncoder: Bool, decoder updatesDecoder: Bool) {
    guard updatesEncoder else {
      return decoder.update(templates: updatesDecoder, activations: false)
    }
    if decoder.divergence.beta == 1 && maskedMixture.columnCount == 0 { fillMaskedMixture() }
    let own = makeSums()
    let sums = updatesDecoder ? decoder.makeSums() : nil
    let V = decoder.V.values.view
    if decoder.usesGram {
      decoder.fillGramDenominatorsOfActivations()
      if updatesDecoder { decoder.fillGramDenominatorsOfTemplates() }
      decoder.forEachVisit(clearing: [own.numerators, own.denominators, sums?.numerators]) {
        [self] chunk, visit in
        add(decoder.products(of: decoder.W, with: V, visit), visit, chunk: chunk, to: own)
        if let sums {
          decoder.add(
            V, gains: decoder.values(decoder.H, visit), visit, chunk: chunk, to: sums.numerators)
        }
      }
    } else {
      decoder.forEachVisit(
        decoder.sweep,
        clearing: [own.numerators, own.denominators, sums?.numerators, sums?.denominators]
      ) { [self] chunk, visit, factors in
        decoder.correlate(visit, factors)
        add(decoder.values(decoder.numerators, visit), visit, chunk: chunk, to: own)
        if let sums { decoder.add(factors, visit, chunk: chunk, to: sums) }
      }
    }
    parallel(encoder.componentCount) { [self] component in
      guard !decoder.pattern.entries(ofComponent: component).isEmpty else { return }
      updateEncoder(component, own)
      if let sums { decoder.updateTemplates(component, sums) }
    }
  }

  /// Adds A ←τ(V)ᵀ and B ←τ(V)ᵀ of some entries to the sums of W_E's update.
  ///
  /// - Parameter numerators: W_Dᵀ P of the entries.
  @inline(__always)
  private func add(
    _ numerators: SIMD4<Float>, _ visit: FrameSweep.Visit, chunk: Int, to sums: ConvolutiveNMF.Sums
  ) {
    let weights = decoder.weights(visit)
    let V = decoder.V.values.view
    if let denominators = sums.denominators {
      decoder.add(
        V, gains: numerators * weights, to: sums.numerators,
        gains: decoder.values(decoder.denominators, visit) * weights * decoder.factors(visit),
        to: denominators, visit, chunk: chunk)
    } else {
      decoder.add(V, gains: numerators * weights, visit, chunk: chunk, to: sums.numerators)
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
    let blocks = encoder.supports[component].blocks
    let gain = decoder.W.sum(ofComponent: component)
    let last = decoder.pattern.entries(ofComponent: component).last
    let hasCut = last.map { isCut(Int(decoder.pattern.frames[$0])) } ?? false
    for delay in 0..<encoder.frameCount {
      let w = encoder.frame(delay, ofComponent: component)
      let numerator = sums.numerators.total(ofFrame: delay, component: component)
      if let denominators = sums.denominators {
        BlockKernels.multiply(
          w, by: numerator, over: denominators.total(ofFrame: delay, component: component),
          blocks: blocks)
      } else if hasCut {
        let floor = Matrix(rowCount: encoder.binCount, columnCount: 1)
        fill(floor.column(0), component: component, delay: delay)
        BlockKernels.multiply(w, by: numerator, over: floor.column(0), blocks: blocks)
      } else {
        BlockKernels.multiply(
          w, by: numerator, over: maskedMixture.column(component * encoder.frameCount + delay),
          gain: gain,
          blocks: blocks)
      }
    }
  }

  /// The denominator for β = 1, B ←τ(V)ᵀ, in which Σ_τ (W_D)_τᵀ ←τ(1) is the same number in all
  /// frames but the last T − 1.
  private func fill(_ floor: UnsafeMutablePointer<Float>, component: Int, delay: Int) {
    let blocks = encoder.supports[component].blocks
    BlockKernels.add(
      maskedMixture.column(component * encoder.frameCount + delay),
      gain: decoder.W.sum(ofComponent: component), to: floor, over: blocks)
    for entry in decoder.pattern.entries(ofComponent: component).reversed() {
      let frame = Int(decoder.pattern.frames[entry])
      if !isCut(frame) { break }
      guard frame + delay < decoder.frameCount else { continue }
      let sum = (0..<decoder.frameCount - frame).reduce(Float(0)) {
        $0 + BlockKernels.sum(decoder.W.frame($1, ofComponent: component), over: blocks)
      }
      BlockKernels.add(
        decoder.V.values.column(frame + delay),
        gain: sum * decoder.pattern.weights[entry] * decoder.factor(entry), to: floor, over: blocks)
    }
  }

  /// Whether the recording ends before the T frames that follow an onset.
  private func isCut(_ frame: Int) -> Bool { frame + encoder.frameCount > decoder.frameCount }

  /// Fills ``maskedMixture``.
  private func fillMaskedMixture() {
    let sums = TemplateSums(decoder.sweep, like: encoder)
    let gains = UnsafeMutableBufferPointer<Float>.allocate(capacity: decoder.pattern.entryCount)
    defer { gains.deallocate() }
    for entry in gains.indices {
      gains[entry] =
        isCut(Int(decoder.pattern.frames[entry]))
        ? 0 : decoder.pattern.weights[entry] * decoder.factor(entry)
    }
    nonisolated(unsafe) let weights = gains
    decoder.forEachVisit(clearing: [sums]) { [self] chunk, visit in
      decoder.add(
        decoder.V.values.view, gains: decoder.values(weights, visit), visit, chunk: chunk, to: sums)
    }
    maskedMixture = Matrix(
      rowCount: encoder.binCount, columnCount: encoder.componentCount * encoder.frameCount)
    parallel(encoder.componentCount) { [self] component in
      guard !decoder.pattern.entries(ofComponent: component).isEmpty else { return }
      for frame in 0..<encoder.frameCount {
        BlockKernels.add(
          sums.total(ofFrame: frame, component: component), gain: 1,
          to: maskedMixture.column(component * encoder.frameCount + frame),
          over: encoder.supports[component].blocks)
      }
    }
  }

  /// Scales each template to a sum of 1 and its row of the encoder inversely, as
  /// ``ConvolutiveNMF/normalise()`` does.
  public func normalise() {
    parallel(encoder.componentCount) { [self] component in
      let sum = decoder.W.sum(ofComponent: component)
      guard sum.isNormal else { return }
      decoder.W.scale(component: component, by: 1 / sum)
      encoder.scale(component: component, by: sum)
      for entry in decoder.pattern.entries(ofComponent: component) { decoder.H[entry] *= sum }
    }
  }
}
