extension SampleKit {
  /// A sample and what its file is called.
  public struct NamedSample: Sendable {
    /// As in `kick_v2_r1`: layers count from soft to loud.
    public let name: String
    /// Its number among the instruments.
    public let instrument: Int
    /// Its number among the instrument's layers.
    public let layer: Int
    /// Whose turn it is, from 0.
    public let turn: Int
    /// The sound.
    public let sample: Sample
  }

  /// All samples, by instrument, layer and turn.
  public var namedSamples: [NamedSample] {
    instruments.indices.flatMap { index in
      instruments[index].layers.indices.flatMap { layer in
        instruments[index].layers[layer].samples.enumerated().map { turn, sample in
          NamedSample(
            name: "\(instruments[index].name)_v\(layer + 1)_r\(turn + 1)", instrument: index,
            layer: layer, turn: turn, sample: sample)
        }
      }
    }
  }
}
