import DivisiControls

/// Keys, as on the mixer page, and values that are typed.
extension Desk {
  mutating func handle(_ gesture: Gesture, at seconds: Double) {
    if let menu { return handle(gesture, in: menu) }
    switch gesture {
    case .press(let place, let isFine): press(at: place, isFine: isFine, seconds: seconds)
    case .move(let place, let isFine): move(to: place, isFine: isFine)
    case .release: release(at: seconds)
    case .scroll(let place, let notches, let isLarge):
      scroll(at: place, notches: notches, isLarge: isLarge)
    case .key(let key, let isLarge):
      if typing != nil { type(key) } else { command(key, isLarge: isLarge) }
    case .character(let character):
      if typing != nil { type(character) } else { command(character) }
    case .files(let paths): use(paths)
    }
  }

  /// Everything that the keyboard reaches, in order.
  var order: [Item] {
    var items: [Item] = [.score, .model]
    for strip in strips.indices {
      items += [.gain(strip), .mute(strip), .solo(strip), .pan(strip)]
    }
    return items + fields.indices.map(Item.field)
  }

  private mutating func command(_ key: Key, isLarge: Bool) {
    showsFocus = true
    dirtyFocus()
    switch key {
    case .next: moveFocus(1)
    case .previous: moveFocus(-1)
    case .escape: focus = nil
    case .up, .right: stepFocus(.notches(1, isLarge: isLarge))
    case .down, .left: stepFocus(.notches(-1, isLarge: isLarge))
    case .pageUp: stepFocus(.pages(1))
    case .pageDown: stepFocus(.pages(-1))
    case .home: stepFocus(.lowest)
    case .end: stepFocus(.highest)
    case .enter, .space: activate(isEnter: key == .enter)
    case .backspace: break
    }
  }

  private mutating func stepFocus(_ step: FaderLaw.Step) {
    switch (focus, step) {
    case (.gain, _), (.value, _), (.pan, _), (.field, _): if let focus { self.step(focus, step) }
    case (.score, .notches(-1, _)) where !isHeld: menuWish = .score
    case (.model, .notches(-1, _)) where !isHeld: menuWish = .model
    default: break
    }
  }

  private mutating func activate(isEnter: Bool) {
    switch focus {
    case .mute, .solo: if let focus { toggle(focus) }
    case .score: wishes.append(.choose(.score))
    case .model: wishes.append(.choose(.model))
    case .field(let index) where laws[fields[index]]?.control.kind == .choice:
      chooseNext(fields[index])
    case .gain, .value, .pan, .field: if isEnter, let focus { beginTyping(focus, "") }
    default: break
    }
  }

  private mutating func moveFocus(_ way: Int) {
    let order = order
    let here = focus.flatMap(order.firstIndex)
    let next =
      here.map { ($0 + way + order.count) % order.count } ?? (way > 0 ? 0 : order.count - 1)
    focus = order[next]
    dirtyFocus()
  }

  private mutating func dirtyFocus() {
    if let focus { dirty.insert(region(of: focus)) }
  }

  /// What is drawn anew where something changes.
  func region(of item: Item) -> Region {
    switch item {
    case .gain(let strip), .value(let strip), .mute(let strip), .solo(let strip), .pan(let strip):
      .strip(strip)
    case .field: .fields
    case .score, .model, .recent, .shade: .header
    case .entry: .menu
    case .roll: .roll
    }
  }

  private mutating func command(_ character: Character) {
    guard let focus else { return }
    if case .strip(let strip) = region(of: focus) {
      switch character {
      case "m", "M": return toggle(.mute(strip))
      case "s", "S": return toggle(.solo(strip))
      default: break
      }
    }
    switch focus {
    case .gain, .value, .pan, .field:
      if character == "0" {
        step(focus, .standard)
      } else if character.isNumber || "+-.,".contains(character) {
        beginTyping(focus, String(character))
      }
    default: break
    }
  }

  // MARK: Typing

  mutating func beginTyping(_ item: Item, _ text: String) {
    guard let port = port(of: item), let law = laws[port],
      law.control.kind == .number || law.control.kind == .integer
    else { return }
    typing = Typing(item: item, text: text)
    dirty.insert(region(of: item))
  }

  mutating func endTyping(isAccepted: Bool) {
    guard let typing else { return }
    self.typing = nil
    dirty.insert(region(of: typing.item))
    guard isAccepted, !typing.text.isEmpty, let port = port(of: typing.item), let law = laws[port]
    else { return }
    if let value = Words.typed(typing.text, law) {
      set(value, port: port)
    } else {
      say(
        "\(typing.text): expected \(law.control.rangeText)\(law.control.unit.map { " \($0.text)" } ?? "")"
      )
    }
  }

  /// No value is longer.
  private static let longestText = 16

  private mutating func type(_ character: Character) {
    guard var typing, typing.text.count < Self.longestText else { return }
    typing.text.append(character)
    self.typing = typing
    dirty.insert(region(of: typing.item))
  }

  private mutating func type(_ key: Key) {
    switch key {
    case .enter: endTyping(isAccepted: true)
    case .escape: endTyping(isAccepted: false)
    case .next, .previous:
      endTyping(isAccepted: true)
      command(key, isLarge: false)
    case .space: type(" ")
    case .backspace:
      guard var typing, !typing.text.isEmpty else { return }
      typing.text.removeLast()
      self.typing = typing
      dirty.insert(region(of: typing.item))
    default: break
    }
  }

  // MARK: Files and messages

  mutating func say(_ text: String) {
    message = text
    dirty.insert(.message)
  }

  /// Takes the first file that is dropped: a model by its name, anything else as a score.
  private mutating func use(_ paths: [String]) {
    guard let path = paths.first else { return say("Expected a file of this computer") }
    wishes.append(.use(path.lowercased().hasSuffix(".safetensors") ? .model : .score, path: path))
  }
}
