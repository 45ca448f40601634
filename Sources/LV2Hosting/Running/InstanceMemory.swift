internal import CLilv

/// What a plugin is connected to: the values of its controls, the events of its atom ports.
///
/// It outlives an instance whose work does not end.
final class InstanceMemory {
  let controls: ControlValues
  /// The events of atom ports by port index; nil for others.
  let sequences: [AtomSequence?]
  /// Those that are read and those that are written, in the order of ports.
  let inputs: UnsafeBufferPointer<AtomSequence>, outputs: UnsafeBufferPointer<AtomSequence>

  init(_ plugin: Plugin, sampleRate: Double) {
    let ports = plugin.ports
    controls = ControlValues(
      ports.map { $0.start(sampleRate: sampleRate) },
      outputs: plugin.ports(.control, isInput: false).map(\.index))
    let sequences = ports.map { port in
      port.kind == .atom
        ? AtomSequence(
          capacity: max(Instance.sequenceCapacity, port.minimumSize), urids: plugin.world.urids)
        : nil
    }
    self.sequences = sequences
    func list(isInput: Bool) -> UnsafeBufferPointer<AtomSequence> {
      let events = plugin.ports(.atom, isInput: isInput).compactMap { sequences[$0.index] }
      let list = UnsafeMutableBufferPointer<AtomSequence>.allocate(capacity: events.count)
      _ = list.initialize(from: events)
      return UnsafeBufferPointer(list)
    }
    inputs = list(isInput: true)
    outputs = list(isInput: false)
  }

  deinit {
    for sequence in sequences { sequence?.deallocate() }
    inputs.deallocate()
    outputs.deallocate()
  }

  /// What a port of an instance's own is connected to; nil for others.
  func place(_ port: Port) -> UnsafeMutableRawPointer? {
    port.kind == .control
      ? UnsafeMutableRawPointer(controls.port(port.index)) : sequences[port.index]?.buffer
  }
}
