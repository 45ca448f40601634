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

  /// An autoencoder whose encoder is the transpose of its decoder, scaled so that the code fits the
  /// decoder's H.
  ///
  /// Each row is scaled until its code sums to what H sums to now. A row whose code is zero, because
  /// the recording is silent wherever the component may sound, is left as it is.
  public init(decoder: ConvolutiveNMF, parallel: @escaping Parallel = sequentially) {
    self.decoder = decoder
    self.parallel = parallel
    encoder = decoder.W.copy()
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
  }

  /// Computes the code: H ← M_H ⊙ Σ_τ (W_E)_τ ←τ(V).
  public func encode() {
    parallel(encoder.componentCount) { [self] component in
      let entries = decoder.pattern.entries(ofComponent: component)
      for entry in entries { decoder.H[entry] = 0 }
      for delay in 0..<encoder.frameCount {
        decoder.addProducts(
          of: encoder.frame(delay, ofComponent: component), with: decoder.V.values.view,
          entries: entries, delay: delay,
          runs: encoder.runs[component].runs, to: decoder.H)
      }
      for entry in entries { decoder.H[entry] *= decoder.pattern.weights[entry] }
    }
  }

  /// One multiplicative step on the encoder, from the decoder's last approximation.
  ///
  /// W_E ← W_E ⊙ (((W_Dᵀ P) ⊙ M) Vᵀ) ⊘ (((W_Dᵀ D) ⊙ M) Vᵀ + ε), P = V̂^(β−2) ⊙ V, D = V̂^(β−1).
  public func updateEncoder() {
    parallel(encoder.componentCount) { [self] component in
      let entries = decoder.pattern.entries(ofComponent: component)
      guard !entries.isEmpty else { return }
      let (gains, floors) = decoder.correlate(component)
      for entry in entries {
        gains[entry] *= decoder.pattern.weights[entry]
        floors[entry] *= decoder.pattern.weights[entry]
      }
      let runs = encoder.runs[component].runs
      let sums = Matrix(rowCount: encoder.binCount, columnCount: 2)
      for delay in 0..<encoder.frameCount {
        RunKernels.clear(sums.column(0), over: runs)
        RunKernels.clear(sums.column(1), over: runs)
        decoder.addSum(
          of: decoder.V.values.view, gains: gains, entries: entries, delay: delay, runs: runs,
          to: sums.column(0))
        decoder.addSum(
          of: decoder.V.values.view, gains: floors, entries: entries, delay: delay, runs: runs,
          to: sums.column(1))
        RunKernels.multiply(
          encoder.frame(delay, ofComponent: component), by: sums.column(0), over: sums.column(1),
          runs: runs)
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
