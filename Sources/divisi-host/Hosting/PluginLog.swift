// Thread: any

import LV2Hosting
import Synchronization

/// What a plugin says, kept until somebody has time to show it.
final class PluginLog: Sendable {
  private let lines = Mutex<[HostLog.Message]>([])

  /// What the plugin is given; it keeps this object alive.
  var log: HostLog {
    HostLog { message in self.lines.withLock { $0.append(message) } }
  }

  /// Takes all that has been said since the last time.
  func take() -> [HostLog.Message] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }

  /// Shows all that has been said since the last time.
  func show() {
    for message in take() { complain(message.text) }
  }
}
