// Thread: any

import DivisiDSP

/// What both ends of a stream are built for.
struct StreamPlan {
  let clock: StreamClock
  let layout: StreamLayout
  let channelCount: Int
  /// Of the model that the stream fits, which may be another than was asked for.
  let separation: SeparationSettings
  /// K of models.
  let fittedBinCount: Int
  let mask: WienerMask
  /// The part of what is no drum, behind all others; nil for none. It has masks, and no samples unless the layout
  /// names it.
  let restPart: Int?

  /// T of drums, at most. What a window shows of a stroke is not enough for more: at a look-ahead of 1 s, 64
  /// frames cost 0.3 dB SDR on fourteen tracks, and with the rules of whole files (``StrokeRules``) gain
  /// 0.1 dB there but cost 0.7 and 1.8 dB on two played kits; either takes three times as long.
  private static let mostStrokeFrames = 16

  /// - Parameters:
  ///   - settings: valid.
  ///   - sampleRate: 8,000 to 192,000 Hz.
  init(
    settings: StreamSettings, layout: StreamLayout, sampleRate: Double, channelCount: Int
  ) {
    clock = StreamClock(settings: settings, sampleRate: sampleRate)
    self.layout = layout
    self.channelCount = channelCount
    var separation = settings.separation
    separation.model = separation.model.streamed
    separation.comb = separation.comb.ofTemplates
    if layout.isPercussive {
      separation.templateFrames = min(separation.templateFrames, Self.mostStrokeFrames)
    }
    self.separation = separation
    fittedBinCount = separation.fittedBinCount(clock.grid)
    let names = layout.partNames
    restPart =
      separation.hasRest && layout.isPercussive
      ? names.last == Rest.name ? names.count - 1 : names.count : nil
    mask = separation.mask(
      partCount: max(names.count, (restPart ?? 0) + 1), grid: clock.grid, hasResidual: true)
  }

  var grid: TimeGrid { clock.grid }
  /// Parts that have masks.
  var partCount: Int { mask.partCount }
  /// Parts that samples are given of.
  var outputCount: Int { layout.partNames.count }
  /// Whether parts are told apart by where they lie, too.
  var isSpatial: Bool {
    separation.isSpatial && SpatialAnalysis.applies(channelCount: channelCount)
  }

  /// What magnitudes are multiplied by before they are factorised: a sine of full scale peaks at 1.
  var magnitudeScale: Float { 4 / Float(grid.windowLength) }
}
