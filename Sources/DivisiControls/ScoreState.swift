/// Where the sound is against the score; the raw value is that of the output `score_state`.
public enum ScoreState: Int, Sendable {
  case none, before, inside, past, notThisPiece, lost, unused
}
