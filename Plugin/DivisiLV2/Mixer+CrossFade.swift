// Thread: audio

/// From one stream to the next.
extension Mixer {
  /// Begins the cross-fade to the next stream.
  @_noLocks
  mutating func beginCrossFade() { setCrossFade(Ramp(0, to: 1, samples: rampLength)) }

  /// Puts only the main stream into the outputs, whichever that is now.
  @_noLocks
  mutating func endCrossFade() { setCrossFade(Ramp(0)) }

  /// Blends the stems of the next stream into those of the main one.
  ///
  /// - Returns: how many channels the stems have then.
  @_noLocks
  mutating func blend(count: Int, channelCount: Int, nextChannelCount: Int) -> Int {
    let result = max(channelCount, nextChannelCount)
    if channelCount < result { widen(stems, count: count) }
    if nextChannelCount < result { widen(nextStems, count: count) }
    fillCrossFade(count: count)
    var number = 0
    while number < stemCount &* result {
      let old = stems[number]
      let new = nextStems[number]
      var index = 0
      while index < count {
        old[index] += gainBuffer[index] * (new[index] - old[index])
        index &+= 1
      }
      number &+= 1
    }
    return result
  }

  /// Makes two equal channels of one.
  @_noLocks
  private func widen(
    _ stems: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, count: Int
  ) {
    var number = stemCount &- 1
    while number >= 0 {
      var index = 0
      while index < count {
        let value = stems[number][index]
        stems[2 &* number][index] = value
        stems[2 &* number &+ 1][index] = value
        index &+= 1
      }
      number &-= 1
    }
  }
}
