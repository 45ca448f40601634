internal import CX11

/// What X's events mean.
enum XGestures {
  /// A gesture of the pointer or the keyboard; nil for what has no meaning.
  ///
  /// - Parameter scale: pixels per point.
  static func gesture(_ event: inout XEvent, scale: Double) -> Gesture? {
    switch event.type {
    case ButtonPress:
      let button = event.xbutton
      let place = Place(x: Double(button.x) / scale, y: Double(button.y) / scale)
      switch Int32(bitPattern: button.button) {
      case Button1: return .press(place, isFine: isShifted(button.state))
      case Button4: return .scroll(place, notches: 1, isLarge: isShifted(button.state))
      case Button5: return .scroll(place, notches: -1, isLarge: isShifted(button.state))
      default: return nil
      }
    case ButtonRelease:
      return Int32(bitPattern: event.xbutton.button) == Button1 ? .release : nil
    case MotionNotify:
      let motion = event.xmotion
      return .move(
        Place(x: Double(motion.x) / scale, y: Double(motion.y) / scale),
        isFine: isShifted(motion.state))
    case KeyPress: return key(&event.xkey)
    default: return nil
    }
  }

  /// Whether a key asks for what is in the clipboard.
  static func isPaste(_ event: inout XKeyEvent) -> Bool {
    Int32(bitPattern: event.state) & ControlMask != 0 && Int32(XLookupKeysym(&event, 0)) == XK_v
  }

  private static func isShifted(_ state: UInt32) -> Bool {
    Int32(bitPattern: state) & ShiftMask != 0
  }

  private static func key(_ event: inout XKeyEvent) -> Gesture? {
    let isLarge = isShifted(event.state)
    // What goes with Control, Alt or Super is the host's.
    guard Int32(bitPattern: event.state) & (ControlMask | Mod1Mask | Mod4Mask) == 0 else {
      return nil
    }
    var symbol = KeySym(0)
    var bytes = [CChar](repeating: 0, count: 8)
    let count = XLookupString(&event, &bytes, 8, &symbol, nil)
    let key: Key? =
      switch Int32(truncatingIfNeeded: symbol) {
      case XK_Up, XK_KP_Up: .up
      case XK_Down, XK_KP_Down: .down
      case XK_Left, XK_KP_Left: .left
      case XK_Right, XK_KP_Right: .right
      case XK_Page_Up, XK_KP_Page_Up: .pageUp
      case XK_Page_Down, XK_KP_Page_Down: .pageDown
      case XK_Home, XK_KP_Home: .home
      case XK_End, XK_KP_End: .end
      case XK_Return, XK_KP_Enter: .enter
      case XK_Escape: .escape
      case XK_BackSpace: .backspace
      case XK_space: .space
      case XK_Tab: isLarge ? .previous : .next
      case XK_ISO_Left_Tab: .previous
      default: nil
      }
    if let key { return .key(key, isLarge: isLarge) }
    guard count == 1, let byte = UInt8(exactly: bytes[0]), byte > 32, byte < 127 else { return nil }
    return .character(Character(Unicode.Scalar(byte)))
  }
}
