extension WienerMask {
  /// Computes the masks of one frame from tones whose partials follow their pitch.
  ///
  /// - Parameters:
  ///   - model: fitted.
  ///   - frame: n.
  ///   - masks: at least K values × S columns; K may exceed the model's.
  ///   - first: the column that becomes part 0; those behind it become the others.
  ///   - scratch: two columns of at least K values, contents arbitrary; may be columns of the same matrix.
  /// - Complexity: O(S · K + bins of the lobes of seven frames).
  public func compute(
    from model: PartialModel, frame: Int, into masks: borrowing Matrix, from first: Int = 0,
    scratch: borrowing Matrix
  ) {
    for part in 0..<partCount {
      let mask = masks.column(first + part)
      mask.update(repeating: 0, count: masks.columnStride)
      model.blurred(frame: frame, part: part, into: mask, work: scratch.column(0))
    }
    share(
      V: model.V.values.column(frame), fitted: model.V.binCount, masks: masks.column(first),
      stride: masks.columnStride, binCount: masks.rowCount, total: scratch.column(0),
      largest: scratch.column(1))
  }
}
