public import DivisiScore
internal import DivisiEngine

/// Plays notes with a kit of samples.
///
/// A sample starts where its rise falls on the note; it sounds to its end, unless it is a hi-hat's and the hi-hat
/// is struck again. Samples of a layer take turns.
///
/// - Thread: one at a time.
public struct KitPlayer {
  private let kit: SampleKit
  /// By articulation.
  private let instruments: [Int: Int]
  /// Whose turn it is: by instrument and layer.
  private var turns: [[Int]]
  /// How long a hi-hat takes to be silent when it is struck again, in seconds: as SFZ has it.
  private static let chokeSeconds = 0.006
  /// How long an open hi-hat sounds in place of a closed one, in seconds.
  private static let closedSeconds = 0.15

  /// A player whose samples all have their first turn.
  public init(_ kit: SampleKit) {
    self.kit = kit
    instruments = Dictionary(
      uniqueKeysWithValues: kit.instruments.indices.map { (kit.instruments[$0].articulation, $0) })
    turns = kit.instruments.map { $0.layers.map { _ in 0 } }
  }

  /// A sample on its way.
  private struct Voice {
    let sample: SampleKit.Sample
    let start: Int
    let gain: Float
    let isHiHat: Bool
    /// Samples of it that are heard, to the end of its fade.
    var count: Int
    var isChoked = false

    /// Ends it before its sample does; it takes so many samples to be silent.
    mutating func end(at place: Int, choke: Int) {
      guard max(0, place) + choke < count else { return }
      count = max(0, place) + choke
      isChoked = true
    }
  }

  private var chokeCount: Int { Int(Self.chokeSeconds * Double(kit.sampleRate)) }

  /// The sound of some notes.
  ///
  /// - Parameters:
  ///   - notes: in seconds of the result; drums that the kit lacks are silent, see ``missing(_:)``.
  ///   - isMeasured: whether they lie where sounds rise, not where a score has them.
  ///   - leastCount: the least number of samples of each channel.
  /// - Returns: channels from time 0 to the end of the last sample.
  /// - Complexity: O(notes · samples).
  public mutating func play(
    _ notes: [Note], isMeasured: Bool = false, leastCount: Int = 0
  ) -> [[Float]] {
    let choke = chokeCount
    var voices: [Voice] = []
    var hiHat: Int?
    for note in notes.sorted(by: { ($0.onsetSeconds, $0.pitch) < ($1.onsetSeconds, $1.pitch) }) {
      guard let voice = voice(for: note, isMeasured: isMeasured) else { continue }
      if voice.isHiHat {
        if let hiHat, voices[hiHat].start + voices[hiHat].count > voice.start {
          voices[hiHat].end(at: voice.start - voices[hiHat].start, choke: choke)
        }
        hiHat = voices.count
      }
      voices.append(voice)
    }
    let end = voices.reduce(leastCount) { max($0, $1.start + min($1.count, $1.sample.sampleCount)) }
    var result = [[Float]](
      repeating: [Float](repeating: 0, count: end), count: kit.channelCount)
    for voice in voices { Self.add(voice, choke: choke, to: &result) }
    return result
  }

  /// The drums that the kit has nothing for, with the number of their notes.
  public func missing(_ notes: [Note]) -> [Int: Int] {
    var counts: [Int: Int] = [:]
    for note in notes {
      let articulation = DrumKit.articulation(ofPitch: note.pitch)
      if instrument(for: articulation) == nil { counts[articulation, default: 0] += 1 }
    }
    return counts
  }

  /// The instrument for a drum: its own, or one of the same part of the kit that is nearest by number.
  private func instrument(for articulation: Int) -> Int? {
    if let own = instruments[articulation] { return own }
    let group = DrumMap.group(of: articulation)
    guard group != NamedPart.percussion.name else { return nil }
    return instruments.filter { DrumMap.group(of: $0.key) == group }
      .min { (abs($0.key - articulation), $0.key) < (abs($1.key - articulation), $1.key) }?.value
  }

  private mutating func voice(for note: Note, isMeasured: Bool) -> Voice? {
    let articulation = DrumKit.articulation(ofPitch: note.pitch)
    guard let index = instrument(for: articulation) else { return nil }
    let instrument = kit.instruments[index]
    let velocity = min(max(note.velocity, 1), 127)
    let layer = instrument.layers.firstIndex { $0.velocities.contains(velocity) } ?? 0
    let samples = instrument.layers[layer].samples
    let sample = samples[turns[index][layer] % samples.count]
    turns[index][layer] += 1
    let rise =
      note.onsetSeconds * Double(kit.sampleRate) + (isMeasured ? 0 : instrument.delay)
    var voice = Voice(
      sample: sample, start: Int(min(max(rise, 0), 1e12).rounded()) - sample.lead,
      gain: Float(instrument.law.gain(from: sample.velocity, to: Double(velocity))),
      isHiHat: instrument.isHiHat, count: sample.sampleCount)
    let isClosed = !SampleKit.Instrument.openHiHats.contains(articulation)
    if isClosed, SampleKit.Instrument.openHiHats.contains(instrument.articulation) {
      voice.end(
        at: sample.lead + Int(Self.closedSeconds * Double(kit.sampleRate)), choke: chokeCount)
    }
    return voice
  }

  private static func add(_ voice: Voice, choke: Int, to result: inout [[Float]]) {
    let count = min(voice.count, voice.sample.sampleCount)
    let first = max(0, -voice.start)
    guard first < count else { return }
    for channel in result.indices {
      let samples = voice.sample.channels[min(channel, voice.sample.channels.count - 1)]
      for index in first..<count {
        var gain = voice.gain
        if voice.isChoked { gain *= min(1, Float(voice.count - index) / Float(max(choke, 1))) }
        result[channel][voice.start + index] += gain * samples[index]
      }
    }
  }
}
