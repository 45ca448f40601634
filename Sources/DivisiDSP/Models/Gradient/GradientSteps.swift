internal import DivisiKernels

internal import Glibc

/// The optimiser of one set of templates: moving means of gradients, and the steps that follow.
///
/// - Thread: distinct components from distinct threads.
struct GradientSteps: ~Copyable {
  private let settings: GradientSettings
  /// Moving mean of the gradient (Adam), then of its square (Adam, RMSprop).
  private let first: Templates
  private let second: Templates
  /// The largest gradient of each component so far, for relative steps by SGD.
  private var peaks: UnsafeMutableBufferPointer<Float> { peakValues.values(ofColumn: 0) }
  private let peakValues: Matrix
  /// 1 where a value may be non-zero, else 0.
  private let open: Templates
  private let isNonnegative: Bool

  /// A relative step is relative to the value and this share of its component's largest, so that
  /// small values keep their proportion and zeros can grow. Steps relative to the largest value alone
  /// cost 4 to 8 dB SDR on piano.
  private static let base: Float = 0.01
  /// Decay of the mean of gradients, of that of squares, and the floor of its root: Kingma & Ba.
  private static let decay: Float = 0.9
  private static let squareDecay: Float = 0.999
  /// Decay of the mean of squares in RMSprop, as libraries have it; long enough that its steps grow
  /// shorter over the first hundred.
  private static let meanSquareDecay: Float = 0.99
  private static let floor: Float = 1e-8

  /// - Parameter values: where steps will be taken; closed wherever they are zero now.
  init(for values: borrowing Templates, settings: GradientSettings, isNonnegative: Bool) {
    self.settings = settings
    self.isNonnegative = isNonnegative
    func zeros(_ isNeeded: Bool) -> Templates {
      Templates(
        binCount: isNeeded ? values.binCount : 0, supports: values.supports,
        frameCount: values.frameCount)
    }
    first = zeros(settings.rule == .adam)
    second = zeros(settings.rule != .sgd)
    open = values.copy()
    for index in 0..<open.values.columnCount {
      let column = open.values.column(index)
      for bin in 0..<open.values.columnStride { column[bin] = column[bin] != 0 ? 1 : 0 }
    }
    peakValues = Matrix(rowCount: values.componentCount, columnCount: 1)
  }

  /// Whether any value of a component may be non-zero.
  func isOpen(component: Int) -> Bool {
    (0..<open.frameCount).contains {
      BlockKernels.sum(
        open.frame($0, ofComponent: component), over: open.supports[component].blocks) > 0
    }
  }

  /// Takes one step against the gradient of one component, then projects: M ⊙ w, max(w, 0).
  ///
  /// - Parameters:
  ///   - gradient: columns τ = `firstColumn` … `firstColumn` + T − 1.
  ///   - iteration: from 1 up.
  func step(
    _ values: borrowing Templates, component: Int, gradient: borrowing Matrix, firstColumn: Int,
    iteration: Int
  ) {
    let blocks = open.supports[component].blocks
    var peak: Float = 1
    if settings.isRelative {
      peak = 0
      var steepest: Float = 0
      for frame in 0..<open.frameCount {
        let w = values.frame(frame, ofComponent: component)
        let g = gradient.column(firstColumn + frame)
        let mask = open.frame(frame, ofComponent: component)
        for block in blocks {
          for bin in Int(block)..<Int(block) + BinBlocks.length {
            peak = max(peak, abs(w[bin]))
            steepest = max(steepest, abs(g[bin] * mask[bin]))
          }
        }
      }
      peaks[component] = max(peaks[component], steepest)
    }
    let rate = settings.rate
    let base = settings.isRelative ? Self.base * peak : 1
    for frame in 0..<open.frameCount {
      step(
        values.frame(frame, ofComponent: component), gradient.column(firstColumn + frame),
        component: component, frame: frame, rate: rate, base: base, iteration: Float(iteration),
        blocks: blocks)
    }
  }

  private func step(
    _ w: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, component: Int, frame: Int,
    rate: Float, base: Float, iteration: Float, blocks: Blocks
  ) {
    let mask = open.frame(frame, ofComponent: component)
    let steepest = settings.isRelative ? peaks[component] + Float.leastNormalMagnitude : 1
    let squareDecay = settings.rule == .adam ? Self.squareDecay : Self.meanSquareDecay
    // Means that start at zero are too small by these factors. Only Adam's definition corrects it, so
    // that RMSprop's first steps are longer than its later ones.
    let correction = settings.rule == .adam ? 1 - powf(Self.decay, iteration) : 1
    let squareCorrection = settings.rule == .adam ? 1 - powf(squareDecay, iteration) : 1
    for block in blocks {
      for bin in Int(block)..<Int(block) + BinBlocks.length {
        let g = gradient[bin]
        var direction = g / steepest
        if settings.rule == .adam {
          let m = first.frame(frame, ofComponent: component)
          m[bin] = Self.decay * m[bin] + (1 - Self.decay) * g
          direction = m[bin] / (correction * steepest)
        }
        if settings.rule != .sgd {
          let v = second.frame(frame, ofComponent: component)
          v[bin] = squareDecay * v[bin] + (1 - squareDecay) * g * g
          direction /= (v[bin] / squareCorrection).squareRoot() / steepest + Self.floor
        }
        let scale = settings.isRelative ? abs(w[bin]) + base : 1
        let moved = (w[bin] - rate * scale * direction) * mask[bin]
        w[bin] = isNonnegative ? max(moved, 0) : moved
      }
    }
  }
}
