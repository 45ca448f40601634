import Foundation
import LV2Hosting
import Testing

/// A way to put a signal through a plugin, as an offline host would.
struct Render {
  var plugin = "urn:divisi:hands"
  var sampleRate = 44_100.0
  /// Changes to the controls' defaults.
  var controls: [String: Float] = Render.fast
  var score: String? = Duet.score
  var features = HostFeatures()
  /// Whether the worker's work is waited for after each block.
  var joins = true
  /// Which output shares its memory with which input, by place among the audio ports.
  var aliases: [Int: Int] = [:]
  /// Outputs that are left unconnected, by place.
  var unconnected: Set<Int> = []

  /// The least work that still is a separation, with all of it done within `run`.
  static let fast: [String: Float] = [
    "resolution": 2048, "overlap": 4, "lookahead": 0.25, "history": 4, "iterations": 4,
    "encoder_iterations": 2, "refinements": 1, "freewheel": 1,
  ]
  static let live: [String: Float] = fast.merging(["lookahead": 0]) { $1 }

  /// An instance with score and controls, not yet active.
  func instance(in world: World? = nil) throws -> Instance {
    let world = try world ?? Bundle.world()
    let instance = try Instance(
      world.plugin(plugin), sampleRate: sampleRate, features: features)
    if let score {
      let folder = try TemporaryFolder()
      let path = try folder.write(score, to: "score.csv")
      try folder.write(presetText(for: plugin, score: path), to: "state.ttl")
      try State(path: folder.file("state.ttl"), in: world).restore(to: instance)
    }
    for (symbol, value) in controls where instance.plugin.port(symbol) != nil {
      instance[symbol] = value
    }
    return instance
  }

  /// Renders to the end of the signal, whatever latency leaves unheard.
  ///
  /// - Parameters:
  ///   - input: one or two channels.
  ///   - blocks: their lengths, over and over.
  /// - Returns: a channel for each output; NaN where nothing was written.
  func callAsFunction(
    _ input: [[Float]], blocks: [Int] = [1024], before: (Instance, Int) -> Void = { _, _ in }
  ) throws -> [[Float]] {
    let instance = try instance()
    instance.activate()
    let output = self(instance, input, blocks: blocks, before: before)
    instance.deactivate()
    return output
  }

  /// The same with an instance that is active already.
  func callAsFunction(
    _ instance: Instance, _ input: [[Float]], blocks: [Int] = [1024],
    before: (Instance, Int) -> Void = { _, _ in }
  ) -> [[Float]] {
    let inputs = instance.plugin.ports(.audio, isInput: true)
    let outputs = instance.plugin.ports(.audio, isInput: false)
    let count = input[0].count
    let sources = input.map { Buffer($0) }
    let sinks = outputs.indices.map { index in
      aliases[index].map { sources[$0] } ?? Buffer([Float](repeating: .nan, count: count))
    }
    var position = 0
    var turn = 0
    while position < count {
      let length = min(blocks[turn % blocks.count], count - position)
      turn += 1
      for (index, port) in inputs.enumerated() {
        instance.connect(
          port.index, to: index < sources.count ? sources[index].start + position : nil)
      }
      for (index, port) in outputs.enumerated() {
        instance.connect(
          port.index, to: unconnected.contains(index) ? nil : sinks[index].start + position)
      }
      before(instance, position)
      instance.run(length)
      if joins { instance.joinWorker() }
      position += length
    }
    return sinks.map(\.values)
  }

  /// Samples between input and output.
  func latency() throws -> Int {
    let instance = try instance()
    instance.activate()
    instance.run(0)
    return Int(instance["latency"])
  }
}

/// Samples that plugins may write to.
final class Buffer {
  let start: UnsafeMutablePointer<Float>
  private let count: Int

  init(_ values: [Float]) {
    count = values.count
    start = .allocate(capacity: max(1, count))
    start.initialize(from: values, count: count)
  }

  deinit { start.deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
