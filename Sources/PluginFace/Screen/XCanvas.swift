internal import CX11

/// How pixels get into a window: 24 bits of red, green and blue, whatever the host's own window has.
struct XCanvas {
  let visual: UnsafeMutablePointer<Visual>?
  let depth: Int32
  let colours: Colormap
  private let display: OpaquePointer

  /// - Returns: nil where the server has no such windows, as it has on no desktop of this century.
  init?(_ display: OpaquePointer) {
    let screen = XDefaultScreen(display)
    var found = XVisualInfo()
    guard XMatchVisualInfo(display, screen, 24, TrueColor, &found) != 0,
      found.red_mask == 0xFF0000, found.green_mask == 0xFF00, found.blue_mask == 0xFF
    else { return nil }
    self.display = display
    visual = found.visual
    depth = found.depth
    colours =
      found.visual == XDefaultVisual(display, screen)
      ? XDefaultColormap(display, screen)
      : XCreateColormap(display, XDefaultRootWindow(display), found.visual, AllocNone)
  }

  /// Puts a rectangle of pixels into the same place of a window.
  func show(
    _ picture: Picture, x: Int, y: Int, width: Int, height: Int, in window: Window, _ context: GC
  ) {
    // Xlib counts the bytes of a picture with 32 bits.
    guard width > 0, height > 0, picture.stride * picture.height < 1 << 31,
      let pixels = picture.pixels,
      let image = XCreateImage(
        display, visual, UInt32(depth), ZPixmap, 0,
        UnsafeMutableRawPointer(pixels).assumingMemoryBound(to: CChar.self),
        UInt32(picture.width), UInt32(picture.height), 32, Int32(picture.stride))
    else { return }
    // As this processor has them; Xlib turns them round for a server that wants it.
    image.pointee.byte_order = UInt32(1).littleEndian == 1 ? LSBFirst : MSBFirst
    XPutImage(
      display, window, context, image, Int32(x), Int32(y), Int32(x), Int32(y), UInt32(width),
      UInt32(height))
    image.pointee.data = nil
    XFree(image)
  }
}
