/// Draws one panel on a canvas.
struct PanelDrawing {
  /// Between the edge of the page and the labels of the vertical axis.
  private static let leftMargin = 28.0
  private static let rightMargin = 86.0
  private static let titleHeight = 22.0
  private static let legendHeight = 18.0
  private static let axisHeight = 40.0
  private static let tickLength = 4.0
  private static let textSize = 11.0
  /// Labels keep this distance.
  private static let labelGap = 6.0

  let panel: Panel
  let canvas: Canvas
  /// The panel's place: the rectangle between its axes.
  private let left: Double
  private let top: Double
  private let width: Double
  private let legendTop: Double

  /// - Parameter left: where the panel begins, as far from the edge as ``leftEdge(of:on:)`` at least.
  init(panel: Panel, canvas: Canvas, left: Double, top: Double, pageWidth: Double) {
    self.panel = panel
    self.canvas = canvas
    self.left = left
    width = pageWidth - left - Self.rightMargin
    legendTop = top + (panel.title.isEmpty ? 4 : Self.titleHeight)
    self.top = legendTop + (panel.legend.isEmpty ? 0 : Self.legendHeight)
  }

  /// What a panel takes on the page, titles and labels included.
  static func height(of panel: Panel) -> Double {
    (panel.title.isEmpty ? 4 : titleHeight) + (panel.legend.isEmpty ? 0 : legendHeight)
      + panel.height + axisHeight
  }

  /// How far from the edge of the page a panel begins, so that its labels fit.
  static func leftEdge(of panel: Panel, on canvas: Canvas) -> Double {
    let widest = panel.y.ticks.map { canvas.textWidth($0.label, size: textSize) }.max() ?? 0
    return leftMargin + max(widest, 30) + tickLength + 3
  }

  private var bottom: Double { top + panel.height }
  private func x(_ value: Double) -> Double { left + panel.x.position(value) * width }
  private func y(_ value: Double) -> Double { bottom - panel.y.position(value) * panel.height }

  func draw() {
    if !panel.title.isEmpty {
      canvas.text(panel.title, x: left, y: legendTop - 7, size: 12.5)
    }
    drawLegend()
    drawGrid()
    canvas.clipped(x: left, y: top, width: width, height: panel.height) {
      for layer in panel.layers { draw(layer) }
    }
    canvas.outline(x: left, y: top, width: width, height: panel.height, .ink)
    drawHorizontalTicks()
    drawVerticalTicks()
    if let colours = panel.colours { drawColourBar(colours) }
  }

  // MARK: Layers

  private func draw(_ layer: Layer) {
    switch layer {
    case .heatMap(let map): draw(map)
    case .curves(let curves):
      for curve in curves {
        canvas.lines(
          curve.points.map { (x($0.x), y($0.y)) }, curve.colour, dashed: curve.isDashed)
      }
    case .boxes(let boxes):
      for box in boxes {
        let (from, to) = (x(box.x.lowerBound), x(box.x.upperBound))
        let (lower, upper) = (y(box.y.lowerBound), y(box.y.upperBound))
        canvas.fill(
          x: from, y: upper, width: max(to - from, 0.8), height: max(lower - upper, 0.8),
          box.colour)
      }
    }
  }

  private func draw(_ map: HeatMap) {
    let raster = HeatMapRaster(
      map, x: panel.x, y: panel.y, range: panel.colours?.range ?? 0...1,
      columnCount: Int(width * Canvas.resolution), rowCount: Int(panel.height * Canvas.resolution))
    canvas.image(
      raster.pixels, columnCount: raster.columnCount, rowCount: raster.rowCount, x: left, y: top,
      width: width, height: panel.height)
  }

  // MARK: Around them

  private func drawGrid() {
    if panel.x.hasGrid {
      for tick in panel.x.ticks {
        canvas.lines([(x(tick.value), top), (x(tick.value), bottom)], .grid, width: 0.6)
      }
    }
    if panel.y.hasGrid {
      for tick in panel.y.ticks {
        canvas.lines([(left, y(tick.value)), (left + width, y(tick.value))], .grid, width: 0.6)
      }
    }
  }

  /// Labels that would touch the one before are left out.
  private func drawHorizontalTicks() {
    var free = -Double.infinity
    for tick in panel.x.ticks {
      let place = x(tick.value)
      canvas.lines([(place, bottom), (place, bottom + Self.tickLength)], .ink, width: 0.8)
      let half = canvas.textWidth(tick.label, size: Self.textSize) / 2
      guard !tick.label.isEmpty, place - half >= free else { continue }
      canvas.text(
        tick.label, x: place, y: bottom + Self.tickLength + 12, size: Self.textSize, .middle)
      free = place + half + Self.labelGap
    }
    canvas.text(
      panel.x.label, x: left + width / 2, y: bottom + Self.tickLength + 28, size: 12, .middle)
  }

  private func drawVerticalTicks() {
    var free = Double.infinity
    for tick in panel.y.ticks {
      let place = y(tick.value)
      canvas.lines([(left - Self.tickLength, place), (left, place)], .ink, width: 0.8)
      guard !tick.label.isEmpty, place <= free else { continue }
      canvas.text(
        tick.label, x: left - Self.tickLength - 3, y: place + 4, size: Self.textSize, .end)
      free = place - Self.textSize - 2
    }
    canvas.text(
      panel.y.label, x: 16, y: top + panel.height / 2, size: 12, .middle, upwards: true)
  }

  private func drawLegend() {
    var place = left
    for (name, colour) in panel.legend {
      canvas.fill(x: place, y: legendTop + 2, width: 14, height: 8, colour)
      canvas.text(name, x: place + 18, y: legendTop + 10, size: Self.textSize)
      place += 18 + canvas.textWidth(name, size: Self.textSize) + 18
    }
  }

  private func drawColourBar(_ colours: Panel.ColourScale) {
    let steps = 256
    let place = left + width + 14
    canvas.image(
      (0..<steps).map { Viridis.pixel(1 - Double($0) / Double(steps - 1)) }, columnCount: 1,
      rowCount: steps, x: place, y: top, width: 12, height: panel.height)
    canvas.outline(x: place, y: top, width: 12, height: panel.height, .ink)
    let axis = Axis.numbers("", range: colours.range, count: max(2, Int(panel.height / 40)))
    for tick in axis.ticks {
      let height = bottom - axis.position(tick.value) * panel.height
      canvas.lines([(place + 12, height), (place + 15, height)], .ink, width: 0.8)
      canvas.text(tick.label, x: place + 18, y: height + 4, size: 10)
    }
    canvas.text(
      colours.label, x: place + 56, y: top + panel.height / 2, size: 11, .middle, upwards: true)
  }
}
