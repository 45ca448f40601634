// Thread: setup ⇄ audio

import DivisiRealtime
import Synchronization

/// The values of a plugin's controls, between a thread that turns them and the one that runs the plugin.
///
///     setup                                            audio
///     set ──▶ cell of the control ─────────────────▶ take ──▶ port ──▶ plugin
///        └──▶ queue of controls with new values ──▶─┘
///     value ◀── cell of the control ◀── publish ◀──────────── port ◀── plugin
///
/// A cell holds the latest value, whoever has set it. A control that waits in the queue is not queued again: the
/// queue has room for all, nothing is lost, and of several values in a block the last one counts.
struct ControlValues: ~Copyable {
  fileprivate struct Cell: ~Copyable {
    /// The bits of the latest value.
    let value: Atomic<UInt32>
    /// Whether the control is in the queue.
    let isQueued = Atomic<Bool>(false)

    init(_ value: Float) { self.value = Atomic(value.bitPattern) }
  }

  private let cells: UnsafeMutableBufferPointer<Cell>
  private let ports: UnsafeMutablePointer<Float>
  private let outputs: UnsafeMutableBufferPointer<Int>
  private let queue: SPSCRing<Int>

  /// - Parameters:
  ///   - values: what each port begins with, by index; only those of controls mean anything.
  ///   - outputs: the indices of the controls that the plugin writes.
  init(_ values: [Float], outputs: [Int]) {
    cells = .allocate(capacity: values.count)
    for (index, value) in values.enumerated() {
      cells.initializeElement(at: index, to: Cell(value))
    }
    ports = .allocate(capacity: values.count)
    ports.initialize(from: values, count: values.count)
    self.outputs = .allocate(capacity: outputs.count)
    _ = self.outputs.initialize(from: outputs)
    queue = SPSCRing(capacity: values.count, filledWith: 0)
  }

  deinit {
    cells.deinitialize().deallocate()
    ports.deallocate()
    outputs.deallocate()
  }

  /// What the plugin is connected to, by port index.
  func port(_ index: Int) -> UnsafeMutablePointer<Float> { ports + index }

  /// The latest value of a control: what was set last, or what the plugin has written.
  func value(_ index: Int) -> Float {
    Float(bitPattern: cells[index].value.load(ordering: .acquiring))
  }

  /// Sets a control; the plugin sees it from the next block on.
  ///
  /// - Thread: one at a time.
  func set(_ index: Int, to value: Float) {
    cells[index].value.store(value.bitPattern, ordering: .releasing)
    guard !cells[index].isQueued.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let hasRoom = queue.view.write(index)
    precondition(hasRoom, "a control waits twice")
  }

  /// The audio thread's end, which is valid as long as this is there.
  var process: Process {
    Process(
      cells: cells, ports: ports, outputs: UnsafeBufferPointer(outputs), queue: queue.view)
  }

  /// What the audio thread does with controls.
  struct Process {
    fileprivate let cells: UnsafeMutableBufferPointer<Cell>
    fileprivate let ports: UnsafeMutablePointer<Float>
    fileprivate let outputs: UnsafeBufferPointer<Int>
    fileprivate let queue: SPSCRing<Int>.View

    /// Gives the plugin what was set.
    @_noLocks
    func take() {
      while let index = queue.read() {
        // Before the value is read: what is set from now on is queued again.
        _ = cells[index].isQueued.exchange(false, ordering: .acquiringAndReleasing)
        ports[index] = Float(bitPattern: cells[index].value.load(ordering: .acquiring))
      }
    }

    /// Sets a control from this thread, at once.
    @_noLocks
    func set(_ index: Int, to value: Float) {
      ports[index] = value
      cells[index].value.store(value.bitPattern, ordering: .releasing)
    }

    /// Shows what the plugin has written.
    @_noLocks
    func publish() {
      var place = 0
      while place < outputs.count {
        let index = outputs[place]
        cells[index].value.store(ports[index].bitPattern, ordering: .releasing)
        place &+= 1
      }
    }
  }
}
