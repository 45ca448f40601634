import DivisiControls

/// The pointer and its wheel.
extension Desk {
  /// A second press within so many seconds and points is a double-click.
  private static let (doubleSeconds, doubleDistance) = (0.4, 4.0)
  /// With Shift, movements count so much less.
  private static let fineness = 0.1

  mutating func press(at place: Place, isFine: Bool, seconds: Double) {
    if typing != nil { endTyping(isAccepted: true) }
    showsFocus = false
    guard let item = layout.item(at: place) else { return }
    let isDouble =
      lastPress.map {
        $0.item == item && seconds - $0.seconds < Self.doubleSeconds
          && abs($0.place.x - place.x) < Self.doubleDistance
          && abs($0.place.y - place.y) < Self.doubleDistance
      } ?? false
    lastPress = isDouble ? nil : (item, place, seconds)
    focus = item
    if isDouble, reset(item) { return }
    switch item {
    case .mute, .solo: toggle(item)
    case .value: beginTyping(item, "")
    case .gain, .pan: beginDrag(item, at: place, seconds: seconds)
    case .field(let index):
      guard let law = laws[fields[index]] else { return }
      if law.control.kind == .choice {
        chooseNext(fields[index])
      } else {
        beginDrag(item, at: place, seconds: seconds)
      }
    case .score: wishes.append(.choose(.score))
    case .model: wishes.append(.choose(.model))
    case .recent(let file): menuWish = file
    case .entry: break
    case .shade:
      isDark.toggle()
      shadeWish = isDark
      dirtyAll()
    case .roll: rollDrag = RollDrag(place: place, offset: values[offsetPort])
    }
  }

  /// The next choice, and after the last the first.
  mutating func chooseNext(_ port: Int) {
    guard let points = laws[port]?.control.points, !points.isEmpty else { return }
    let here = points.firstIndex { $0.value == values[port] } ?? 0
    set(points[(here + 1) % points.count].value, port: port)
  }

  private mutating func reset(_ item: Item) -> Bool {
    switch item {
    case .gain, .pan, .field:
      guard let port = port(of: item), let law = laws[port], law.control.kind != .choice else {
        return false
      }
      set(law.standard, port: port)
      return true
    default: return false
    }
  }

  mutating func toggle(_ item: Item) {
    guard let port = port(of: item) else { return }
    set(values[port] > 0.5 ? 0 : 1, port: port)
  }

  private mutating func beginDrag(_ item: Item, at place: Place, seconds: Double) {
    guard let port = port(of: item), let law = laws[port] else { return }
    hold(port, true, at: seconds)
    var share = law.share(of: values[port])
    // Beside the cap, the fader jumps to the pointer.
    if let pointed = self.share(at: place, of: item), let cap = travel(of: item)?.cap,
      abs(pointed - share) * (travel(of: item)?.length ?? 1) > cap / 2
    {
      share = pointed
      set(law.value(atShare: share), port: port)
    }
    drag = Drag(item: item, port: port, place: place, share: share)
  }

  /// How far a cap travels, in points, and how long it is; nil for what has no rail.
  private func travel(of item: Item) -> (length: Double, cap: Double)? {
    guard let frame = layout.frame(of: item) else { return nil }
    switch item {
    case .gain: return (frame.height - Layout.capLength, Layout.capLength)
    case .pan: return (frame.width - Layout.panCapLength, Layout.panCapLength)
    default: return nil
    }
  }

  /// Where on its rail a place lies, from 0 to 1.
  private func share(at place: Place, of item: Item) -> Double? {
    guard let frame = layout.frame(of: item), let travel = travel(of: item), travel.length > 0
    else { return nil }
    let share =
      if case .gain = item {
        (frame.bottom - travel.cap / 2 - place.y) / travel.length
      } else {
        (place.x - frame.x - travel.cap / 2) / travel.length
      }
    return min(max(share, 0), 1)
  }

  /// Points for the whole range of a control without a rail, and for one second of an offset.
  private static let (fieldTravel, offsetTravel) = (300.0, 100.0)

  mutating func move(to place: Place, isFine: Bool) {
    if rollDrag != nil { return moveRoll(to: place, isFine: isFine) }
    guard var drag, let law = laws[drag.port] else { return }
    let (x, y) = (place.x - drag.place.x, drag.place.y - place.y)
    guard x != 0 || y != 0 else { return }
    let extent = law.control.range.upperBound - law.control.range.lowerBound
    let change =
      switch drag.item {
      case .gain: y / (travel(of: drag.item)?.length ?? 1)
      case .pan: x / (travel(of: drag.item)?.length ?? 1)
      default:
        (x + y)
          / (drag.port == offsetPort ? Self.offsetTravel * extent : Self.fieldTravel)
      }
    drag.share = min(max(drag.share + change * (isFine ? Self.fineness : 1), 0), 1)
    drag.place = place
    drag.hasMoved = true
    self.drag = drag
    set(law.control.range.lowerBound + drag.share * extent, port: drag.port)
  }

  mutating func release(at seconds: Double) {
    if rollDrag != nil { return releaseRoll(at: seconds) }
    guard let drag else { return }
    self.drag = nil
    hold(drag.port, false, at: seconds)
  }

  mutating func scroll(at place: Place, notches: Double, isLarge: Bool) {
    guard drag == nil, typing == nil, let item = layout.item(at: place) else { return }
    switch item {
    case .gain, .value, .pan, .field: step(item, .notches(notches, isLarge: isLarge))
    case .roll: zoomRoll(notches)
    default: break
    }
  }

  /// Moves a control by a step.
  mutating func step(_ item: Item, _ step: FaderLaw.Step) {
    guard let port = port(of: item), let law = laws[port] else { return }
    if port == offsetPort, case .notches(let count, let isLarge) = step {
      set(values[port] + count * (isLarge ? 1 : 0.01), port: port)
    } else {
      set(law.moved(values[port], step), port: port)
    }
  }
}
