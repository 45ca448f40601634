import DivisiControls

/// All that the face shows, and what becomes of gestures; it neither draws nor knows a screen.
struct Desk: Sendable {
  /// A control that is moved: where the hand was when it began, and where the fader.
  struct Drag: Sendable {
    let item: Item
    let port: Int
    var place: Place
    /// Not rounded, so that slow movements add up.
    var share: Double
    var hasMoved = false
  }

  /// A value that is being typed.
  struct Typing: Equatable, Sendable {
    let item: Item
    var text: String
  }

  /// Controls of the whole plugin that are shown, where a plugin has them.
  private static let fieldSymbols = Port.scoreControls + ["lookahead"]

  let kind: PluginKind
  let strips: [Strip]
  /// The ports of the controls below the strips.
  let fields: [Int]
  private let fieldWidths: [Double]
  let laws: [FaderLaw?]
  let latencyPort: Int
  let lookAheadPort: Int
  let statePort: Int
  let offsetPort: Int
  private let sourcePort: Int
  private let slotPort: Int
  private let levelPorts: Range<Int>

  /// By port; of ports without a value, no number.
  private(set) var values: [Double]
  private(set) var meters: [Meter]
  var layout: Layout
  var sampleRate = 48_000.0
  var roll = Roll()
  /// What is heard now as it is shown, in the time of notes; and how much of time is.
  var shownPosition = 0.0
  var secondsShown = 12.0
  var rollDrag: RollDrag?
  var scorePath = ""
  var modelPath = ""
  var message = ""
  var isDark = false
  /// Whether the host can ask for files.
  var canChoose = false

  var focus: Item?
  /// Whether the focus is marked: after keys, not after the pointer.
  var showsFocus = false
  var drag: Drag?
  var typing: Typing?
  var menu: Menu?
  /// The list of files that is to be opened.
  var menuWish: FaceFile?
  /// The shade that is to be remembered.
  var shadeWish: Bool?
  /// The last press, by which a second one is known as such.
  var lastPress: (item: Item, place: Place, seconds: Double)?
  /// Values that the host has told of controls that are held or were until a moment ago.
  private var withheld: [Int: (value: Double, until: Double)] = [:]

  /// What is to be done outside, in order.
  var wishes: [Wish] = []
  /// What is no longer as it is drawn.
  var dirty: Set<Region> = []

  init(_ kind: PluginKind, width: Double, height: Double) {
    func port(_ symbol: String) -> Int { kind.index(of: symbol) ?? -1 }
    self.kind = kind
    strips = Strip.all(of: kind)
    fields = Self.fieldSymbols.compactMap(kind.index)
    laws = kind.ports.map { $0.control.map { FaderLaw($0, in: kind) } }
    values = laws.map { $0?.standard ?? .nan }
    meters = Array(repeating: Meter(), count: strips.count)
    levelPorts = strips[0].level..<strips[0].level + strips.count
    latencyPort = port("latency")
    lookAheadPort = port("lookahead")
    statePort = port("score_state")
    offsetPort = port("score_offset")
    sourcePort = port("score_source")
    slotPort = port("score_slot")
    fieldWidths = fields.map { [laws] in laws[$0].map(Words.width) ?? 0 }
    layout = Layout(
      width: width, height: height, stripCount: strips.count, fieldWidths: fieldWidths)
    dirtyAll()
  }

  /// The size in points that shows everything well.
  static func size(for kind: PluginKind) -> (width: Double, height: Double) {
    (max(660, 24 + 104 * Double(kind.stems.count)), 620)
  }

  /// The smallest size at which everything can be used.
  static func leastSize(for kind: PluginKind) -> (width: Double, height: Double) {
    (max(480, 24 + 84 * Double(kind.stems.count)), 360)
  }

  mutating func resize(width: Double, height: Double) {
    menu = nil
    layout = Layout(
      width: width, height: height, stripCount: strips.count, fieldWidths: fieldWidths)
    dirtyAll()
  }

  mutating func dirtyAll() {
    dirty.formUnion([.ground, .header, .roll, .fields, .message, .menu])
    for strip in strips.indices { dirty.insert(.strip(strip)) }
  }

