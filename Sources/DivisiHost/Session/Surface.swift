/// A way to see and control what plays: a prompt, a network, another program.
///
/// All are served by the session's thread, in turn.
protocol Surface: AnyObject {
  /// What becomes readable when there is something to do; nil if nothing ever does.
  var descriptor: Int32? { get }

  /// Does what there is to do: the descriptor can be read.
  func serve(_ session: Session)

  /// Shows what is new; called `Session.rate` times per second.
  func update(_ session: Session)

  /// Takes what the plugin or the server has to say, which nobody has asked for; it is printable.
  func log(_ text: String)

  /// The session ends.
  func close()
}

extension Surface {
  func log(_ text: String) {}
}
