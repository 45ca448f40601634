import DivisiControls
import Plotting

/// Draws the score over time: what is to come, what was heard, and bars and beats.
struct RollDrawing {
  let desk: Desk
  let scale: RollScale
  let brush: Brush
  let palette: Palette

  private var partCount: Int { desk.kind.parts.count }

  func draw() {
    brush.fill(scale.frame, palette.surface, radius: 8)
    brush.outline(scale.frame, palette.line, radius: 8)
    drawRows()
    // Notes of a file that is not in use do not come.
    let isOfFile = Int(desk.sourceValue) == 0
    if isOfFile { brush.clipped(scale.rows.inset(0, -12)) { drawBeats() } }
    brush.clipped(scale.rows) {
      if isOfFile { drawNotes() }
      drawMoments()
    }
    if desk.roll.isTold, !isOfFile || desk.roll.notes.isEmpty, desk.roll.moments.isEmpty {
      return drawEmptiness()
    }
    brush.line(
      from: Place(x: scale.nowX, y: scale.frame.y + 3),
      to: Place(x: scale.nowX, y: scale.frame.bottom - 3), palette.text, width: 1.5)
  }

  /// Names beside the rows: of parts, or of each C.
  private func drawRows() {
    let left = scale.frame.x + 6
    let width = scale.rows.x - left - 4
    guard let pitches = scale.pitches else {
      for (index, part) in desk.kind.parts.enumerated() {
        let y = scale.y(part: index, pitch: 0)
        if index > 0 { line(at: y) }
        brush.text(
          part.label, in: Rectangle(x: left, y: y, width: width, height: scale.rowHeight),
          size: 9.5, palette.quiet)
      }
      return
    }
    for pitch in pitches where pitch % 12 == 0 {
      let y = scale.y(part: 0, pitch: pitch)
      line(at: y + scale.rowHeight)
      let middle = min(y + scale.rowHeight / 2, scale.rows.bottom - 6)
      brush.text(
        Words.pitch(pitch), in: Rectangle(x: left, y: middle - 6, width: width, height: 12),
        size: 9.5, palette.quiet)
    }
  }

  private func line(at y: Double) {
    brush.line(
      from: Place(x: scale.rows.x, y: y), to: Place(x: scale.frame.right - 1, y: y), palette.line)
  }

  /// Beats are left out where they would be closer than this, in points.
  private static let closest = 12.0

  private func drawBeats() {
    let beats = desk.roll.beats(from: scale.start, to: scale.end)
    let shown = max(1, Double(beats.count))
    let areDense = scale.rows.width / shown < Self.closest
    var free = -Double.infinity
    for beat in beats {
      let x = scale.x(of: Double(beat.seconds))
      guard beat.bar >= 0 || !areDense else { continue }
      brush.line(
        from: Place(x: x, y: beat.bar >= 0 ? scale.rows.y - 4 : scale.rows.y),
        to: Place(x: x, y: scale.rows.bottom), beat.bar >= 0 ? palette.edge : palette.line,
        width: beat.bar >= 0 ? 1 : 0.7)
      guard beat.bar >= 0, x >= free else { continue }
      brush.text(
        "\(beat.bar)", in: Rectangle(x: x + 3, y: scale.frame.y + 2, width: 40, height: 12),
        size: 9, palette.quiet)
      free = x + 24
    }
  }

  private func drawNotes() {
    for note in desk.roll.notes(from: scale.start, to: scale.end) {
      let colour = palette.part(Int(note.part), of: partCount)
      let frame = scale.frame(of: note)
      guard frame.right >= scale.rows.x, frame.x <= scale.rows.right else { continue }
      // What is to come is strong; what has passed is pale, and what was heard of it lies above.
      let (past, coming) = split(frame, at: scale.nowX)
      if let past { brush.fill(past, colour, radius: 2, opacity: 0.22) }
      if let coming { brush.fill(coming, colour, radius: 2) }
    }
  }

  private func split(_ frame: Rectangle, at x: Double) -> (Rectangle?, Rectangle?) {
    if frame.right <= x { return (frame, nil) }
    if frame.x >= x { return (nil, frame) }
    var (left, right) = (frame, frame)
    left.width = x - frame.x
    right.x = x
    right.width = frame.right - x
    return (left, right)
  }

  private func drawMoments() {
    let length = Roll.momentSeconds * scale.pointsPerSecond
    for moment in desk.roll.moments {
      let x = scale.x(of: moment.seconds) - length / 2
      guard x + length > scale.rows.x, x < scale.nowX else { continue }
      let y = scale.y(part: moment.part, pitch: moment.pitch)
      let height = scale.rowHeight
      guard scale.pitches?.contains(moment.pitch) ?? (moment.part < partCount) else { continue }
      // Louder is higher and more opaque.
      let share = 0.35 + 0.65 * moment.level
      brush.fill(
        Rectangle(
          x: x, y: y + height * (1 - share) / 2, width: min(length + 0.4, scale.nowX - x),
          height: height * share),
        palette.part(moment.part, of: partCount), opacity: 0.25 + 0.75 * moment.level)
    }
  }

  private func drawEmptiness() {
    let text =
      switch Int(desk.sourceValue) {
      case 1: "The notes come by MIDI"
      case 2: "No score in use: every template may sound at any time"
      default: "No score: choose one, or drop a file here"
      }
    brush.text(text, in: scale.rows, size: 13, palette.quiet, .middle)
  }
}
