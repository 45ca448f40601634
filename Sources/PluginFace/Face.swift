public import DivisiControls
internal import Glibc

/// The plugin's own window in a host: faders, meters and the score of one plugin.
///
/// It has no thread and no timer: it lives in the calls of ``idle()``, of which hosts make some 30 in a second.
///
/// - Thread: that of the host's user interface.
public final class Face {
  private let window: XWindow
  /// When the plugin was last asked to go on telling, in seconds.
  private var askSeconds = Face.seconds
  private var desk: Desk

  /// Makes a window and shows it.
  ///
  /// - Parameters:
  ///   - parent: the host's window, as X knows it.
  ///   - scale: pixels per point; nil to go by the desktop's resolution.
  ///   - isDark: whether the host is dark; nil where it does not say. What somebody has chosen in a window counts more.
  ///   - canChoose: whether the host can ask for files.
  /// - Returns: nil where there is no X server.
  public init?(
    _ kind: PluginKind, parent: UInt, scale: Double?, isDark: Bool?, sampleRate: Double?,
    canChoose: Bool
  ) {
    let size = Desk.size(for: kind)
    guard
      let window = XWindow(
        parent: parent, name: kind.name, scale: scale, size: size,
        leastSize: Desk.leastSize(for: kind))
    else { return nil }
    self.window = window
    desk = Desk(kind, width: size.width, height: size.height)
    desk.isDark = ChosenShade.readIsDark() ?? isDark ?? false
    desk.canChoose = canChoose
    if let sampleRate { desk.sampleRate = sampleRate }
  }

  /// The window, as X knows it.
  public var windowID: UInt { UInt(window.window) }

  /// The size of the window in pixels.
  public var size: (width: Int, height: Int) { (window.width, window.height) }

  private static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Takes the value of a port.
  public func take(_ value: Float, port: Int) {
    desk.take(Double(value), port: port, at: Self.seconds)
  }

  /// Takes which file is in use, and remembers it for the list of those that were.
  public func take(_ file: FaceFile, path: String) {
    switch file {
    case .score: desk.scorePath = path
    case .model: desk.modelPath = path
    }
    RecentFiles.note(file, path: path)
    desk.dirty.insert(.header)
  }

  /// Takes what the plugin tells of the score and of what it hears.
  ///
  /// - Parameter bytes: a value as ``FaceMessage`` has it.
  public func take(_ news: FaceNews, _ bytes: [UInt8]) {
    desk.take(news, bytes, at: Self.seconds)
  }

  /// Takes what there is to say.
  public func say(_ text: String) { desk.say(text) }

  /// What the plugin has to be asked, so that it goes on telling: for all its notes as long as some are missing, else for
  /// the place; nil until half of its patience has passed since the last time.
  public func nextQuestion() -> FaceNews? {
    let seconds = Self.seconds
    guard seconds - askSeconds > FaceMessage.patienceSeconds / 2 else { return nil }
    askSeconds = seconds
    return desk.roll.isTold || desk.roll.isBeingTold(at: seconds) ? .place : .notes
  }

  /// Does what is due: takes what people did, and draws what has changed.
  ///
  /// - Returns: what is to be done outside.
  public func idle() -> [Wish] {
    let seconds = Self.seconds
    for event in window.takeEvents() {
      switch event {
      case .gesture(let gesture): desk.handle(gesture, at: seconds)
      case .size(let width, let height):
        desk.resize(width: Double(width) / window.scale, height: Double(height) / window.scale)
      }
    }
    if let file = desk.menuWish {
      desk.menuWish = nil
      desk.openMenu(file, RecentFiles.read()[file])
    }
    if let isDark = desk.shadeWish {
      desk.shadeWish = nil
      ChosenShade.note(isDark: isDark)
    }
    desk.advance(to: seconds)
    draw()
    defer { desk.wishes = [] }
    return desk.wishes
  }

  private func draw() {
    let regions = desk.regionsToDraw
    let frames = regions.map { FaceDrawing.reach(of: $0, in: desk.layout)! }
    let isDrawn = window.draw(frames) { brush, index in
      FaceDrawing(desk, brush).draw(regions[index])
    }
    if isDrawn { desk.dirty = [] }
  }
}
