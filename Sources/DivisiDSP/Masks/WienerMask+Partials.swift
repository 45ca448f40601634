extension WienerMask {
  /// Computes the masks of one frame from tones whose partials follow their pitch.
  ///
  /// - Parameters:
  ///   - model: fitted.
  ///   - frame: n.
  ///   - masks: at least K values × S columns; K may exceed the model's. Column s becomes part s.
  ///   - scratch: two columns of at least K values, contents arbitrary.
  /// - Complexity: O(S · K + bins of the lobes of seven frames).
  public func compute(
    from model: PartialModel, frame: Int, into masks: borrowing Matrix,
    scratch: borrowing Matrix
  ) {
    for part in 0..<partCount {
      let mask = masks.column(part)
      mask.update(repeating: 0, count: masks.columnStride)
      model.blurred(frame: frame, part: part, into: mask, work: scratch.column(0))
    }
    share(
      V: model.V.values.column(frame), fitted: model.V.binCount, masks: masks.column(0),
      stride: masks.columnStride, binCount: masks.rowCount, total: scratch.column(0),
      largest: scratch.column(1))
  }
}
