// Thread: worker

internal import InputFiles
import Synchronization

/// What the host and its user hear of.
extension WorkerSide {
  /// Messages that wait for room; the log has them all.
  private static let messageBacklog = 32

  /// Says what did not work: in the log and at the event port.
  func reportError(_ text: String) {
    log.error(text)
    show(text)
  }

  /// Says what has happened: in the log and at the event port.
  func reportNote(_ text: String) {
    log.note(text)
    show(text)
  }

  private func show(_ text: String) {
    let line = text.onOneLine
    content.withLock { $0.lastMessage = line }
    reply(.message, line)
  }

  /// The values of all that can be read, for a host that requests them.
  func replyWithAll() {
    let (score, model, message) = content.withLock {
      ($0.score.path, $0.model.path, $0.lastMessage)
    }
    reply(.score, score)
    reply(.modelFile, model)
    reply(.message, message)
  }

  /// Puts a text on the way to the event port; one that finds no room goes later.
  func reply(_ subject: TextRing.Subject, _ text: String) {
    content.withLock { content in
      guard !content.backlog.isEmpty || !write(subject, text) else { return }
      _ = channels.flags.pointee.overflows.add(1, ordering: .relaxed)
      if subject != .message {
        // The newest path holds.
        content.backlog.removeAll { $0.subject == subject }
      } else if content.backlog.count(where: { $0.subject == .message }) >= Self.messageBacklog,
        let oldest = content.backlog.firstIndex(where: { $0.subject == .message })
      {
        content.backlog.remove(at: oldest)
      }
      content.backlog.append((subject, text))
      channels.flags.pointee.hasBacklog.store(true, ordering: .releasing)
    }
  }

  /// Sends what has waited, as far as there is room.
  func sendBacklog() {
    content.withLock { content in
      while let first = content.backlog.first, write(first.subject, first.text) {
        content.backlog.removeFirst()
      }
      channels.flags.pointee.hasBacklog.store(
        !content.backlog.isEmpty || content.tale.isUnderWay, ordering: .releasing)
    }
  }

  private func write(_ subject: TextRing.Subject, _ text: String) -> Bool {
    channels.replies.write(subject, text)
  }
}
