internal import CCairo

/// Pixels that are drawn on, `0x00RRGGBB` row after row from the top.
///
/// They are in this process's memory, not on the X server: cairo keeps what it knows of a connection to the server for as
/// long as it keeps fonts, and so would leave something of each window that a host has opened.
final class Picture {
  let width: Int
  let height: Int
  private let surface: OpaquePointer
  private let context: OpaquePointer

  /// - Parameter scale: pixels per point.
  init(width: Int, height: Int, scale: Double) {
    self.width = width
    self.height = height
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    context = cairo_create(surface)
    cairo_scale(context, scale, scale)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// What is drawn with; clipped to a rectangle in points.
  func draw(in frame: Rectangle, _ draw: (Brush) -> Void) {
    cairo_save(context)
    cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    cairo_clip(context)
    draw(Brush(context))
    cairo_restore(context)
  }

  /// The pixels, as long as nothing is drawn; nil where there is no memory for them.
  var pixels: UnsafeMutablePointer<UInt8>? {
    cairo_surface_flush(surface)
    return cairo_image_surface_get_data(surface)
  }

  /// Bytes from one row to the next.
  var stride: Int { Int(cairo_image_surface_get_stride(surface)) }
}
