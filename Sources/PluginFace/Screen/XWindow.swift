internal import CX11

/// A window in the host's, with a connection of its own, and a picture of what it shows.
///
/// - Thread: that of the host's user interface.
final class XWindow {
  /// What has happened in it.
  enum Event {
    case gesture(Gesture)
    /// In pixels.
    case size(width: Int, height: Int)
  }

  private static let events =
    ExposureMask | StructureNotifyMask | ButtonPressMask | ButtonReleaseMask | Button1MotionMask
    | KeyPressMask | VisibilityChangeMask

  /// Pixels per point.
  let scale: Double
  let window: Window
  private let display: OpaquePointer
  private var files: XFiles
  private let canvas: XCanvas
  private let context: GC
  /// What the window shows, for when it is uncovered.
  private var picture: Picture
  private(set) var width: Int
  private(set) var height: Int
  /// Whether the host has taken it away.
  private var isGone = false
  private var isCovered = false
  /// Whether it has been uncovered since it was last shown.
  private var isExposed = false

  /// - Parameters:
  ///   - parent: the host's window.
  ///   - name: what it is called where windows are listed.
  ///   - scale: pixels per point; nil to go by the desktop's resolution.
  ///   - size: in points.
  /// - Returns: nil where there is no X server.
  init?(
    parent: UInt, name: String, scale: Double?, size: (width: Double, height: Double),
    leastSize: (width: Double, height: Double)
  ) {
    guard let display = XOpenDisplay(nil) else { return nil }
    guard let canvas = XCanvas(display) else {
      XCloseDisplay(display)
      return nil
    }
    self.display = display
    self.canvas = canvas
    let scale = scale ?? Self.desktopScale(display)
    self.scale = scale
    width = max(1, Int((size.width * scale).rounded()))
    height = max(1, Int((size.height * scale).rounded()))
    var attributes = XSetWindowAttributes()
    attributes.event_mask = Self.events
    // The parent's visual may be another one.
    attributes.colormap = canvas.colours
    attributes.bit_gravity = NorthWestGravity
    let (columns, rows) = (width, height)
    let made = XErrors.ignoring(on: display) { () -> Window in
      let window = XCreateWindow(
        display, Window(parent), 0, 0, UInt32(columns), UInt32(rows), 0,
        canvas.depth, UInt32(InputOutput), canvas.visual,
        UInt(CWEventMask | CWColormap | CWBorderPixel | CWBitGravity), &attributes)
      var hints = XSizeHints()
      hints.flags = PMinSize | PBaseSize
      hints.min_width = Int32(leastSize.width * scale)
      hints.min_height = Int32(leastSize.height * scale)
      hints.base_width = Int32(columns)
      hints.base_height = Int32(rows)
      XSetWMNormalHints(display, window, &hints)
      return window
    }
    window = made
    files = XErrors.ignoring(on: display) {
      XStoreName(display, made, name)
      XMapWindow(display, made)
      return XFiles(display, made)
    }
    context = XErrors.ignoring(on: display) { XCreateGC(display, made, 0, nil) }
    picture = Picture(width: width, height: height, scale: scale)
  }

  deinit {
    XErrors.ignoring(on: display) {
      XFreeGC(display, context)
      if !isGone { XDestroyWindow(display, window) }
    }
    XCloseDisplay(display)
  }

  /// The resolution that the desktop asks for, in units of the usual 96 dots per inch.
  private static func desktopScale(_ display: OpaquePointer) -> Double {
    guard let text = XGetDefault(display, "Xft", "dpi"), let dots = Double(String(cString: text))
    else { return 1 }
    return min(max(dots / 96, 0.5), 4)
  }

  /// Takes what has happened; of movements that follow each other, the last.
  func takeEvents() -> [Event] {
    guard !isGone, XPending(display) > 0 else { return [] }
    return XErrors.ignoring(on: display) {
      var events: [Event] = []
      var event = XEvent()
      while !isGone, XPending(display) > 0 {
        XNextEvent(display, &event)
        take(&event, into: &events)
      }
      return events
    }
  }

  private func take(_ event: inout XEvent, into events: inout [Event]) {
    switch event.type {
    case Expose: isExposed = true
    case ConfigureNotify:
      let (width, height) = (Int(event.xconfigure.width), Int(event.xconfigure.height))
      if (width, height) != (self.width, self.height), width > 0, height > 0 {
        resize(width, height)
        events.append(.size(width: width, height: height))
      }
    case DestroyNotify: isGone = true
    case VisibilityNotify: isCovered = event.xvisibility.state == VisibilityFullyObscured
    case ClientMessage: files.take(event.xclient)
    case SelectionNotify:
      let paths = files.take(event.xselection)
      events.append(.gesture(.files(paths)))
    default:
      if event.type == KeyPress, XGestures.isPaste(&event.xkey) {
        return files.paste(at: event.xkey.time)
      }
      guard let gesture = XGestures.gesture(&event, scale: scale) else { return }
      if case .press = gesture {
        XSetInputFocus(display, window, RevertToParent, Time(CurrentTime))
      }
      if case .move = gesture, case .gesture(.move) = events.last { events.removeLast() }
      events.append(.gesture(gesture))
    }
  }

  private func resize(_ width: Int, _ height: Int) {
    (self.width, self.height) = (width, height)
    picture = Picture(width: width, height: height, scale: scale)
  }

  /// Whether anybody can see it; where not, nothing needs to be drawn.
  private var isVisible: Bool {
    if isGone || isCovered { return false }
    var attributes = XWindowAttributes()
    return XGetWindowAttributes(display, window, &attributes) != 0
      && attributes.map_state == IsViewable
  }

  /// Draws rectangles of the picture, and shows them.
  ///
  /// - Parameters:
  ///   - frames: in points; drawn in this order, each clipped to whole pixels around it.
  ///   - draw: draws the one with that index.
  /// - Returns: false where nobody can see it, and then nothing was drawn.
  func draw(_ frames: [Rectangle], _ draw: (Brush, Int) -> Void) -> Bool {
    guard !isGone, isExposed || !frames.isEmpty else { return true }
    return XErrors.ignoring(on: display) {
      guard isVisible else { return false }
      for (index, frame) in frames.enumerated() {
        let (left, top) = (
          max(0, (frame.x * scale).rounded(.down)), max(0, (frame.y * scale).rounded(.down))
        )
        let right = min((frame.right * scale).rounded(.up), Double(width))
        let bottom = min((frame.bottom * scale).rounded(.up), Double(height))
        guard right > left, bottom > top else { continue }
        let clip = Rectangle(
          x: left / scale, y: top / scale, width: (right - left) / scale,
          height: (bottom - top) / scale)
        picture.draw(in: clip) { draw($0, index) }
        // All of it is shown below.
        if isExposed { continue }
        canvas.show(
          picture, x: Int(left), y: Int(top), width: Int(right - left), height: Int(bottom - top),
          in: window, context)
      }
      if isExposed {
        canvas.show(picture, x: 0, y: 0, width: width, height: height, in: window, context)
      }
      isExposed = false
      return true
    }
  }
}
