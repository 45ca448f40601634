import SystemMemory
import Terminal

/// Memory that a piece of work needs, held against what there is before it begins: what cannot be had
/// would end the program in its midst.
package struct MemoryNeed {
  package let byteCount: Int
  /// What it is for, behind "memory".
  package let purpose: String

  /// - Parameter purpose: as it stands behind "memory".
  package init(byteCount: Int, purpose: String) {
    self.byteCount = byteCount
    self.purpose = purpose
  }

  /// - Parameter path: the recording, for the error.
  /// - Throws: one line if there is not as much.
  package func check(for path: String) throws {
    guard let available = AvailableMemory.byteCount, byteCount > available else { return }
    throw Failure("\(path): expected \(text) \(purpose), found \(Self.gigabytes(available))")
  }

  /// As in "12.8 GB of memory".
  package var text: String { "\(Self.gigabytes(byteCount)) of memory" }

  private static func gigabytes(_ count: Int) -> String {
    "\(fixed(Double(count) / 1e9, digits: 1)) GB"
  }
}
