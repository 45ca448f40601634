/// A map of a section as a stroke sees it: in stroke time, between its frames linearly.
public struct SectionMap: Sendable {
  private let frameCount: Int
  private let place: Double
  private let values: @Sendable (Int) -> UnsafePointer<Float>

  /// - Parameters:
  ///   - frameCount: of the map.
  ///   - place: where the first frame of stroke time lies in the map, in its frames.
  ///   - column: gives a column of the map, which stays as it is until two others have been asked for; its pointer
  ///     is aligned as those of a ``Matrix`` are.
  public init(
    frameCount: Int, from place: Double,
    _ column: @escaping @Sendable (Int) -> UnsafePointer<Float>
  ) {
    self.frameCount = frameCount
    self.place = place
    values = column
  }

  /// One frame of it.
  struct Column {
    fileprivate let low: UnsafePointer<Float>
    fileprivate let high: UnsafePointer<Float>
    fileprivate let share: Float

    @inline(__always)
    func lanes(_ bin: Int) -> Lane {
      let value = low.lanes(bin)
      return value + share * (high.lanes(bin) - value)
    }
  }

  /// What it is in a frame of stroke time.
  func column(_ frame: Int) -> Column {
    let place = min(max(place + Double(frame), 0), Double(frameCount) - 1.001)
    let first = max(0, Int(place))
    return Column(
      low: values(first), high: values(min(first + 1, frameCount - 1)),
      share: Float(max(0, place - Double(first))))
  }

  /// Σ over the bins of a frame.
  public func sum(ofFrame frame: Int, binCount: Int) -> Double {
    let column = column(frame)
    return stride(from: 0, to: binCount, by: Lane.scalarCount).reduce(0.0) { sum, bin in
      let values = column.lanes(bin)
      return (0..<min(Lane.scalarCount, binCount - bin)).reduce(sum) { $0 + Double(values[$1]) }
    }
  }
}
