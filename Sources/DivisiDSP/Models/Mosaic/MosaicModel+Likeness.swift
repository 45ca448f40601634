extension MosaicModel {
  /// Fills H with how much templates resemble frames: Σ √w √v, which is largest where both are alike.
  ///
  /// - SeeAlso: Bhattacharyya, "On a measure of divergence between two statistical populations", 1943.
  func formLikeness() {
    let (S, N) = (templates.values.columnCount, V.columnCount)
    guard N > 0 else { return }
    let frames = Matrix(rowCount: V.rowCount, columnCount: N)
    for frame in 0..<N { formRoots(of: V.column(frame), to: frames.column(frame)) }
    let roots = Matrix(rowCount: V.rowCount, columnCount: 4)
    let columns = (
      UnsafePointer(roots.column(0)), UnsafePointer(roots.column(1)),
      UnsafePointer(roots.column(2)), UnsafePointer(roots.column(3))
    )
    for first in stride(from: 0, to: S, by: 4) {
      for lane in 0..<4 {
        formRoots(of: templates.values.column(first + lane), to: roots.column(lane))
      }
      for frame in stride(from: 0, to: N, by: 2) {
        let second = min(frame + 1, N - 1)
        let (a, b) = BlockKernels.dots(
          columns, frames.column(frame), frames.column(second), count: V.columnStride)
        for lane in 0..<4 {
          H.column(frame)[first + lane] = a[lane]
          H.column(second)[first + lane] = b[lane]
        }
      }
    }
  }

  private func formRoots(
    of column: UnsafeMutablePointer<Float>, to result: UnsafeMutablePointer<Float>
  ) {
    for bin in 0..<V.columnStride { result[bin] = column[bin].squareRoot() }
  }

  /// Values against the largest, squared so many times.
  func sharpen(_ values: UnsafeMutablePointer<Float>, squarings: Int) {
    var largest: Float = 0
    for index in 0..<templates.count { largest = max(largest, values[index]) }
    guard largest > 0 else { return }
    for index in 0..<templates.count {
      var value = values[index] / largest
      for _ in 0..<squarings { value *= value }
      values[index] = value
    }
  }
}
