internal import CCairo

/// A page that is drawn on, in points from its top left corner: the sole user of cairo.
final class Canvas {
  enum Alignment { case start, middle, end }

  /// Pixels per point of what is not vectors.
  static let resolution = 2.0

  private let surface: OpaquePointer
  private let context: OpaquePointer
  private let format: PictureFormat
  private let output = Bytes()

  init(width: Double, height: Double, format: PictureFormat) {
    self.format = format
    let target = Unmanaged.passUnretained(output).toOpaque()
    switch format {
    case .png:
      surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, Int32(width * Self.resolution), Int32(height * Self.resolution))
    case .svg: surface = cairo_svg_surface_create_for_stream(append, target, width, height)
    case .pdf:
      surface = cairo_pdf_surface_create_for_stream(append, target, width, height)
      // The same figure gives the same bytes on every day.
      cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, nil)
    }
    context = cairo_create(surface)
    if format == .png { cairo_scale(context, Self.resolution, Self.resolution) }
    cairo_select_font_face(
      context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
    fill(x: 0, y: 0, width: width, height: height, .paper)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// Ends the page.
  ///
  /// - Returns: the bytes of the file.
  func finish() -> [UInt8] {
    if format == .png {
      let target = Unmanaged.passUnretained(output).toOpaque()
      cairo_surface_write_to_png_stream(surface, append, target)
    }
    cairo_surface_finish(surface)
    return output.bytes
  }

  func fill(x: Double, y: Double, width: Double, height: Double, _ colour: Colour) {
    set(colour)
    cairo_rectangle(context, x, y, width, height)
    cairo_fill(context)
  }

  func outline(x: Double, y: Double, width: Double, height: Double, _ colour: Colour) {
    set(colour)
    cairo_set_line_width(context, 0.8)
    cairo_rectangle(context, x, y, width, height)
    cairo_stroke(context)
  }

  func lines(
    _ points: [(x: Double, y: Double)], _ colour: Colour, width: Double = 1.5, dashed: Bool = false
  ) {
    guard let first = points.first else { return }
    set(colour)
    cairo_set_line_width(context, width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    let dashes = [5.0, 3.0]
    cairo_set_dash(context, dashes, dashed ? 2 : 0, 0)
    cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
    cairo_stroke(context)
    cairo_set_dash(context, dashes, 0, 0)
  }

  /// Draws what lies within a rectangle only.
  func clipped(x: Double, y: Double, width: Double, height: Double, _ draw: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, x, y, width, height)
    cairo_clip(context)
    draw()
    cairo_restore(context)
  }

  func textWidth(_ text: String, size: Double) -> Double {
    var extents = cairo_text_extents_t()
    cairo_set_font_size(context, size)
    cairo_text_extents(context, text, &extents)
    return extents.x_advance
  }

  /// Writes a line whose base lies at a place.
  func text(
    _ text: String, x: Double, y: Double, size: Double, _ alignment: Alignment = .start,
    upwards: Bool = false
  ) {
    let width = textWidth(text, size: size)
    let shift =
      switch alignment {
      case .start: 0.0
      case .middle: width / 2
      case .end: width
      }
    set(.ink)
    cairo_save(context)
    cairo_move_to(context, x, y)
    if upwards { cairo_rotate(context, -.pi / 2) }
    cairo_rel_move_to(context, -shift, 0)
    cairo_show_text(context, text)
    cairo_restore(context)
  }

  /// Draws pixels, `0xAARRGGBB` row after row from the top, over a rectangle.
  func image(
    _ pixels: [UInt32], columnCount: Int, rowCount: Int, x: Double, y: Double, width: Double,
    height: Double
  ) {
    guard
      let image = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, Int32(columnCount), Int32(rowCount)),
      let data = cairo_image_surface_get_data(image)
    else { return }
    let stride = Int(cairo_image_surface_get_stride(image))
    cairo_surface_flush(image)
    pixels.withUnsafeBytes { source in
      for row in 0..<rowCount {
        (data + row * stride).update(
          from: source.baseAddress!.assumingMemoryBound(to: UInt8.self) + row * columnCount * 4,
          count: columnCount * 4)
      }
    }
    cairo_surface_mark_dirty(image)
    cairo_save(context)
    cairo_translate(context, x, y)
    cairo_scale(context, width / Double(columnCount), height / Double(rowCount))
    cairo_set_source_surface(context, image, 0, 0)
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
    cairo_paint(context)
    cairo_restore(context)
    cairo_surface_destroy(image)
  }

  private func set(_ colour: Colour) {
    cairo_set_source_rgb(context, colour.red, colour.green, colour.blue)
  }
}

/// What cairo has written so far.
private final class Bytes {
  var bytes: [UInt8] = []
}

/// Takes bytes from cairo.
private func append(
  target: UnsafeMutableRawPointer?, data: UnsafePointer<UInt8>?, count: UInt32
) -> cairo_status_t {
  guard let target, let data else { return CAIRO_STATUS_WRITE_ERROR }
  Unmanaged<Bytes>.fromOpaque(target).takeUnretainedValue().bytes += UnsafeBufferPointer(
    start: data, count: Int(count))
  return CAIRO_STATUS_SUCCESS
}
