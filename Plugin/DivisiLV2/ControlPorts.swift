// Thread: audio

import DivisiControls

/// What the host has connected, by port index.
struct ControlPorts: ~Copyable {
  private let data: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let values: UnsafeMutablePointer<Port.Values>
  /// Where the ports of ``Setting/withPort`` are, in its order; −1 for those that this plugin has none for.
  private let settings: UnsafeMutablePointer<Int>
  let count: Int

  init(kind: PluginKind) {
    let ports = kind.ports
    count = ports.count
    data = .allocate(capacity: count)
    data.initialize(repeating: nil, count: count)
    values = .allocate(capacity: count)
    for (index, port) in ports.enumerated() {
      (values + index).initialize(to: port.values ?? .none)
    }
    settings = .allocate(capacity: Setting.withPort.count)
    settings.initialize(repeating: -1, count: Setting.withPort.count)
    for (place, setting) in Setting.withPort.enumerated() {
      if let index = kind.index(of: setting.rawValue) { settings[place] = index }
    }
  }

  deinit {
    data.deallocate()
    values.deallocate()
    settings.deallocate()
  }

  func connect(_ index: Int, to pointer: UnsafeMutableRawPointer?) {
    if index >= 0 && index < count { data[index] = pointer }
  }

  /// What a port is connected to.
  @_noLocks
  func pointer(_ index: Int) -> UnsafeMutableRawPointer? { data[index] }

  /// The samples of an audio port.
  @_noLocks
  func samples(_ index: Int) -> UnsafeMutablePointer<Float>? {
    data[index]?.assumingMemoryBound(to: Float.self)
  }

  /// The value of a control: in its range, whatever the host has written there or not.
  @_noLocks
  func value(_ index: Int) -> Float {
    let range = values[index]
    guard let pointer = samples(index) else { return range.defaultValue }
    let value = pointer.pointee
    guard value == value else { return range.defaultValue }
    let inside =
      value < range.minimum ? range.minimum : value > range.maximum ? range.maximum : value
    // All ranges of whole numbers lie well within those of Int.
    return range.isInteger ? Float(Int(inside + (inside < 0 ? -0.5 : 0.5))) : inside
  }

  /// The value of a setting, by its place in ``Setting/withPort``; 0, which is off, without a port.
  @_noLocks
  func setting(_ place: Int) -> Float { settings[place] < 0 ? 0 : value(settings[place]) }

  @_noLocks
  func isOn(_ index: Int) -> Bool { value(index) > 0.5 }

  /// Gives the host a value.
  @_noLocks
  func report(_ value: Float, _ index: Int) { samples(index)?.pointee = value }
}
