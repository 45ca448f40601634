/// The list of files that were used last, below the line of the score or of the model.
extension Desk {
  /// What the list offers, and which of it the keys have come to.
  struct Menu: Equatable, Sendable {
    let file: FaceFile
    let paths: [String]
    var marked: Int?
  }

  /// Opens the list.
  ///
  /// - Parameter paths: newest first; the file in use is left out.
  mutating func openMenu(_ file: FaceFile, _ paths: [String]) {
    let others = paths.filter { $0 != (file == .score ? scorePath : modelPath) }
    guard !others.isEmpty else { return say("No other recent files") }
    layout.openMenu(below: file == .score ? layout.score : layout.model, count: others.count)
    let shown = others.prefix(layout.menuRows.count).map { $0 }
    menu = Menu(file: file, paths: shown, marked: showsFocus ? 0 : nil)
    dirtyAll()
  }

  mutating func closeMenu() {
    guard menu != nil else { return }
    menu = nil
    layout.closeMenu()
    dirtyAll()
  }

  /// A gesture while the list is open: it chooses, or closes the list.
  mutating func handle(_ gesture: Gesture, in open: Menu) {
    switch gesture {
    case .press(let place, _):
      if case .entry(let index) = layout.item(at: place) {
        use(index, of: open)
      } else {
        closeMenu()
      }
    case .key(.down, _), .key(.right, _): mark((open.marked ?? -1) + 1, of: open)
    case .key(.up, _), .key(.left, _): mark((open.marked ?? open.paths.count) - 1, of: open)
    case .key(.home, _): mark(0, of: open)
    case .key(.end, _): mark(open.paths.count - 1, of: open)
    case .key(.enter, _), .key(.space, _):
      if let marked = open.marked { use(marked, of: open) } else { closeMenu() }
    case .key, .character: closeMenu()
    case .move, .release, .scroll: break
    case .files:
      closeMenu()
      handle(gesture, at: 0)
    }
  }

  private mutating func mark(_ index: Int, of open: Menu) {
    menu?.marked = min(max(index, 0), open.paths.count - 1)
    dirty.insert(.menu)
  }

  private mutating func use(_ index: Int, of open: Menu) {
    closeMenu()
    guard open.paths.indices.contains(index) else { return }
    wishes.append(.use(open.file, path: open.paths[index]))
  }
}
