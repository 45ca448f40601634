/// One step of a dynamic programme whose moves cost |distance − expected|: in linear time, since the
/// best origin below the expected one is a running maximum, and the best above it that of a sliding
/// window.
struct EventStep {
  private let width: Int
  /// Origins in the window, of which each is better than those behind it.
  private var window: [Int] = []

  init(width: Int) {
    self.width = width
    window.reserveCapacity(width)
  }

  /// The best that each place can be reached with: max over origins a of
  /// value(a) − weight · |shift + place − a − expected|, with shift + place − a ≥ least.
  ///
  /// - Parameters:
  ///   - values: of the origins.
  ///   - shift: the first place's distance from the first origin.
  ///   - expected: not negative; at least `least` is expected.
  ///   - least: how far apart origin and place are at least; not negative.
  ///   - weight: above zero.
  ///   - source: is told the origin of each place.
  /// - Returns: for each place its value; very low where it cannot be reached.
  mutating func advance(
    _ values: [Double], shift: Int, expected: Double, least: Int, weight: Double,
    source: (_ place: Int, _ origin: Int) -> Void
  ) -> [Double] {
    var result = [Double](repeating: Self.unreached, count: width)
    window.removeAll(keepingCapacity: true)
    var head = 0
    var (below, above) = (0, 0)
    var best = -1
    let expected = max(expected, Double(least))
    for place in 0..<width {
      let end = shift + place
      let target = Double(end) - expected
      // Origins from which it takes at least as long as expected.
      while below < width, Double(below) <= target {
        if best < 0
          || values[below] + weight * Double(below) > values[best] + weight * Double(best)
        {
          best = below
        }
        below += 1
      }
      // And those from which it takes less.
      while above < width, above <= end - least {
        let value = values[above] - weight * Double(above)
        while window.count > head, let last = window.last,
          values[last] - weight * Double(last) < value
        {
          window.removeLast()
        }
        window.append(above)
        above += 1
      }
      while head < window.count, window[head] < below { head += 1 }
      var origin = best
      if best >= 0 { result[place] = values[best] - weight * (target - Double(best)) }
      if head < window.count {
        let candidate = window[head]
        let value = values[candidate] - weight * (Double(candidate) - target)
        if value > result[place] {
          result[place] = value
          origin = candidate
        }
      }
      source(place, max(0, origin))
    }
    return result
  }

  /// The value of what cannot be reached: below every sum, and still a number to add to.
  private static let unreached = -1e30
}
