/// Where everything is.
struct Layout: Equatable, Sendable {
  /// Where the things of a strip are.
  struct StripPlaces: Equatable, Sendable {
    let card: Rectangle
    let title: Rectangle
    let fader: Rectangle
    let scale: Rectangle
    let meter: Rectangle
    let value: Rectangle
    let mute: Rectangle
    let solo: Rectangle
    let panLabel: Rectangle
    let pan: Rectangle
  }

  /// The distance between things, and of them from the edge.
  static let gap = 10.0
  /// The length of a fader's cap, and of a balance's.
  static let (capLength, panCapLength) = (22.0, 12.0)

  let width: Double
  let height: Double
  let header: Rectangle
  let shade: Rectangle
  /// The score's line and its button.
  let score: Rectangle
  let model: Rectangle
  /// The score over time; nil where there is no room for it.
  let roll: Rectangle?
  let strips: [StripPlaces]
  let fields: [Rectangle]
  let fieldRow: Rectangle
  let message: Rectangle
  /// The buttons that list files which were used before, at the right of the lines.
  let recentScore: Rectangle
  let recentModel: Rectangle
  /// The list, and its rows; none while it is closed.
  private(set) var menu: Rectangle?
  private(set) var menuRows: [Rectangle] = []

  /// - Parameter fieldWidths: how wide each field would like to be; they share what there is.
  init(width: Double, height: Double, stripCount: Int, fieldWidths: [Double]) {
    self.width = width
    self.height = height
    var rest = Rectangle(x: 0, y: 0, width: width, height: height).inset(12, 8)
    header = rest.takeTop(62)
    var line = header
    var top = line.takeTop(34)
    shade = top.takeRight(26).inset(0, 4)
    let columns = line.columns(2, gap: 2 * Self.gap)
    var rows = columns
    recentScore = rows[0].takeRight(26).inset(0, 2)
    recentModel = rows[1].takeRight(26).inset(0, 2)
    (score, model) = (rows[0], rows[1])
    message = rest.takeBottom(18)
    _ = rest.takeBottom(8)
    fieldRow = rest.takeBottom(44)
    fields = fieldRow.columns(fieldWidths, gap: Self.gap)
    _ = rest.takeTop(6)
    let length = max(0, min(rest.height - Self.leastStripHeight, rest.height * 0.42))
    roll = length > 60 ? rest.takeTop(length) : nil
    _ = rest.takeTop(Self.gap)
    _ = rest.takeBottom(Self.gap)
    strips = rest.columns(stripCount, gap: 8).map(Self.places)
  }

  /// Below it the score over time gives way.
  private static let leastStripHeight = 210.0

  private static func places(_ card: Rectangle) -> StripPlaces {
    var rest = card.inset(6, 6)
    let title = rest.takeTop(20)
    let panRow = rest.takeBottom(24)
    _ = rest.takeBottom(4)
    let buttons = rest.takeBottom(26).columns(2, gap: 4)
    _ = rest.takeBottom(2)
    let value = rest.takeBottom(20)
    var rail = rest.inset(max(0, (rest.width - 84) / 2), 2)
    let meter = rail.takeRight(12)
    _ = rail.takeRight(6)
    let scale = rail.takeRight(28)
    var pan = panRow
    let panLabel = Rectangle(x: pan.x, y: pan.y, width: min(34, pan.width / 2), height: pan.height)
    pan.x += panLabel.width
    pan.width -= panLabel.width
    let half = capLength / 2
    return StripPlaces(
      card: card, title: title, fader: rail, scale: scale.inset(0, half),
      meter: meter.inset(0, half), value: value, mute: buttons[0], solo: buttons[1],
      panLabel: panLabel, pan: pan)
  }

  private static let menuRowHeight = 22.0

  /// Makes room for a list below a line, for as many files as there is room for.
  mutating func openMenu(below line: Rectangle, count: Int) {
    let room = Int(max(0, height - line.bottom - Self.gap) / Self.menuRowHeight)
    let length = 8 + Self.menuRowHeight * Double(min(count, room))
    var rest = Rectangle(x: line.x, y: line.bottom + 2, width: line.width, height: length)
    menu = rest
    rest = rest.inset(0, 4)
    menuRows = (0..<min(count, room)).map { _ in rest.takeTop(Self.menuRowHeight) }
  }

  mutating func closeMenu() {
    menu = nil
    menuRows = []
  }

  /// What lies at a place.
  func item(at place: Place) -> Item? {
    if menu?.contains(place) == true {
      return menuRows.firstIndex { $0.contains(place) }.map(Item.entry)
    }
    if recentScore.contains(place) { return .recent(.score) }
    if recentModel.contains(place) { return .recent(.model) }
    if shade.contains(place) { return .shade }
    if score.contains(place) { return .score }
    if model.contains(place) { return .model }
    if roll?.contains(place) == true { return .roll }
    if let index = fields.firstIndex(where: { $0.contains(place) }) { return .field(index) }
    guard let index = strips.firstIndex(where: { $0.card.contains(place) }) else { return nil }
    let strip = strips[index]
    if strip.fader.contains(place) { return .gain(index) }
    if strip.value.contains(place) { return .value(index) }
    if strip.mute.contains(place) { return .mute(index) }
    if strip.solo.contains(place) { return .solo(index) }
    return strip.pan.contains(place) ? .pan(index) : nil
  }

  /// Where something lies.
  func frame(of item: Item) -> Rectangle? {
    switch item {
    case .gain(let strip): strips[strip].fader
    case .value(let strip): strips[strip].value
    case .mute(let strip): strips[strip].mute
    case .solo(let strip): strips[strip].solo
    case .pan(let strip): strips[strip].pan
    case .field(let index): fields[index]
    case .score: score
    case .model: model
    case .roll: roll
    case .shade: shade
    case .recent(let file): file == .score ? recentScore : recentModel
    case .entry(let index): menuRows.indices.contains(index) ? menuRows[index] : nil
    }
  }

  /// Where what is drawn at once lies.
  func frame(of region: Region) -> Rectangle? {
    switch region {
    case .ground: Rectangle(x: 0, y: 0, width: width, height: height)
    case .header: header
    case .roll: roll
    case .fields: fieldRow
    case .message: message
    case .menu: menu
    case .strip(let strip): strips[strip].card
    case .meter(let strip): strips[strip].meter
    }
  }
}
