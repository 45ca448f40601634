/// How signals of several channels are compared.
enum ChannelUse {
  /// Each channel with the same channel of the other signal.
  case separately
  /// After all channels were averaged to one.
  case averaged

  /// Channels are compared one by one where all signals have as many of them; else they are averaged.
  init(channelCounts: some Sequence<Int>) {
    self = Set(channelCounts).count <= 1 ? .separately : .averaged
  }

  /// The channels that are compared.
  func applied<Samples>(to channels: [Samples]) -> [[Float]]
  where Samples: RandomAccessCollection, Samples.Element == Float {
    switch self {
    case .separately: channels.map { Array($0) }
    case .averaged: [Signals.mono(channels)]
    }
  }
}
