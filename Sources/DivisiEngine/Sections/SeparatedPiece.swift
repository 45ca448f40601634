/// Stems of a stretch of a recording that nothing to come will change.
public struct SeparatedPiece: Sendable {
  /// Where it lies, in samples of the recording; each begins where the one before ended.
  public let range: Range<Int>
  /// The recording there: channels[channel]; indices are not those of the range.
  public let channels: [ArraySlice<Float>]
  /// stems[part][channel], with the same indices.
  public let stems: [[ArraySlice<Float>]]
}
