// Thread: setup

import JackHosting

/// Somebody who is told what changes.
struct OSCListener {
  /// Where it asked from, and where it is told.
  let source: UDPAddress, target: UDPAddress
  /// How long it is told if it does not ask again.
  let timeout: Duration
  /// When it has been quiet for too long.
  private(set) var end: ContinuousClock.Instant
  /// What it has been told of each control, in their order, and of everything else.
  private var values: [Float?]
  private var preset: String?
  private var score: String?
  private var xruns: Int?

  init(source: UDPAddress, target: UDPAddress, timeout: Duration, controls: OSCControls) {
    self.source = source
    self.target = target
    self.timeout = timeout
    end = .now + timeout
    values = Array(repeating: nil, count: controls.all.count)
  }

  /// It is still there.
  mutating func renew() { end = .now + timeout }

  /// Notes what it knows because it has said it itself.
  mutating func learn(_ symbol: String, _ value: Float, controls: OSCControls) {
    guard let place = controls.all.firstIndex(where: { $0.symbol == symbol }) else { return }
    values[place] = value
  }

  /// What it does not know yet, which it knows from now on.
  mutating func news(_ session: Session, controls: OSCControls) -> [OSCMessage] {
    var news: [OSCMessage] = []
    for (place, control) in controls.all.enumerated() {
      let value = session.hosted.instance[control.symbol]
      guard values[place]?.bitPattern != value.bitPattern else { continue }
      values[place] = value
      news.append(control.message(value))
    }
    if let name = session.preset, name != preset {
      preset = name
      news.append(OSCMessage(OSCControls.root + "preset", .text(name)))
    }
    if let path = session.score, path != score {
      score = path
      news.append(OSCMessage(OSCControls.root + "score", .text(path)))
    }
    if xruns != session.xrunCount {
      xruns = session.xrunCount
      news.append(OSCMessage(OSCControls.root + "xruns", .integer(session.xrunCount)))
    }
    return news
  }
}
