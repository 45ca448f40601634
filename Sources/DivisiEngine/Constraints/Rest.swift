import DivisiDSP
public import DivisiScore

/// What sounds besides the drums of a song: components that are free in every frame and bin, and slow.
///
/// Their templates have one frame, and their activations are averaged over 0.24 s after every step, so that they
/// can follow what is held but not what is struck. Without that they take the drums, too: 1 dB SDR of
/// the drums of four songs instead of 9.
public struct Rest: Sendable {
  /// The name of its part, the last one.
  public static let name = "rest"
  /// 10 to 80 measure within 0.5 dB.
  static let componentCount = 30
  /// Over how long activations are averaged. Half and twice as long cost 0.6 and 0.4 dB.
  private static let averagedSeconds = 0.24
  /// Where random templates and activations start, before these are scaled.
  private static let templateRange: ClosedRange<Float> = 0.1...1.1
  private static let activationRange: ClosedRange<Float> = 0.5...1.5

  /// Its components in a model.
  let components: Range<Int>
  /// How many frames on either side of one it is averaged over.
  private let reach: Int

  init(components: Range<Int>, grid: TimeGrid) {
    self.components = components
    reach = max(1, Int((Self.averagedSeconds * grid.frameRate / 2).rounded(.down)))
  }

  /// The part of parts that are asked for; those of a score do not have it.
  public static var part: Part { Part(name: name, notes: []) }

  /// Fills its templates at random, and gives as many frames of activations.
  @discardableResult
  static func fill(
    _ templates: borrowing Templates, components: Range<Int>, frameCount: Int = 0, seed: UInt64
  ) -> [[Float]] {
    var generator = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Float>) -> Float {
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.nextUnit()
    }
    for component in components {
      let column = templates.frame(0, ofComponent: component)
      for bin in 0..<templates.binCount { column[bin] = draw(templateRange) }
    }
    return components.map { _ in (0..<frameCount).map { _ in draw(activationRange) } }
  }

  /// What each component of a model is averaged over.
  func reaches(componentCount: Int) -> [Int] {
    (0..<componentCount).map { components.contains($0) ? reach : 0 }
  }

  /// Scales H: the drums as they fit best what of V is struck, the rest to the level of what lasts.
  ///
  /// - Parameters:
  ///   - harmonic: of V, as ``HarmonicPart`` has it.
  ///   - isLearnt: whether the rest has its level.
  func setLevels(
    _ model: ConvolutiveNMF, harmonic: Spectrogram, isLearnt: Bool = false,
    parallel: @escaping Parallel
  ) {
    let (binCount, frameCount) = (model.V.binCount, model.V.frameCount)
    let struck = Matrix(rowCount: binCount, columnCount: frameCount)
    var lasting = 0.0
    for frame in 0..<frameCount {
      let (all, harmonic, target) = (
        model.V.values.column(frame), harmonic.values.column(frame), struck.column(frame)
      )
      for bin in 0..<binCount {
        target[bin] = all[bin] - harmonic[bin]
        lasting += Double(harmonic[bin])
      }
    }
    let drums = ConvolutiveNMF(
      spectrogram: Spectrogram(struck), templates: model.W.copy(), pattern: model.pattern,
      divergence: model.divergence, parallel: parallel)
    let free = entries(of: model.pattern)
    for entry in 0..<free.lowerBound { drums.H[entry] = model.H[entry] }
    for entry in free { drums.H[entry] = 0 }
    let gain = drums.leastSquaresGain()
    for entry in 0..<free.lowerBound { model.H[entry] *= gain }
    if isLearnt { return }
    var approximation = 0.0
    for component in components {
      let sum = model.W.sum(ofComponent: component)
      for entry in model.pattern.entries(ofComponent: component) {
        approximation += Double(sum * model.H[entry])
      }
    }
    let level = Float(lasting / max(approximation, .leastNormalMagnitude))
    for entry in free { model.H[entry] *= level }
  }

  private func entries(of pattern: ActivationPattern) -> Range<Int> {
    pattern.entries(ofComponent: components.lowerBound)
      .lowerBound..<pattern.entries(ofComponent: components.upperBound - 1).upperBound
  }
}
