import Foundation
import LV2Hosting
import Testing

/// A host that plays in time, where nobody can say when the plugin's thread is done: slower and slower,
/// until no update is late, whatever else the machine does.
enum Pace {
  /// Seconds that a block takes, at most; a machine that needs longer is out of order.
  private static let slowest = 10.0

  /// Renders until it is in time.
  ///
  /// - Parameter body: renders; it is to call the function that it is given after each block, and says how
  ///   many updates were late.
  static func inTime(_ body: (_ wait: () -> Void) throws -> (late: Float, output: [[Float]])) throws
    -> [[Float]]
  {
    var seconds = 0.002
    while true {
      let (late, output) = try body { usleep(UInt32(seconds * 1e6)) }
      if late == 0 { return output }
      seconds *= 4
      try #require(seconds < slowest, "\(late) updates were late")
    }
  }
}
