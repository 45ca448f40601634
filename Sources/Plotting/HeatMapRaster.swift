/// A heat map as the pixels of a panel.
///
/// A pixel shows the largest value that falls into it, so that a partial or an onset never vanishes
/// between pixels; where values lie wider than pixels, the nearest one.
struct HeatMapRaster {
  let columnCount: Int
  let rowCount: Int
  /// `0xAARRGGBB`, row after row from the top.
  private(set) var pixels: [UInt32]

  init(
    _ map: HeatMap, x: Axis, y: Axis, range: ClosedRange<Double>, columnCount: Int, rowCount: Int
  ) {
    self.columnCount = columnCount
    self.rowCount = rowCount
    pixels = Array(repeating: 0xFFFF_FFFF, count: columnCount * rowCount)
    let columns = Self.intervals(
      along: x, pixelCount: columnCount, first: map.columns.first, step: map.columns.step,
      count: map.columnCount)
    let rows = Self.intervals(
      along: y, pixelCount: rowCount, first: map.rows.first, step: map.rows.step,
      count: map.rowCount)
    let width = range.upperBound - range.lowerBound
    // Rows first, each column of the map once.
    var reduced = [Float](repeating: -.infinity, count: rowCount * map.columnCount)
    for column in 0..<map.columnCount {
      for (row, interval) in rows.enumerated() {
        var largest = -Float.infinity
        for index in interval { largest = max(largest, map.values[column * map.rowCount + index]) }
        reduced[column * rowCount + row] = largest
      }
    }
    for (column, interval) in columns.enumerated() where !interval.isEmpty {
      for (row, rowInterval) in rows.enumerated() where !rowInterval.isEmpty {
        var largest = -Float.infinity
        for index in interval { largest = max(largest, reduced[index * rowCount + row]) }
        let value = (Double(largest) - range.lowerBound) / width
        pixels[(rowCount - 1 - row) * columnCount + column] = Viridis.pixel(value)
      }
    }
  }

  /// The values that fall into each pixel from the lower end of an axis; none where the raster ends.
  private static func intervals(
    along axis: Axis, pixelCount: Int, first: Double, step: Double, count: Int
  ) -> [Range<Int>] {
    func index(atPixel pixel: Double) -> Double {
      (axis.value(at: pixel / Double(pixelCount)) - first) / step
    }
    return (0..<pixelCount).map { pixel in
      let lower = index(atPixel: Double(pixel))
      let upper = index(atPixel: Double(pixel + 1))
      let inside = Int(lower.rounded(.up))..<max(Int(lower.rounded(.up)), Int(upper.rounded(.up)))
      if !inside.isEmpty { return inside.clamped(to: 0..<count) }
      let nearest = Int(((lower + upper) / 2).rounded())
      return (0..<count).contains(nearest) ? nearest..<nearest + 1 : 0..<0
    }
  }
}
