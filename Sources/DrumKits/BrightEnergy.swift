extension [[Float]] {
  /// The energy of all channels' differences from sample to sample, which weighs frequencies by 6 dB per octave.
  ///
  /// So what rings of a kick and a snare says little of whether a hi-hat is heard, and most of what is heard of them is
  /// their attacks.
  ///
  /// - Complexity: O(channels · samples of the range).
  func brightEnergy(_ range: Range<Int>) -> Double {
    reduce(0) { sum, channel in
      (Swift.max(1, range.lowerBound)..<Swift.max(1, range.upperBound)).reduce(sum) {
        let difference = Double(channel[$1] - channel[$1 - 1])
        return $0 + difference * difference
      }
    }
  }
}
