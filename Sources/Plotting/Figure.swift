/// The file formats of pictures; the raw value is the file's extension.
public enum PictureFormat: String, CaseIterable, Sendable {
  /// Pixels, two per point.
  case png
  /// Vectors for web pages.
  case svg
  /// Vectors for papers.
  case pdf
}

/// Panels one below the other, of one width.
public struct Figure: Sendable {
  /// The line at the top; may be empty.
  public let title: String
  /// From top to bottom.
  public let panels: [Panel]
  /// The width of the page, in points.
  public let width: Double

  /// A figure.
  public init(_ title: String, panels: [Panel], width: Double = 800) {
    self.title = title
    self.panels = panels
    self.width = width
  }

  private static let titleHeight = 34.0
  private static let bottomMargin = 12.0

  /// The figure as the bytes of a file; the same figures in the same order give the same bytes.
  public func encoded(as format: PictureFormat) -> [UInt8] {
    let top = title.isEmpty ? 8 : Self.titleHeight
    let height = top + panels.reduce(0) { $0 + PanelDrawing.height(of: $1) } + Self.bottomMargin
    let canvas = Canvas(width: width, height: height.rounded(.up), format: format)
    if !title.isEmpty { canvas.text(title, x: width / 2, y: 22, size: 15, .middle) }
    let left = panels.map { PanelDrawing.leftEdge(of: $0, on: canvas) }.max() ?? 0
    var y = top
    for panel in panels {
      PanelDrawing(panel: panel, canvas: canvas, left: left, top: y, pageWidth: width).draw()
      y += PanelDrawing.height(of: panel)
    }
    return canvas.finish()
  }
}
