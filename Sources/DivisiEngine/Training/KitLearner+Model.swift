public import DivisiDSP
import DivisiScore

extension SeparationSettings {
  /// What suits single strokes on the grid of a ``DrumKit``; T is that of its patches.
  public static var strokes: SeparationSettings {
    var settings = SeparationSettings()
    settings.model = .cae
    settings.windowLength = DrumKit.grid.windowLength
    settings.hopSize = DrumKit.grid.hopSize
    settings.templateFrames = DrumKit.frameCount
    settings.refinements = 0
    settings.cutoffHertz = 0
    return settings
  }
}

extension KitLearner {
  /// Silence after each stroke, so that none reaches into the next one's template.
  private static let pauseSeconds = 0.5

  /// A kit whose patches are the decoders of models, one trained on the strokes of each drum.
  ///
  /// Strokes are as loud as in ``kit(origin:)``, kits count alike. A model without convolution has one
  /// spectrum per drum, which then fades as the patch it started from.
  ///
  /// - Parameters:
  ///   - kit: where the models start.
  ///   - kits: the recordings of each kit.
  ///   - settings: on the grid of ``SeparationSettings/strokes``.
  public func refined(
    _ kit: DrumKit, kits: [[Recording]], settings: SeparationSettings,
    parallel: @escaping Parallel
  ) -> DrumKit {
    var result = kit
    for (drum, patch) in kit.patches {
      let (samples, onsets) = Self.strokes(of: drum, in: kits)
      let part = Part(
        name: "stroke",
        notes: onsets.map {
          Note(
            onsetSeconds: $0, releaseSeconds: $0 + StrokeConstraints.soundingSeconds, pitch: drum,
            channel: 10)
        })
      var found: Factorisation?
      // A drum whose strokes are silent keeps its patch.
      _ = try? Separator(settings: settings, material: .drums(kit), parallel: parallel).separate(
        channels: [samples], sampleRate: DrumKit.grid.sampleRate, parts: [part], hasPedal: false,
        withResidual: false, observer: FitObserver(fitted: { found = $0 }))
      if let found { result.patches[drum] = Self.patch(found.model.W, startingFrom: patch) }
    }
    return result
  }

  /// All strokes of a drum one after another, and when each begins.
  private static func strokes(of drum: Int, in kits: [[Recording]]) -> ([Float], [Double]) {
    let rate = DrumKit.grid.sampleRate
    let pause = [Float](repeating: 0, count: Int(pauseSeconds * rate))
    var samples = pause
    var onsets: [Double] = []
    for kit in kits {
      let strokes = kit.flatMap { recording in
        let firsts = recording.strokes.map { Int($0.onsetSeconds * rate) }
        return zip(recording.strokes, firsts).compactMap { stroke, first -> ArraySlice<Float>? in
          guard DrumKit.articulation(ofPitch: stroke.pitch) == drum else { return nil }
          let end = firsts.filter { $0 > first }.min() ?? recording.samples.count
          return recording.samples[first..<end]
        }
      }
      for stroke in strokes {
        let patch = stroke.prefix(DrumKit.frameCount * DrumKit.grid.hopSize)
        let sum = patch.reduce(Float(0)) { $0 + abs($1) } * Float(strokes.count)
        guard sum > 0 else { continue }
        onsets.append(Double(samples.count) / rate)
        samples += stroke.map { $0 / sum } + pause
      }
    }
    return (samples, onsets)
  }

  private static func patch(
    _ W: borrowing Templates, startingFrom start: DrumKit.Patch
  ) -> DrumKit.Patch {
    let binCount = DrumKit.grid.binCount
    var patch = (0..<DrumKit.frameCount).flatMap { frame -> [Float] in
      let column = W.frame(min(frame, W.frameCount - 1), ofComponent: 0)
      let fades = W.frameCount == 1 ? frame : 0
      let before = start[..<binCount].reduce(0, +)
      let level = start[fades * binCount..<(fades + 1) * binCount].reduce(0, +)
      return (0..<binCount).map { before > 0 ? column[$0] * level / before : column[$0] }
    }
    let peak = patch.max() ?? 0
    if peak.isNormal { patch = patch.map { $0 / peak } }
    return patch
  }
}
