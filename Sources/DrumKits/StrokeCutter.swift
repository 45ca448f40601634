internal import DivisiEngine
public import DivisiScore
internal import Glibc

/// Cuts separated stems into their strokes.
///
/// - Thread: any.
/// - SeeAlso: Dittmar & Müller, "Reverse engineering the Amen break", IEEE/ACM TASLP 2016.
public struct StrokeCutter: Sendable {
  /// Of the stems, in hertz.
  public let sampleRate: Double

  /// What is kept before a rise, in seconds.
  public static let leadSeconds = 0.002
  /// What a stroke's level is taken over, in seconds.
  static let levelSeconds = 0.05
  /// The longest strokes, in seconds; cymbals ring longer.
  static let longestSeconds = (drum: 2.0, cymbal: 6.0)
  /// Strokes of a part that are closer are struck at once, in seconds.
  private static let togetherSeconds = 0.01

  /// - Parameter sampleRate: in hertz.
  public init(sampleRate: Double) { self.sampleRate = sampleRate }

  /// The strokes of all parts.
  ///
  /// Drums of one part that are struck at once cannot be told apart in its stem, and are left out; a drum that is
  /// struck twice at once is struck once.
  ///
  /// - Parameters:
  ///   - stems: stems[part][channel].
  ///   - mixture: by channel, as long as the stems.
  ///   - parts: of the stems; their notes in seconds of the recording.
  /// - Returns: those that can be heard, by rise.
  /// - Complexity: O(samples · parts + strokes · samples of 80 ms).
  public func cut(
    stems: [[[Float]]], mixture: [[Float]], parts: [Part]
  ) -> [CutStroke] {
    var result: [CutStroke] = []
    for (index, part) in parts.enumerated() {
      var strokes = risen(part.notes, part: index, in: stems[index])
      StrokeAlignment(sampleRate: sampleRate).align(&strokes, in: stems[index])
      strokes.sort { $0.rise < $1.rise }
      result += bounded(strokes, in: stems[index], mixture: mixture)
    }
    return result.sorted { ($0.rise, $0.articulation) < ($1.rise, $1.articulation) }
  }

  /// The strokes of a part where they rise, without those that are struck at once with others.
  private func risen(_ notes: [Note], part: Int, in stem: [[Float]]) -> [CutStroke] {
    let finder = RiseFinder(stem, sampleRate: sampleRate)
    var events: [(onset: Double, notes: [Note])] = []
    for note in notes.sorted(by: { $0.onsetSeconds < $1.onsetSeconds }) {
      if let last = events.last, note.onsetSeconds - last.onset < Self.togetherSeconds {
        events[events.count - 1].notes.append(note)
      } else {
        events.append((note.onsetSeconds, [note]))
      }
    }
    return events.indices.compactMap { index in
      let event = events[index]
      let before = index > 0 ? events[index - 1].onset * sampleRate : -.infinity
      let after = index + 1 < events.count ? events[index + 1].onset * sampleRate : .infinity
      let drums = Set(event.notes.map { DrumKit.articulation(ofPitch: $0.pitch) })
      guard let note = event.notes.max(by: { $0.velocity < $1.velocity }),
        let rise = finder.rise(onset: event.onset * sampleRate, between: (before, after))
      else { return nil }
      return CutStroke(
        note: note, part: part, articulation: drums.count == 1 ? drums.first! : Self.together,
        rise: rise, extent: rise..<rise)
    }
  }

  /// Stands for drums that are struck at once: they end other strokes, and are no stroke of their own.
  private static let together = -1

  /// Each stroke with its end, its level and its purity.
  private func bounded(
    _ strokes: [CutStroke], in stem: [[Float]], mixture: [[Float]]
  ) -> [CutStroke] {
    let lead = Int(Self.leadSeconds * sampleRate)
    let count = stem[0].count
    return strokes.indices.compactMap { index in
      var stroke = strokes[index]
      guard stroke.articulation != Self.together else { return nil }
      let isCymbal =
        DrumMap.group(of: stroke.articulation) == NamedPart.cymbals.name
      let longest = isCymbal ? Self.longestSeconds.cymbal : Self.longestSeconds.drum
      let next = index + 1 < strokes.count ? strokes[index + 1].rise - lead : count
      let start = max(0, stroke.rise - lead)
      let end = min(next, count, stroke.rise + Int(longest * sampleRate))
      guard end > stroke.rise else { return nil }
      stroke.extent = start..<end
      let heard = stroke.rise..<min(end, stroke.rise + Int(Self.levelSeconds * sampleRate))
      let energy = Self.energy(stem, heard)
      guard energy > 0 else { return nil }
      stroke.level = 10 * log10(energy / sampleRate)
      stroke.share = min(1, energy / max(Self.energy(mixture, heard), energy * 1e-3))
      let bright = stem.brightEnergy(heard)
      stroke.purity = min(1, bright / max(mixture.brightEnergy(heard), bright * 1e-3, 1e-30))
      return stroke
    }
  }

  private static func energy(_ channels: [[Float]], _ range: Range<Int>) -> Double {
    channels.reduce(0) { sum, channel in
      channel[range].reduce(sum) { $0 + Double($1) * Double($1) }
    }
  }
}
