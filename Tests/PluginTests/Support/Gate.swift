import Dispatch
import LV2Hosting
import Synchronization

/// A host's log that holds whoever writes a certain line, until it is opened: so the plugin is in the
/// midst of something for as long as a test wants it to be.
final class Gate: Sendable {
  private let isHolding = Atomic<Bool>(false)
  private let isOpen = Atomic<Bool>(false)
  private let lines = Mutex<[String]>([])
  private let opened = DispatchSemaphore(value: 0)
  let word: String

  /// - Parameter word: what the line contains.
  init(at word: String) { self.word = word }

  var log: HostLog {
    HostLog { message in
      self.lines.withLock { $0.append(message.text) }
      guard message.text.contains(self.word), !self.isOpen.load(ordering: .acquiring) else {
        return
      }
      self.isHolding.store(true, ordering: .releasing)
      self.opened.wait()
    }
  }

  /// What has been logged.
  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  /// Whether somebody waits.
  var holds: Bool { isHolding.load(ordering: .acquiring) }

  /// Lets everybody through from now on.
  func open() {
    isOpen.store(true, ordering: .releasing)
    opened.signal()
  }
}
