import DivisiSeparation
import Terminal

extension SeparationJob {
  /// What is worth saying beforehand, in bytes.
  private static let muchMemory = 1 << 30

  /// Says what a recording will need if that is much, and refuses it where there is less.
  ///
  /// - Parameter keepsStems: whether all stems stay in memory, to be scored.
  func checkMemory(of source: SeparationSource, keepsStems: Bool) throws {
    let need = plan.memoryNeed(
      of: source, keepsStems: keepsStems, keepsFactors: factorFolder != nil)
    if factorFolder != nil, need.byteCount >= Self.muchMemory {
      printError("\(source.mix): will need \(need.text) \(need.purpose)")
    }
    try need.check(for: source.mix)
  }
}
