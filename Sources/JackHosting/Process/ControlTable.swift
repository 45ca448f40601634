// Thread: audio ⇄ setup

internal import CJack
import LV2Hosting
import Synchronization

/// Which MIDI controller moves which control, and how far: what `ControlMap` sets and the audio thread reads.
package struct ControlTable: ~Copyable {
  fileprivate struct Target: ~Copyable {
    /// The index of the control's port, and 1; 0 if there is none.
    let port = Atomic<Int>(0)
  }

  fileprivate struct Exchange: ~Copyable {
    /// The port that takes the next controller that arrives, and 1; 0 if there is none.
    let learning = Atomic<Int>(0)
    /// The place of the controller that was learnt last, and 1; 0 if it has been read.
    let learnt = Atomic<Int>(0)
    /// How often a control was set.
    let changeCount = Atomic<Int>(0)
  }

  static var channelCount: Int {
    @_noLocks get { 16 }
  }
  /// Controllers of a channel; the numbers above are commands to the whole channel.
  static var controllerCount: Int {
    @_noLocks get { 120 }
  }
  /// Values of a controller.
  static var stepCount: Int {
    @_noLocks get { 128 }
  }

  /// By channel, then by controller.
  private let targets: UnsafeMutablePointer<Target>
  /// The value of a control for each value of a controller, by port.
  private let values: UnsafeMutableBufferPointer<Float>
  private let exchange: UnsafeMutablePointer<Exchange>

  /// - Parameter values: for each port, what its control becomes for 0 to 127.
  /// - Thread: setup.
  init(values: [[Float]]) {
    let count = Self.channelCount * Self.controllerCount
    targets = .allocate(capacity: count)
    for place in 0..<count { (targets + place).initialize(to: Target()) }
    let all = values.flatMap { $0 }
    self.values = .allocate(capacity: all.count)
    _ = self.values.initialize(from: all)
    exchange = .allocate(capacity: 1)
    exchange.initialize(to: Exchange())
  }

  deinit {
    targets.deinitialize(count: Self.channelCount * Self.controllerCount)
    targets.deallocate()
    values.deallocate()
    exchange.deinitialize(count: 1)
    exchange.deallocate()
  }

  /// The audio thread's end, which is valid as long as the table is there.
  var process: Process {
    Process(targets: targets, values: UnsafeBufferPointer(values), exchange: exchange)
  }

  /// What the audio thread does with controllers.
  struct Process {
    fileprivate let targets: UnsafeMutablePointer<Target>
    fileprivate let values: UnsafeBufferPointer<Float>
    fileprivate let exchange: UnsafeMutablePointer<Exchange>

    /// Sets what a MIDI message is mapped to, if it is a controller's.
    ///
    /// - Thread: audio.
    @_noLocks
    func act(on message: UnsafePointer<UInt8>, count: Int, _ plugin: InstanceProcess) {
      guard count == 3, message[0] & 0xF0 == 0xB0, message[1] < ControlTable.controllerCount,
        message[2] < ControlTable.stepCount
      else { return }
      let place = Int(message[0] & 0x0F) &* ControlTable.controllerCount &+ Int(message[1])
      let learning = exchange.pointee.learning.exchange(0, ordering: .acquiringAndReleasing)
      if learning > 0 {
        targets[place].port.store(learning, ordering: .relaxed)
        exchange.pointee.learnt.store(place &+ 1, ordering: .releasing)
      }
      let port = targets[place].port.load(ordering: .relaxed) &- 1
      guard port >= 0 else { return }
      let index = port &* ControlTable.stepCount &+ Int(message[2])
      guard index < values.count else { return }
      plugin.setControl(port, to: values[index])
      exchange.pointee.changeCount.add(1, ordering: .releasing)
    }
  }

  // MARK: Setup

  /// The port that a controller moves; nil if it moves none.
  func target(channel: Int, controller: Int) -> Int? {
    let port = targets[channel * Self.controllerCount + controller].port.load(ordering: .relaxed)
    return port > 0 ? port - 1 : nil
  }

  /// Lets a controller move a port's control, or nothing.
  func setTarget(_ port: Int?, channel: Int, controller: Int) {
    targets[channel * Self.controllerCount + controller].port
      .store(port.map { $0 + 1 } ?? 0, ordering: .relaxed)
  }

  /// The port that waits for a controller; nil if none does.
  var learning: Int? {
    get {
      let port = exchange.pointee.learning.load(ordering: .relaxed)
      return port > 0 ? port - 1 : nil
    }
    nonmutating set {
      exchange.pointee.learning.store(newValue.map { $0 + 1 } ?? 0, ordering: .releasing)
    }
  }

  /// Takes the controller that was learnt since the last time.
  func takeLearnt() -> (channel: Int, controller: Int)? {
    let place = exchange.pointee.learnt.exchange(0, ordering: .acquiring) - 1
    guard place >= 0 else { return nil }
    return (place / Self.controllerCount, place % Self.controllerCount)
  }

  /// How often a control was set since the last time.
  package func takeChangeCount() -> Int {
    exchange.pointee.changeCount.exchange(0, ordering: .acquiring)
  }
}