  /// What is to be drawn anew; a meter within its strip.
  var regionsToDraw: [Region] {
    let regions = dirty.filter { region in
      guard region != .ground, region != .menu, layout.frame(of: region) != nil else {
        return false
      }
      guard case .meter(let strip) = region else { return true }
      return !dirty.contains(.strip(strip))
    }
    let isMenuDrawn = menu != nil && !dirty.isEmpty
    return (dirty.contains(.ground) ? [.ground] : []) + regions + (isMenuDrawn ? [.menu] : [])
  }

  // MARK: Values

  /// The score in use: that of a slot goes before that which was chosen.
  var scoreName: String {
    let slot = values[slotPort]
    return slot > 0 ? "of slot \(Int(slot))" : Words.fileName(scorePath)
  }

  /// Where notes come from.
  var sourceValue: Double { values[sourcePort] }

  /// The port of something that has a value.
  func port(of item: Item) -> Int? {
    switch item {
    case .gain(let strip), .value(let strip): strips[strip].gain
    case .mute(let strip): strips[strip].mute
    case .solo(let strip): strips[strip].solo
    case .pan(let strip): strips[strip].pan
    case .field(let index): fields[index]
    case .roll: offsetPort
    case .score, .model, .recent, .entry, .shade: nil
    }
  }

  /// A value from the host; of a control that is held, it waits.
  mutating func take(_ value: Double, port: Int, at seconds: Double) {
    guard laws.indices.contains(port), laws[port] != nil, value == value else { return }
    if drag?.port == port || (rollDrag != nil && port == offsetPort)
      || typing.map({ self.port(of: $0.item) == port }) == true
    {
      withheld[port] = (value, .infinity)
    } else if let held = withheld[port], seconds < held.until {
      withheld[port] = (value, held.until)
    } else {
      withheld[port] = nil
      show(value, port: port)
    }
  }

  /// Has a control have a value, here and in the plugin.
  mutating func set(_ value: Double, port: Int) {
    guard values.indices.contains(port), let law = laws[port] else { return }
    let value = law.settled(value)
    guard value != values[port] else { return }
    show(value, port: port)
    wishes.append(.set(port: port, value: Float(value)))
  }

  private mutating func show(_ value: Double, port: Int) {
    guard values[port] != value else { return }
    values[port] = value
    if levelPorts.contains(port) {
      meters[port - levelPorts.lowerBound].set(value)
      dirty.insert(.meter(port - levelPorts.lowerBound))
    } else if let strip = strips.firstIndex(where: { [$0.gain, $0.pan].contains(port) }) {
      dirty.insert(.strip(strip))
    } else if strips.contains(where: { [$0.mute, $0.solo].contains(port) }) {
      for strip in strips.indices { dirty.insert(.strip(strip)) }
    } else {
      if fields.contains(port) { dirty.insert(.fields) }
      if [latencyPort, lookAheadPort, statePort, slotPort].contains(port) { dirty.insert(.header) }
      if port == sourcePort { dirty.insert(.roll) }
    }
  }

  /// A host that was told a value may tell an older one for so long, in seconds.
  private static let echoSeconds = 0.3

  /// A control is held, or no longer.
  mutating func hold(_ port: Int, _ isHeld: Bool, at seconds: Double) {
    wishes.append(.hold(port: port, isHeld: isHeld))
    withheld[port] = isHeld ? nil : (values[port], seconds + Self.echoSeconds)
  }

  /// Goes on in time.
  mutating func advance(to seconds: Double) {
    for strip in meters.indices where meters[strip].advance(to: seconds) {
      dirty.insert(.meter(strip))
    }
    advanceRoll(to: seconds)
    for (port, held) in withheld where held.until <= seconds {
      withheld[port] = nil
      show(held.value, port: port)
    }
  }

  /// Whether the pointer holds something.
  var isHeld: Bool { drag != nil || rollDrag != nil }

  /// Whether a strip is not in the mix: it is muted, or another one is soloed.
  func isUnheard(_ strip: Int) -> Bool {
    values[strips[strip].mute] > 0.5
      || (strips.contains { values[$0.solo] > 0.5 } && values[strips[strip].solo] <= 0.5)
  }
}
