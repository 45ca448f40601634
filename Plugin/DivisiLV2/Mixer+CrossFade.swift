// Thread: audio

/// From one stream to the next.
extension Mixer {
  /// Lets the next stream be heard from now on, more and more.
  @_noLocks
  mutating func beginHandover() { setHandover(Ramp(0, to: 1, samples: rampLength)) }

  /// Only the main stream is heard, whichever that is now.
  @_noLocks
  mutating func cancelHandover() { setHandover(Ramp(0)) }

  /// Blends the stems of the next stream into those of the main one.
  ///
  /// - Returns: how many channels the stems have then.
  @_noLocks
  mutating func blend(count: Int, channelCount: Int, nextChannelCount: Int) -> Int {
    let result = max(channelCount, nextChannelCount)
    if channelCount < result { widen(stems, count: count) }
    if nextChannelCount < result { widen(nextStems, count: count) }
    fillHandover(count: count)
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
