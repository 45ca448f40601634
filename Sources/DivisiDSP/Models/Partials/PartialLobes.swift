internal import Glibc

/// What each partial of each tone looks like in each frame: the main lobe of the window, wider where the pitch moves.
///
/// A *voice* is a tone in a frame; voices come frame by frame, and the partials of each from the first up.
struct PartialLobes: Sendable {
  /// The most partials of a voice.
  static let partialCount = 40
  /// Half of the main lobe of a Hann window, in bins.
  private static let halfWidth: Float = 2
  /// A partial that moves by one bin in a frame is wider by this factor.
  private static let widening: Float = 1.5

  /// The tone of each voice.
  let tones: [Int32]
  /// Voices of frame n are firstVoice[n] ..< firstVoice[n + 1].
  let firstVoice: [Int]
  /// Partials of voice v are firstPartial[v] ..< firstPartial[v + 1].
  let firstPartial: [Int]
  /// The first bin of each partial's lobe.
  let bins: [Int32]
  /// Values of partial p are values[firstValue[p] ..< firstValue[p + 1]].
  let firstValue: [Int]
  let values: [Float]
  /// The sum of each lobe.
  let sums: [Float]
  /// The voices of each tone, frame by frame.
  let voices: [[Int32]]

  /// - Complexity: 4 bytes for each bin of each lobe, about six, and 20 for each partial.
  init(_ all: [MovingTone], binCount: Int, frameCount: Int) {
    var inFrame = [[Int32]](repeating: [], count: frameCount)
    for (index, tone) in all.enumerated() {
      for frame in tone.frames { inFrame[frame].append(Int32(index)) }
    }
    var (tones, firstVoice, firstPartial) = ([Int32](), [0], [0])
    var (bins, firstValue, values, sums) = ([Int32](), [0], [Float](), [Float]())
    var voices = all.map { _ in [Int32]() }
    for frame in 0..<frameCount {
      for index in inFrame[frame] {
        let tone = all[Int(index)]
        let place = frame - tone.firstFrame
        let (position, speed) = (tone.bins[place], tone.speed(atIndex: place))
        voices[Int(index)].append(Int32(tones.count))
        tones.append(index)
        for partial in 1...Self.partialCount {
          let centre = Float(partial) * position
          guard centre < Float(binCount - 1) else { break }
          let width = 1 + Self.widening * Float(partial) * speed
          let lower = max(0, Int((centre - Self.halfWidth * width).rounded(.up)))
          let upper = min(binCount - 1, Int(centre + Self.halfWidth * width))
          var sum: Float = 0
          for bin in lower...upper {
            let value = Self.lobe((Float(bin) - centre) / width)
            values.append(value)
            sum += value
          }
          bins.append(Int32(lower))
          firstValue.append(values.count)
          sums.append(sum)
        }
        firstPartial.append(bins.count)
      }
      firstVoice.append(tones.count)
    }
    self.tones = tones
    self.firstVoice = firstVoice
    self.firstPartial = firstPartial
    self.bins = bins
    self.firstValue = firstValue
    self.values = values
    self.sums = sums
    self.voices = voices
  }

  /// The transform of a Hann window, with a peak of 1: sinc(x) / (1 − x²).
  private static func lobe(_ x: Float) -> Float {
    let distance = abs(x)
    if distance < 1e-3 { return 1 }
    if abs(distance - 1) < 1e-3 { return 0.5 }
    if distance >= halfWidth { return 0 }
    let phase = Float.pi * distance
    return sinf(phase) / (phase * (1 - distance * distance))
  }
}
