// Thread: any

import Glibc
package import LV2Hosting
import Synchronization
import Terminal

/// What a plugin says, kept until somebody has time to show it.
package final class PluginLog: Sendable {
  private let lines = Mutex<[HostLog.Message]>([])

  /// What the plugin is given; it keeps this object alive.
  package var log: HostLog {
    HostLog { message in self.lines.withLock { $0.append(message) } }
  }

  /// Takes all that has been said since the last time.
  package func take() -> [HostLog.Message] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }

  /// Shows all that has been said since the last time.
  package func show() { Self.show(take()) }

  /// Writes messages to standard error, in the plugin's own words.
  package static func show(_ messages: [HostLog.Message]) {
    for message in messages { put(message.text.printable + "\n", to: STDERR_FILENO) }
  }
}
