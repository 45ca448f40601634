// Thread: audio

internal import CLilv

/// All that the audio thread touches of an instance: pointers alone, so that nothing is counted.
///
/// It is valid as long as the ``Instance`` that it comes from. One thread at a time, real-time safe
/// as far as the plugin is.
public struct InstanceProcess {
  private let plugin: UnsafePointer<LV2_Descriptor>
  private let handle: LV2_Handle
  private let answers: UnsafePointer<WorkerAnswers>
  private let controls: ControlValues.Process
  private let inputs: UnsafeBufferPointer<AtomSequence>
  private let outputs: UnsafeBufferPointer<AtomSequence>

  init(
    _ plugin: UnsafePointer<LV2_Descriptor>, _ handle: LV2_Handle,
    answers: UnsafePointer<WorkerAnswers>, memory: InstanceMemory
  ) {
    self.plugin = plugin
    self.handle = handle
    self.answers = answers
    controls = memory.controls.process
    inputs = memory.inputs
    outputs = memory.outputs
  }

  /// Connects a port to memory that must stay as long as it is connected; nil takes it away.
  @_noLocks
  public func connect(_ index: Int, to memory: UnsafeMutableRawPointer?) {
    host_connect_port(plugin, handle, UInt32(truncatingIfNeeded: index), memory)
  }

  /// Gives the plugin the values that other threads have set; `run` does so too.
  @_noLocks
  public func takeControls() { controls.take() }

  /// Sets a control, by port index, after what `takeControls` has taken.
  @_noLocks
  public func setControl(_ index: Int, to value: Float) { controls.set(index, to: value) }

  /// Processes a block, delivers what the worker answered, and drops the events that were read.
  ///
  /// Events that the plugin sends stay until the next call.
  @_noLocks
  public func run(_ sampleCount: Int) {
    controls.take()
    var index = 0
    while index < outputs.count {
      outputs[index].prepareForOutput()
      index &+= 1
    }
    host_run(plugin, handle, UInt32(truncatingIfNeeded: sampleCount))
    answers.pointee.deliver()
    controls.publish()
    index = 0
    while index < inputs.count {
      inputs[index].clear()
      index &+= 1
    }
  }
}
