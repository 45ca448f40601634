import DivisiCommandLine

/// How a take's score is aligned again where somebody has said that a bar begins elsewhere.
enum Realignment {
  /// So many bars away from each bar that somebody has moved, the others keep their places.
  private static let reach = 3

  /// The options of `divisi separate`: what was moved, and bars that stay.
  ///
  /// - Parameter duration: of the recording, in seconds: bars beyond it are not heard, and say nothing.
  static func options(
    _ anchors: [Corrections.Anchor], bars: [PlacedScore.PlayedBar], duration: Double
  ) -> [String] {
    guard !anchors.isEmpty else { return ["--align=off"] }
    let starts = bars.compactMap(\.beats.first)
    let moved = Set(
      anchors.compactMap { anchor in starts.lastIndex { $0 <= anchor.from + 1e-3 } })
    let kept = starts.indices.filter { index in
      moved.allSatisfy { abs($0 - index) >= reach } && (0..<duration).contains(starts[index])
    }.map { Corrections.Anchor(from: starts[$0], to: starts[$0]) }
    var all: [Corrections.Anchor] = []
    for anchor in (anchors + kept).sorted(by: { $0.from < $1.from }) {
      if let last = all.last, last.from >= anchor.from || last.to >= anchor.to { continue }
      all.append(anchor)
    }
    return ["--align=on"] + all.map { "--anchor=\($0.from)=\($0.to)" }
  }

  /// Bars that have kept their numbers, on the time of a new take.
  ///
  /// - Parameter path: seconds before and after; empty where nothing was moved.
  static func bars(
    _ bars: [PlacedScore.PlayedBar], along path: [[Double]]
  ) -> [PlacedScore.PlayedBar] {
    let points = path.filter { $0.count == 2 }
    guard points.count > 1 else { return bars }
    return bars.map { bar in
      var bar = bar
      bar.beats = bar.beats.map { moved($0, points) }
      bar.end = max(moved(bar.end, points), bar.beats.last ?? 0)
      return bar
    }
  }

  private static func moved(_ time: Double, _ points: [[Double]]) -> Double {
    guard let next = points.firstIndex(where: { $0[0] >= time }) else {
      let last = points[points.count - 1]
      return time + last[1] - last[0]
    }
    guard next > 0 else { return time + points[0][1] - points[0][0] }
    let (a, b) = (points[next - 1], points[next])
    return a[1] + (time - a[0]) / max(1e-9, b[0] - a[0]) * (b[1] - a[1])
  }
}
