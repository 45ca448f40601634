/// A way to see and control what plays: a prompt, a network, another program.
///
/// All are served by the session's thread, in turn.
protocol Surface: AnyObject {
  /// What becomes readable when there is something to do; nil if nothing ever does.
  var descriptor: Int32? { get }

  /// Whether something is left to do without anything new.
  var hasWork: Bool { get }

  /// Does what there is to do, as much as others can wait for: the descriptor can be read, or there is work.
  func serve(_ session: Session)

  /// Shows what is new; called `Session.rate` times per second.
  func update(_ session: Session)

  /// Takes what the plugin or the server has to say, which nobody has asked for; it is printable.
  func log(_ text: String)

  /// The session ends.
  func close()
}

extension Surface {
  var hasWork: Bool { false }

  func log(_ text: String) {}
}
