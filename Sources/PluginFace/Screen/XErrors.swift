internal import CX11

/// Keeps errors of X from ending the host's process, which is what Xlib does with them.
///
/// - Thread: that of the host's user interface.
enum XErrors {
  private nonisolated(unsafe) static var display: OpaquePointer?
  private nonisolated(unsafe) static var before: XErrorHandler?

  /// Does something whose errors do not matter, such as drawing in a window that the host has just closed. Errors of
  /// other connections go where they went.
  static func ignoring<Result>(on display: OpaquePointer, _ work: () -> Result) -> Result {
    Self.display = display
    before = XSetErrorHandler { display, event in
      display == XErrors.display ? 0 : XErrors.before?(display, event) ?? 0
    }
    defer {
      // What the server has to say of it comes before the handler goes.
      XSync(display, 0)
      XSetErrorHandler(before)
    }
    return work()
  }
}
