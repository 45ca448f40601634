extension WienerMask {
  /// Computes the masks of one frame from what each part is thought to sound like.
  ///
  /// - Parameters:
  ///   - approximations: V̂ of each part.
  ///   - masks: K values × S columns.
  ///   - scratch: two columns of at least K values, contents arbitrary.
  public func compute(
    from approximations: [Spectrogram], in V: Spectrogram, frame: Int,
    into masks: borrowing Matrix, scratch: borrowing Matrix
  ) {
    for (part, approximation) in approximations.enumerated() {
      masks.column(part).update(
        from: approximation.values.column(frame), count: masks.columnStride)
    }
    share(
      V: V.values.column(frame), fitted: V.binCount, masks: masks.column(0),
      stride: masks.columnStride, binCount: masks.rowCount, total: scratch.column(0),
      largest: scratch.column(1))
  }

  /// The same where a model explains the first parts, and approximations the last.
  public func compute(
    from model: ConvolutiveNMF, and approximations: [Spectrogram], in V: Spectrogram, frame: Int,
    into masks: borrowing Matrix, scratch: borrowing Matrix
  ) {
    let first = partCount - approximations.count
    for part in 0..<partCount {
      let mask = masks.column(part)
      mask.update(repeating: 0, count: masks.columnStride)
      if part < first {
        model.addApproximation(ofFrame: frame, part: Int16(part), to: mask)
      } else {
        let approximation = approximations[part - first]
        mask.update(
          from: approximation.values.column(frame), count: approximation.values.columnStride)
      }
    }
    share(
      V: V.values.column(frame), fitted: V.binCount, masks: masks.column(0),
      stride: masks.columnStride, binCount: masks.rowCount, total: scratch.column(0),
      largest: scratch.column(1))
  }
}
