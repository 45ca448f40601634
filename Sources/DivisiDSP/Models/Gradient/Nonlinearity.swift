internal import Glibc

/// What an additive autoencoder applies to its code and to its output, one value at a time.
public enum Nonlinearity: String, CaseIterable, Sendable {
  /// max(x, 0); a component that is never above zero learns no more.
  case relu
  /// |x|; learns from either side.
  case absolute = "abs"
  /// ln(1 + eˣ); never quite zero.
  case softplus

  /// g(x).
  @inline(__always)
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .relu: max(x, 0)
    case .absolute: abs(x)
    case .softplus: max(x, 0) + log1pf(expf(-abs(x)))
    }
  }

  /// g′(x), 0 for the ReLU and 1 for |x| at zero.
  @inline(__always)
  public func slope(_ x: Float) -> Float {
    switch self {
    case .relu: x > 0 ? 1 : 0
    case .absolute: x < 0 ? -1 : 1
    case .softplus: 1 / (1 + expf(-x))
    }
  }

  /// Whether g(x) = x wherever x ≥ 0.
  var keepsPositives: Bool { self != .softplus }
}
