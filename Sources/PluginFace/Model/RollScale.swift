import DivisiControls

/// Where times and pitches lie in the score over time; drums have a lane for each part.
struct RollScale: Sendable {
  /// Above the rows, for the numbers of bars; and beside them, for their names.
  private static let (top, gutter) = (16.0, 54.0)
  /// What is heard now lies so far from the left, of the width.
  private static let nowShare = 0.3

  let frame: Rectangle
  /// The rows alone.
  let rows: Rectangle
  let pointsPerSecond: Double
  /// What is heard now, in the time of notes.
  let now: Double
  /// The pitches of rows from below; nil for lanes.
  let pitches: ClosedRange<Int>?
  let rowCount: Int

  init(
    _ frame: Rectangle, secondsShown: Double, now: Double, pitches: ClosedRange<Int>?,
    laneCount: Int
  ) {
    self.frame = frame
    rows = Rectangle(
      x: frame.x + Self.gutter, y: frame.y + Self.top, width: max(1, frame.width - Self.gutter),
      height: max(1, frame.height - Self.top - 4))
    pointsPerSecond = rows.width / secondsShown
    self.now = now
    self.pitches = pitches
    rowCount = pitches?.count ?? laneCount
  }

  var rowHeight: Double { rows.height / Double(max(1, rowCount)) }
  var nowX: Double { rows.x + rows.width * Self.nowShare }
  var start: Double { time(at: rows.x) }
  var end: Double { time(at: rows.right) }

  func x(of seconds: Double) -> Double { nowX + (seconds - now) * pointsPerSecond }

  func time(at x: Double) -> Double { now + (x - nowX) / pointsPerSecond }

  /// The top of a row.
  func y(part: Int, pitch: Int) -> Double {
    if let pitches { return rows.bottom - Double(pitch - pitches.lowerBound + 1) * rowHeight }
    return rows.y + Double(part) * rowHeight
  }

  /// Where a note lies.
  func frame(of note: FaceMessage.Note) -> Rectangle {
    let left = x(of: Double(note.onset))
    // A stroke has no length of its own.
    let length =
      pitches == nil ? 5 : max(3, Double(note.end - note.onset) * pointsPerSecond)
    let margin = pitches == nil ? rowHeight * 0.15 : min(1, rowHeight * 0.1)
    // On whole points, or thin notes would be blurred.
    return Rectangle(
      x: left, y: (y(part: Int(note.part), pitch: Int(note.pitch)) + margin).rounded(),
      width: length, height: max(2, (rowHeight - 2 * margin).rounded()))
  }
}

extension Desk {
  /// The scale of the score over time as it is shown; nil where it is not.
  var rollScale: RollScale? {
    layout.roll.map {
      RollScale(
        $0, secondsShown: secondsShown, now: shownPosition,
        pitches: kind.isPercussive ? nil : roll.pitches, laneCount: kind.parts.count)
    }
  }

  /// How late the sound comes out, in seconds: not all hosts tell of the port when it changes.
  var latencySeconds: Double { roll.latencySeconds ?? values[latencyPort] / sampleRate }

  /// Goes on in time.
  mutating func advanceRoll(to seconds: Double) {
    guard let scale = rollScale, let position = roll.position(at: seconds) else { return }
    let now = roll.isRolling(at: seconds) ? position - latencySeconds : position
    // What moves by less than that nobody sees.
    guard abs(now - shownPosition) * scale.pointsPerSecond > 0.2 else { return }
    shownPosition = now
    dirty.insert(.roll)
  }

  mutating func take(_ subject: FaceNews, _ bytes: [UInt8], at seconds: Double) {
    switch subject {
    case .notes: roll.takeNotes(bytes, at: seconds)
    case .beats: roll.takeBeats(bytes)
    case .heard: roll.takeHeard(bytes)
    case .place:
      let before = latencySeconds
      roll.takePlace(bytes, at: seconds)
      if latencySeconds != before { dirty.insert(.header) }
      return
    }
    dirty.insert(.roll)
  }

  // MARK: Gestures

  /// A drag of the score over time: where it began, and with which offset.
  struct RollDrag: Sendable {
    let place: Place
    let offset: Double
    var hasMoved = false
  }

  /// A movement by fewer points is none.
  private static let threshold = 3.0
  /// From two seconds to a minute.
  private static let zoom = 2.0...60.0

  mutating func moveRoll(to place: Place, isFine: Bool) {
    guard var drag = rollDrag, let scale = rollScale else { return }
    let distance = place.x - drag.place.x
    if !drag.hasMoved {
      guard abs(distance) >= Self.threshold else { return }
      drag.hasMoved = true
      wishes.append(.hold(port: offsetPort, isHeld: true))
    }
    rollDrag = drag
    let seconds = distance / scale.pointsPerSecond * (isFine ? 0.1 : 1)
    set(drag.offset + seconds, port: offsetPort)
  }

  mutating func releaseRoll(at seconds: Double) {
    guard let drag = rollDrag else { return }
    rollDrag = nil
    if drag.hasMoved {
      hold(offsetPort, false, at: seconds)
    } else if let note = note(at: drag.place) {
      let strip = Int(note.part)
      focus = .gain(strip)
      say(describe(note))
    }
  }

  /// The note at a place, the nearest in its row.
  func note(at place: Place) -> FaceMessage.Note? {
    guard let scale = rollScale, scale.rows.contains(place) else { return nil }
    let time = scale.time(at: place.x)
    return roll.notes(from: time - 1, to: time + 1).last { note in
      scale.frame(of: note).inset(-2, -1).contains(place) && strips.indices.contains(Int(note.part))
    }
  }

  private func describe(_ note: FaceMessage.Note) -> String {
    var text = strips[Int(note.part)].label + ": "
    text += kind.isPercussive ? "a stroke" : Words.pitch(Int(note.pitch))
    text += " at \(Words.clock(Double(note.onset)))"
    if let bar = roll.bar(at: Double(note.onset) + 0.001) { text += ", bar \(bar)" }
    return text
  }

  mutating func zoomRoll(_ notches: Double) {
    var seconds = secondsShown
    for _ in 0..<Int(abs(notches).rounded(.up)) { seconds *= notches > 0 ? 0.8 : 1.25 }
    secondsShown = min(max(seconds, Self.zoom.lowerBound), Self.zoom.upperBound)
    dirty.insert(.roll)
  }
}
