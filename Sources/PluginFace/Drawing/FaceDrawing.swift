import DivisiControls
import Plotting

/// Draws the whole face, or regions of it.
struct FaceDrawing {
  let desk: Desk
  let brush: Brush
  let palette: Palette

  init(_ desk: Desk, _ brush: Brush) {
    self.desk = desk
    self.brush = brush
    palette = desk.isDark ? .dark : .light
  }

  /// How far a region reaches beyond its frame, with marks such as that of the focus.
  static func reach(of region: Region, in layout: Layout) -> Rectangle? {
    let margin = if case .meter = region { 1.0 } else { 4.0 }
    return layout.frame(of: region)?.inset(-margin, -margin)
  }

  /// Draws a region as it is now, its ground too; what is drawn beyond its reach has to be clipped.
  func draw(_ region: Region) {
    guard let reach = Self.reach(of: region, in: desk.layout) else { return }
    switch region {
    case .menu: break
    case .meter: brush.fill(reach.inset(-1, -1), palette.surface)
    default: brush.fill(reach.inset(-1, -1), palette.ground)
    }
    switch region {
    case .ground: break
    case .header: drawHeader()
    case .roll:
      if let scale = desk.rollScale {
        RollDrawing(desk: desk, scale: scale, brush: brush, palette: palette).draw()
      }
    case .fields: drawFields()
    case .message: drawMessage()
    case .strip(let index): strip(index).draw()
    case .meter(let index): strip(index).drawMeter()
    case .menu:
      if let menu = desk.menu {
        MenuDrawing(menu: menu, layout: desk.layout, brush: brush, palette: palette).draw()
      }
    }
  }

  private func strip(_ index: Int) -> StripDrawing {
    StripDrawing(desk: desk, index: index, brush: brush, palette: palette)
  }

  // MARK: Header

  private func drawHeader() {
    var frame = desk.layout.header.takenTop(34)
    _ = frame.takeRight(34)
    let name = Rectangle(x: frame.x, y: frame.y, width: frame.width, height: 18)
    brush.text(desk.kind.name, in: name, size: 15, palette.text, isBold: true)
    let lookAhead = desk.values[desk.lookAheadPort]
    let seconds = desk.latencySeconds
    let line = Rectangle(x: frame.x, y: frame.y + 18, width: frame.width, height: 15)
    // Before the first block nobody knows it.
    if seconds > 0 {
      brush.text(
        Words.latency(lookAhead: lookAhead, seconds: seconds), in: line, size: 11, palette.quiet)
    }
    drawState(in: frame)
    brush.shade(desk.layout.shade.middle, radius: 8, palette.quiet)
    drawFile("Score", desk.scoreName, .score, in: desk.layout.score)
    drawFile("Model", Words.fileName(desk.modelPath), .model, in: desk.layout.model)
    for button in [desk.layout.recentScore, desk.layout.recentModel] {
      brush.fill(button.inset(2, 0), palette.surface, radius: 6)
      brush.outline(button.inset(2, 0), palette.edge, radius: 6)
      brush.arrowDown(button.middle, size: 9, palette.text)
    }
  }

  /// Where the sound is against the score.
  private func drawState(in frame: Rectangle) {
    guard desk.statePort >= 0, let law = desk.laws[desk.statePort] else { return }
    let state = ScoreState(rawValue: Int(desk.values[desk.statePort])) ?? .unused
    let colour =
      switch state {
      case .inside: palette.low
      case .unused: palette.edge
      case .before, .past: palette.middle
      case .none, .notThisPiece, .lost: palette.high
      }
    var row = Rectangle(x: frame.x, y: frame.y, width: frame.width, height: 18)
    let text = row.takeRight(150)
    brush.text(
      Words.value(desk.values[desk.statePort], law), in: text.inset(8, 0), size: 12, palette.text,
      .end)
    // A shape besides the colour: full inside the score, an outline elsewhere.
    let lamp = Rectangle(x: frame.right - 4, y: row.middle.y - 5, width: 10, height: 10)
    if state == .inside {
      brush.fill(lamp, colour, radius: 5)
    } else {
      brush.outline(lamp, colour, radius: 5, width: 2.5)
    }
  }

  private func drawFile(_ label: String, _ name: String, _ item: Item, in frame: Rectangle) {
    var row = frame
    if desk.canChoose {
      let button = row.takeRight(76).inset(0, 2)
      brush.fill(button, palette.surface, radius: 6)
      brush.outline(button, palette.edge, radius: 6)
      brush.text("Choose…", in: button, size: 11, palette.text, .middle, isBold: true)
    }
    let word = Rectangle(x: row.x, y: row.y, width: 44, height: row.height)
    brush.text(label, in: word, size: 11, palette.quiet)
    let rest = Rectangle(
      x: word.right, y: row.y, width: max(0, row.width - word.width - 8), height: row.height)
    let none = desk.canChoose ? "none" : "none: drop a file here"
    brush.text(
      name.isEmpty ? none : name, in: rest, size: 12, name.isEmpty ? palette.quiet : palette.text)
    if desk.showsFocus, desk.focus == item {
      brush.outline(frame, palette.accent, radius: 6, width: 2)
    }
  }

  // MARK: Below the strips

  private func drawFields() {
    for (index, frame) in desk.layout.fields.enumerated() {
      let port = desk.fields[index]
      guard let law = desk.laws[port] else { continue }
      var frame = frame
      let label = frame.takeTop(16)
      brush.text(law.control.name, in: label, size: 10.5, palette.quiet)
      let isTyped = desk.typing?.item == .field(index)
      brush.fill(frame, palette.surface, radius: 6)
      brush.outline(
        frame, isTyped ? palette.accent : palette.edge, radius: 6, width: isTyped ? 1.5 : 1)
      brush.text(
        isTyped ? (desk.typing?.text ?? "") + "|" : Words.value(desk.values[port], law),
        in: frame.inset(8, 0), size: 12, palette.text)
      if desk.showsFocus, desk.focus == .field(index) {
        brush.outline(frame.inset(-2, -2), palette.accent, radius: 7, width: 2)
      }
    }
  }

  private func drawMessage() {
    // What is wrong with a file is said behind its path.
    brush.text(
      desk.message, in: desk.layout.message, size: 11, palette.quiet,
      keepsEnd: desk.message.hasPrefix("/"))
  }
}

extension Rectangle {
  /// The top of it.
  fileprivate func takenTop(_ height: Double) -> Rectangle {
    Rectangle(x: x, y: y, width: width, height: min(height, self.height))
  }
}
