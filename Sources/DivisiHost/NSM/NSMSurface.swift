// Thread: setup

/// A session manager's control over a project that is open.
final class NSMSurface: Surface {
  private let manager: NSMManager
  /// Whether the manager takes it that there is something to be saved; nil at first.
  private var reportedDirty: Bool?

  var descriptor: Int32? { manager.socket.descriptor }

  init(_ manager: NSMManager) { self.manager = manager }

  func serve(_ session: Session) {
    manager.serve { self.save(session) }
    // Another project takes this one's place.
    if manager.wanted != nil { session.isOver = true }
  }

  private func save(_ session: Session) {
    do {
      guard let folder = session.folder else { return }
      try session.save(to: folder)
      manager.reply(to: "/nsm/client/save", "OK")
      reportDirty(session)
    } catch {
      manager.refuse("/nsm/client/save", .general, "\(error)")
    }
  }

  func update(_ session: Session) { reportDirty(session) }

  /// Tells whether there is something to be saved.
  private func reportDirty(_ session: Session) {
    guard reportedDirty != session.isDirty else { return }
    reportedDirty = session.isDirty
    manager.send(OSCMessage(session.isDirty ? "/nsm/client/is_dirty" : "/nsm/client/is_clean"))
  }

  /// Passes on what the plugin says, as news of middling importance.
  func log(_ text: String) {
    manager.send(OSCMessage("/nsm/client/message", .integer(1), .text(text)))
  }

  func close() {}
}
