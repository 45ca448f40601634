/// The most salient way of a pitch through its candidates, frame by frame.
///
/// - SeeAlso: Viterbi, "Error bounds for convolutional codes", IEEE Trans. IT 1967.
public enum PitchPath {
  /// Finds it.
  ///
  /// - Parameters:
  ///   - salience: frames × candidates, the candidates of a frame one after another.
  ///   - candidateCount: above 0.
  ///   - jumpCost: what a change of one candidate from frame to frame costs.
  /// - Returns: the candidate of each frame.
  /// - Complexity: O(frames · candidates).
  public static func best(
    salience: [Float], candidateCount: Int, jumpCost: Float
  ) -> [Int] {
    let frameCount = salience.count / candidateCount
    guard frameCount > 0 else { return [] }
    var sums = Array(salience[..<candidateCount])
    var origins = [Int32](repeating: 0, count: salience.count)
    for frame in 1..<max(frameCount, 1) {
      let first = frame * candidateCount
      var from = (0..<candidateCount).map { Int32($0) }
      // The best origin of each candidate is itself or that of a neighbour, as costs are even.
      for candidate in 1..<max(candidateCount, 1)
      where sums[candidate - 1] - jumpCost > sums[candidate] {
        sums[candidate] = sums[candidate - 1] - jumpCost
        from[candidate] = from[candidate - 1]
      }
      for candidate in (0..<candidateCount - 1).reversed()
      where sums[candidate + 1] - jumpCost > sums[candidate] {
        sums[candidate] = sums[candidate + 1] - jumpCost
        from[candidate] = from[candidate + 1]
      }
      for candidate in 0..<candidateCount {
        sums[candidate] += salience[first + candidate]
        origins[first + candidate] = from[candidate]
      }
    }
    var path = [Int](repeating: 0, count: frameCount)
    path[frameCount - 1] = sums.indices.max { sums[$0] < sums[$1] } ?? 0
    for frame in (1..<max(frameCount, 1)).reversed() {
      path[frame - 1] = Int(origins[frame * candidateCount + path[frame]])
    }
    return path
  }
}
