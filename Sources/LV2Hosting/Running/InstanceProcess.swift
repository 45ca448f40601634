// Thread: audio

internal import CLilv

/// All that the audio thread touches of an instance: pointers alone, so that nothing is counted.
///
/// It is valid as long as the ``Instance`` that it comes from. One thread at a time, real-time safe
/// as far as the plugin is.
public struct InstanceProcess: @unchecked Sendable {
  private let plugin: UnsafePointer<LV2_Descriptor>
  private let handle: LV2_Handle
  private let answers: UnsafePointer<WorkerAnswers>
  private let controls: UnsafeMutablePointer<Float>
  private let inputs: UnsafeMutablePointer<AtomSequence>
  private let outputs: UnsafeMutablePointer<AtomSequence>
  private let inputCount: Int, outputCount: Int

  init(
    _ plugin: UnsafePointer<LV2_Descriptor>, _ handle: LV2_Handle,
    answers: UnsafePointer<WorkerAnswers>, controls: UnsafeMutablePointer<Float>,
    inputs: [AtomSequence], outputs: [AtomSequence]
  ) {
    self.plugin = plugin
    self.handle = handle
    self.answers = answers
    self.controls = controls
    inputCount = inputs.count
    outputCount = outputs.count
    self.inputs = .allocate(capacity: inputs.count)
    self.inputs.initialize(from: inputs, count: inputs.count)
    self.outputs = .allocate(capacity: outputs.count)
    self.outputs.initialize(from: outputs, count: outputs.count)
  }

  func deallocate() {
    for index in 0..<inputCount { inputs[index].deallocate() }
    for index in 0..<outputCount { outputs[index].deallocate() }
    inputs.deallocate()
    outputs.deallocate()
  }

  /// Connects a port to memory that must stay as long as it is connected; nil takes it away.
  @_noLocks
  public func connect(_ index: Int, to memory: UnsafeMutableRawPointer?) {
    host_connect_port(plugin, handle, UInt32(truncatingIfNeeded: index), memory)
  }

  /// Where the value of a control is, by port index.
  @_noLocks
  public func control(_ index: Int) -> UnsafeMutablePointer<Float> { controls + index }

  /// Processes a block, delivers what the worker answered, and drops the events that were read.
  ///
  /// Events that the plugin sends stay until the next call.
  @_noLocks
  public func run(_ sampleCount: Int) {
    var index = 0
    while index < outputCount {
      outputs[index].prepareForOutput()
      index &+= 1
    }
    host_run(plugin, handle, UInt32(truncatingIfNeeded: sampleCount))
    answers.pointee.deliver()
    index = 0
    while index < inputCount {
      inputs[index].clear()
      index &+= 1
    }
  }
}
