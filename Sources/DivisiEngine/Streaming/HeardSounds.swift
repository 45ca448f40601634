// Thread: worker

import DivisiDSP

/// How strongly something sounds in a moment, as a stream's model has found it.
public struct HeardSound: Equatable, Sendable {
  /// Since the stream began.
  public let seconds: Double
  /// The place of the part among those of the layout.
  public let part: Int
  /// MIDI number; 0 of drums.
  public let pitch: Int
  /// Against the loudest that the stream has heard, from 0 to 1.
  public let level: Float
}

/// What a stream has heard, for people to see.
struct HeardSounds {
  /// Moments in a second: what eyes can follow. Chosen, not measured.
  private static let rate = 20.0
  /// So many are kept for whoever takes them: more than two updates bring.
  private static let capacity = 4096

  private(set) var sounds: [HeardSound] = []
  private var loudest: Float = 0

  /// Takes what a model says of some frames: the mean of each sound over a moment.
  ///
  /// - Parameters:
  ///   - partCount: parts from there on are left out.
  ///   - pitches: by component; none of drums.
  ///   - frames: on the stream's grid.
  ///   - firstFrame: the first that the model has.
  /// - Complexity: O(free entries).
  mutating func add(
    from model: ConvolutiveNMF, partCount: Int, pitches: [UInt8], frames: Range<Int>,
    firstFrame: Int,
    frameRate: Double
  ) {
    let length = max(1, Int(frameRate / Self.rate))
    var sums: [Key: Float] = [:]
    for component in 0..<model.pattern.componentCount {
      let scale = model.W.sum(ofComponent: component) / Float(length)
      let pitch = component < pitches.count ? Int(pitches[component]) : 0
      for entry in model.pattern.entries(ofComponent: component) {
        let frame = firstFrame + Int(model.pattern.frames[entry])
        guard frames.contains(frame), frame >= 0, model.pattern.parts[entry] < partCount else {
          continue
        }
        let key = Key(
          moment: frame / length, part: Int(model.pattern.parts[entry]), pitch: pitch)
        sums[key, default: 0] += scale * model.H[entry]
      }
    }
    loudest = max(loudest, sums.values.max() ?? 0)
    guard loudest > 0, loudest.isFinite else { return }
    let found = sums.sorted { $0.key < $1.key }.map { key, sum in
      HeardSound(
        seconds: (Double(key.moment) + 0.5) * Double(length) / frameRate, part: key.part,
        pitch: key.pitch, level: sum / loudest)
    }
    sounds = (sounds + found).suffix(Self.capacity)
  }

  /// Gives what there is, once.
  mutating func take() -> [HeardSound] {
    defer { sounds = [] }
    return sounds
  }

  private struct Key: Hashable, Comparable {
    let moment: Int
    let part: Int
    let pitch: Int

    static func < (one: Key, other: Key) -> Bool {
      (one.moment, one.part, one.pitch) < (other.moment, other.part, other.pitch)
    }
  }
}
