import Plotting

/// Draws the list of files that were used last.
struct MenuDrawing {
  let menu: Desk.Menu
  let layout: Layout
  let brush: Brush
  let palette: Palette

  func draw() {
    guard let frame = layout.menu else { return }
    brush.fill(frame, palette.surface, radius: 6)
    brush.outline(frame, palette.accent, radius: 6, width: 1.5)
    for (index, row) in layout.menuRows.enumerated() where menu.paths.indices.contains(index) {
      if menu.marked == index {
        brush.fill(row.inset(3, 1), palette.accent, radius: 4, opacity: 0.25)
      }
      var text = row.inset(10, 0)
      let folder = text.takeRight(text.width * 0.45)
      brush.text(Words.fileName(menu.paths[index]), in: text.inset(0, 0), size: 12, palette.text)
      brush.text(
        Words.folderName(menu.paths[index]), in: folder.inset(6, 0), size: 10.5, palette.quiet, .end
      )
    }
  }
}
