public import DivisiDSP

/// A model that comparisons alone offer, to show what it is worth; of pitches.
///
/// It is fitted to what another model was fitted to: the same spectrogram, notes, times and start values.
public enum YardstickModel: String, CaseIterable, Sendable {
  /// Templates on a logarithmic frequency axis, which pitches share by shifts.
  case nmf2D = "nmf2d"
  /// NMF of a transform that is learnt with it.
  case tlNMF = "tl-nmf"

  /// The model whose notes and start values it has.
  public var base: ModelKind { self == .nmf2D ? .nmfd : .nmf }

  /// How many neighbouring pitches share a template of NMF2D, unless somebody wants it otherwise: all.
  public static let usualSharedPitches = 128

  /// Where a model started.
  public struct Start: Sendable {
    let templates: SharedTemplates
    let activations: [Float]

    /// Copies W and H.
    public init(_ model: ConvolutiveNMF) {
      templates = SharedTemplates(model.W.copy())
      activations = Array(model.H)
    }
  }

  /// Templates that several own.
  final class SharedTemplates: Sendable {
    let values: Templates
    init(_ values: consuming Templates) { self.values = values }
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// Samples by part, then channel, on the scale of the recording.
    public let stems: [[[Float]]]
    /// ‖V − V̂‖ on the axis of the STFT, or of the transform that was learnt, and ‖V‖ there.
    public let distance: (error: Double, norm: Double)
    /// How strongly each component sounds in all.
    public let gains: [Double]
    /// K, N and R.
    public let shape: [Int]
  }

  /// Fits it.
  ///
  /// - Parameters:
  ///   - factors: of the base model.
  ///   - start: of that.
  ///   - channels: the recording.
  ///   - sharedPitches: how many neighbouring pitches share a template; 1 at least.
  ///   - iterated: called as it starts, after each iteration and after each refinement, with what computes the loss.
  /// - Complexity: O(iterations · (entries · bins + bins · frames)).
  public func fit(
    _ factors: Factorisation, from start: Start, to channels: [[Float]], sharedPitches: Int,
    parallel: @escaping Parallel, iterated: (() -> Double) -> Void
  ) -> Outcome {
    switch self {
    case .nmf2D:
      ShiftedFit(factors, start, sharedPitches: sharedPitches, parallel: parallel)
        .run(on: channels, iterated: iterated)
    case .tlNMF:
      TransformFit(factors, start, channels, parallel: parallel).run(iterated: iterated)
    }
  }
}
