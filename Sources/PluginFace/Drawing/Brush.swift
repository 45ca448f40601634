internal import CCairo
import Plotting

/// Draws through cairo, in points.
struct Brush {
  enum Alignment { case start, middle, end }

  let context: OpaquePointer

  /// - Parameter context: whose unit is a point.
  init(_ context: OpaquePointer) { self.context = context }

  private func set(_ colour: Colour, opacity: Double = 1) {
    cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, opacity)
  }

  private func path(_ frame: Rectangle, radius: Double) {
    guard radius > 0 else {
      return cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    }
    let radius = min(radius, frame.width / 2, frame.height / 2)
    cairo_new_sub_path(context)
    cairo_arc(context, frame.right - radius, frame.y + radius, radius, -.pi / 2, 0)
    cairo_arc(context, frame.right - radius, frame.bottom - radius, radius, 0, .pi / 2)
    cairo_arc(context, frame.x + radius, frame.bottom - radius, radius, .pi / 2, .pi)
    cairo_arc(context, frame.x + radius, frame.y + radius, radius, .pi, 3 * .pi / 2)
    cairo_close_path(context)
  }

  func fill(_ frame: Rectangle, _ colour: Colour, radius: Double = 0, opacity: Double = 1) {
    set(colour, opacity: opacity)
    path(frame, radius: radius)
    cairo_fill(context)
  }

  func outline(_ frame: Rectangle, _ colour: Colour, radius: Double = 0, width: Double = 1) {
    set(colour)
    cairo_set_line_width(context, width)
    path(frame.inset(width / 2, width / 2), radius: radius)
    cairo_stroke(context)
  }

  func line(from start: Place, to end: Place, _ colour: Colour, width: Double = 1) {
    set(colour)
    cairo_set_line_width(context, width)
    cairo_move_to(context, start.x, start.y)
    cairo_line_to(context, end.x, end.y)
    cairo_stroke(context)
  }

  /// A triangle that points down.
  func arrowDown(_ centre: Place, size: Double, _ colour: Colour) {
    set(colour)
    cairo_move_to(context, centre.x - size / 2, centre.y - size / 4)
    cairo_line_to(context, centre.x + size / 2, centre.y - size / 4)
    cairo_line_to(context, centre.x, centre.y + size / 3)
    cairo_close_path(context)
    cairo_fill(context)
  }

  /// A disc, its left half filled.
  func shade(_ centre: Place, radius: Double, _ colour: Colour) {
    set(colour)
    cairo_set_line_width(context, 1.5)
    cairo_new_sub_path(context)
    cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
    cairo_stroke(context)
    cairo_arc(context, centre.x, centre.y, radius, .pi / 2, 3 * .pi / 2)
    cairo_fill(context)
  }

  /// Draws what lies within a rectangle only.
  func clipped(_ frame: Rectangle, _ draw: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    cairo_clip(context)
    draw()
    cairo_restore(context)
  }

  // MARK: Text

  private func font(size: Double, isBold: Bool) {
    cairo_set_font_face(context, isBold ? Faces.shared.bold : Faces.shared.plain)
    cairo_set_font_size(context, size)
  }

  private func width(_ text: String) -> Double {
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return extents.x_advance
  }

  /// Writes a line in the middle of a rectangle's height; what does not fit ends in dots, or begins with them.
  func text(
    _ text: String, in frame: Rectangle, size: Double, _ colour: Colour,
    _ alignment: Alignment = .start, isBold: Bool = false, keepsEnd: Bool = false
  ) {
    font(size: size, isBold: isBold)
    var shown = text
    var length = width(shown)
    if length > frame.width {
      // A guess by the mean width, then one by one.
      let count = max(1, Int(Double(text.count) * frame.width / length))
      var rest = keepsEnd ? text.suffix(count) : text.prefix(count)
      repeat {
        shown = keepsEnd ? "…" + rest : rest + "…"
        length = width(shown)
        rest = keepsEnd ? rest.dropFirst() : rest.dropLast()
      } while length > frame.width && !rest.isEmpty
      guard length <= frame.width else { return }
    }
    let shift =
      switch alignment {
      case .start: 0.0
      case .middle: (frame.width - length) / 2
      case .end: frame.width - length
      }
    set(colour)
    cairo_move_to(context, frame.x + shift, frame.middle.y + size * 0.36)
    cairo_show_text(context, shown)
  }
}

/// The typefaces, which live as long as the process, as what cairo makes of them does anyway.
private struct Faces: @unchecked Sendable {
  static let shared = Faces()
  let plain: OpaquePointer?
  let bold: OpaquePointer?

  private init() {
    func face(_ weight: cairo_font_weight_t) -> OpaquePointer? {
      cairo_toy_font_face_create("sans-serif", CAIRO_FONT_SLANT_NORMAL, weight)
    }
    plain = face(CAIRO_FONT_WEIGHT_NORMAL)
    bold = face(CAIRO_FONT_WEIGHT_BOLD)
  }
}
