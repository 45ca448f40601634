internal import DivisiEngine
internal import Glibc

extension SampleKit {
  /// How many samples a kit has of each drum, at most.
  public struct Size: Sendable, Equatable {
    /// Of velocities, at least 1.
    public var layers: Int
    /// Samples of a layer, at least 1.
    public var turns: Int

    /// Four layers of two samples, unless others are given.
    public init(layers: Int = 4, turns: Int = 2) {
      self.layers = layers
      self.turns = turns
    }
  }

  /// Levels of a layer lie at least this far from those of the next, in decibels: what ears tell.
  private static let leastStep = 1.0
  /// Samples that are worth less than this share of the best of their layer take no turns.
  private static let leastWorth = 0.5
  /// Fades of samples, in seconds.
  private static let fades = (in: 0.001, out: 0.01)
  /// Where a sample falls below this share of its peak for good it ends: 80 dB.
  private static let silence: Float = 1e-4

  /// Makes a kit of the longest and cleanest strokes.
  ///
  /// - Parameters:
  ///   - strokes: of a recording.
  ///   - stems: that they were cut from, stems[part][channel].
  /// - Complexity: O(strokes · log strokes), and the samples that are kept.
  public init(
    of strokes: [CutStroke], stems: [[[Float]]], sampleRate: Int, size: Size = Size()
  ) {
    // In another pattern the next stroke is another one.
    let strokes = strokes.map {
      $0.endingQuietly(in: stems[$0.part], sampleRate: Double(sampleRate))
    }
    self.init(of: strokes, stems: stems, sampleRate: sampleRate) { strokes in
      Self.grouped(strokes, size: size, sampleRate: Double(sampleRate))
    }
  }

  /// Makes a kit in which every stroke of a recording takes its turn, in their order, so that the recording's own
  /// pattern is played by its own strokes.
  ///
  /// - Parameters: as of ``init(of:stems:sampleRate:size:)``.
  public init(inTurn strokes: [CutStroke], stems: [[[Float]]], sampleRate: Int) {
    self.init(of: strokes, stems: stems, sampleRate: sampleRate) { strokes in
      [strokes.sorted { $0.rise < $1.rise }]
    }
  }

  /// - Parameter groups: the layers of one drum's strokes.
  private init(
    of strokes: [CutStroke], stems: [[[Float]]], sampleRate: Int,
    groups: ([CutStroke]) -> [[CutStroke]]
  ) {
    self.sampleRate = sampleRate
    var names: Set<String> = []
    let byDrum = Dictionary(grouping: strokes, by: \.articulation)
    instruments = byDrum.sorted { $0.key < $1.key }.map { articulation, strokes in
      let law = LevelLaw(of: strokes)
      let delays = strokes.map { $0.delay(sampleRate: Double(sampleRate)) }.sorted()
      let tail =
        Instrument.hiHats.contains(articulation)
        ? StrokeTail(of: strokes, stems: stems, sampleRate: Double(sampleRate)) : nil
      return Instrument(
        articulation: articulation, name: Self.name(of: articulation, &names),
        layers: Self.layers(
          of: groups(strokes), law: law, stems: stems, tail: tail, Double(sampleRate)),
        law: law, delay: delays[delays.count / 2])
    }
  }

  /// The layers of one drum, which meet in the middle between their velocities.
  private static func layers(
    of groups: [[CutStroke]], law: LevelLaw, stems: [[[Float]]], tail: StrokeTail?,
    _ sampleRate: Double
  ) -> [Layer] {
    let means = groups.map { group in
      group.reduce(0) { $0 + law.velocity(atLevel: $1.level) } / Double(group.count)
    }
    var lowest = 1
    return groups.indices.map { index in
      let isLast = index + 1 == groups.count
      let highest =
        isLast
        ? 127
        : min(
          127 - (groups.count - 1 - index),
          max(lowest, Int(((means[index] + means[index + 1]) / 2).rounded(.down))))
      defer { lowest = highest + 1 }
      return Layer(
        velocities: lowest...highest,
        samples: groups[index].map { stroke in
          Sample(
            channels: samples(of: stroke, in: stems[stroke.part], tail: tail, sampleRate),
            lead: stroke.rise - stroke.extent.lowerBound,
            velocity: law.velocity(atLevel: stroke.level))
        })
    }
  }

  /// The strokes of one drum that are kept: from soft to loud, and in each group the best first.
  private static func grouped(
    _ strokes: [CutStroke], size: Size, sampleRate: Double
  ) -> [[CutStroke]] {
    let levels = strokes.map(\.level)
    let (softest, loudest) = (levels.min()!, levels.max()!)
    let count = max(1, min(size.layers, Int((loudest - softest) / leastStep)))
    var groups = [[CutStroke]](repeating: [], count: count)
    for stroke in strokes {
      let place = (stroke.level - softest) / max(loudest - softest, 1e-9) * Double(count)
      groups[min(count - 1, Int(place))].append(stroke)
    }
    return groups.filter { !$0.isEmpty }.map { group in
      let ranked = group.sorted {
        (worth($0, sampleRate), $1.rise) > (worth($1, sampleRate), $0.rise)
      }
      let least = leastWorth * worth(ranked[0], sampleRate)
      return ranked.prefix(size.turns).filter { worth($0, sampleRate) >= least }
    }
  }

  /// How good a sample a stroke makes: how clean it is, and how long, up to half a second; a hi-hat's, which rings on,
  /// up to a tenth.
  private static func worth(_ stroke: CutStroke, _ sampleRate: Double) -> Double {
    let wanted = Instrument.hiHats.contains(stroke.articulation) ? 0.1 : 0.5
    return stroke.purity * min(1, Double(stroke.extent.count) / (wanted * sampleRate))
  }

  /// A stroke's sound, and how it rings on, faded at both ends.
  private static func samples(
    of stroke: CutStroke, in stem: [[Float]], tail: StrokeTail?, _ sampleRate: Double
  ) -> [[Float]] {
    var channels = stem.map { Array($0[stroke.extent]) }
    if let tail { channels = tail.continued(channels, of: stroke) }
    let peak = channels.reduce(Float(0)) { $1.reduce($0) { max($0, abs($1)) } }
    let heard = channels.reduce(0) {
      max($0, ($1.lastIndex { abs($0) > silence * peak } ?? 0) + 1)
    }
    let fadeOut = Int(fades.out * sampleRate)
    let count = min(channels[0].count, heard + fadeOut)
    let fadeIn = min(Int(fades.in * sampleRate), stroke.rise - stroke.extent.lowerBound)
    for channel in channels.indices {
      channels[channel].removeLast(channels[channel].count - count)
      for index in 0..<min(fadeIn, count) {
        channels[channel][index] *= rise((Float(index) + 0.5) / Float(fadeIn))
      }
      let length = min(fadeOut, count)
      for index in 0..<length {
        channels[channel][count - 1 - index] *= rise((Float(index) + 0.5) / Float(length))
      }
    }
    return channels
  }

  /// Half a cosine from 0 to 1.
  private static func rise(_ position: Float) -> Float { 0.5 - 0.5 * cosf(.pi * position) }

  /// A name for files, unlike those already used.
  private static func name(of articulation: Int, _ used: inout Set<String>) -> String {
    let words = Factorisation.Component.name(ofDrum: articulation)
    var name = words.replacing(" ", with: "-")
    if used.contains(name) { name += "-\(articulation)" }
    used.insert(name)
    return name
  }
}
