/// A drum kit of samples, by layers of velocity and in turns.
public struct SampleKit: Sendable, Equatable {
  /// One stroke by itself.
  public struct Sample: Sendable, Equatable {
    /// By channel, all of one length.
    public var channels: [[Float]]
    /// Samples before the sound rises.
    public var lead: Int
    /// The velocity that it was struck at, as measured; 1 to 127.
    public var velocity: Double

    /// Samples of each channel.
    public var sampleCount: Int { channels[0].count }
  }

  /// Samples that take turns at some velocities.
  public struct Layer: Sendable, Equatable {
    /// From 1 to 127 over all layers.
    public var velocities: ClosedRange<Int>
    /// At least one.
    public var samples: [Sample]
  }

  /// A way to strike a drum.
  public struct Instrument: Sendable, Equatable {
    /// A General MIDI number; two kicks are one, and so are two snares.
    public var articulation: Int
    /// What files of it are called: letters, digits and hyphens.
    public var name: String
    /// Ascending; at least one.
    public var layers: [Layer]
    /// How loud a sample sounds at other velocities than its own.
    public var law: LevelLaw
    /// How much later than its score the recording has it, in samples.
    public var delay = 0.0
  }

  /// In hertz.
  public var sampleRate: Int
  /// By articulation, ascending.
  public var instruments: [Instrument]

  /// Samples of all channels of all samples.
  public var channelCount: Int {
    instruments.first?.layers.first?.samples.first?.channels.count ?? 1
  }
  /// How many samples there are.
  public var sampleCount: Int {
    instruments.reduce(0) { $0 + $1.layers.reduce(0) { $0 + $1.samples.count } }
  }
}

extension SampleKit.Instrument {
  /// Whether a stroke of it ends those before it: the hi-hat has one pair of cymbals.
  public var isHiHat: Bool { Self.hiHats.contains(articulation) }
  static let hiHats: Set = [22, 26, 42, 44, 46]
  /// Those whose cymbals lie apart, and ring.
  static let openHiHats: Set = [26, 46]
}
