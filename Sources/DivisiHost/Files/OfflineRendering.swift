// Thread: setup; the only one

import JackHosting
import AudioFiles
import LV2Hosting
import Terminal

/// One file on its way through a plugin, block by block, so that its length does not matter.
struct OfflineRendering {
  /// An output file, and the memory of its ports.
  private struct Output {
    let writer: AudioFileWriter
    let buffers: [UnsafeMutablePointer<Float>]
  }

  /// What is asked of a rendering besides the plugin and its controls.
  struct Request {
    let format: AudioFormat
    /// Samples that the plugin is given at once; what comes out of most does not depend on it.
    var blockLength = 4096
    /// The folder of a state to begin with, and one to keep the state of the end in.
    var state: String?, savedState: String?
  }

  private let reader: AudioFileReader
  /// One plugin, or one for each channel.
  private let hosted: [HostedPlugin]
  private let name: String
  private let request: Request
  private var outputs: [Output] = []
  /// The channels of the file, and what comes out of each plugin.
  private let inputs: Blocks
  private let results: Blocks
  private var interleaved: [Float]
  private var bar: ProgressBar

  init(
    file: String, plugin: Plugin, options: PluginOptions, staged: StagedFiles, request: Request
  ) throws {
    self.request = request
    reader = try AudioFileReader(path: file)
    name = stem(file)
    bar = ProgressBar(title: name)
    let plan = try ChannelPlan(channelCount: reader.channelCount, of: file, for: plugin)
    let rate = Double(reader.sampleRate)
    hosted = try plan.plugins.map { _ in
      try HostedPlugin(
        plugin, sampleRate: rate, worker: .synchronous, blockLength: request.blockLength,
        longestBlock: Self.limit(request.blockLength))
    }
    inputs = Blocks(count: reader.channelCount, length: request.blockLength)
    interleaved = [Float](repeating: 0, count: request.blockLength * reader.channelCount)
    results = Blocks(
      count: plugin.ports(.audio, isInput: false).count * hosted.count, length: request.blockLength)
    for (hosted, sources) in zip(hosted, plan.plugins) {
      for (index, source) in sources {
        switch source {
        case .channel(let channel): hosted.instance.connect(index, to: inputs[channel])
        case .nothing: hosted.instance.connect(index, to: nil)
        case .silence: break
        }
      }
    }
    try openOutputs(OutputPlan(of: plugin), without: plan.missingSides(of: plugin), in: staged)
    for hosted in hosted {
      if let state = request.state { try hosted.load(from: state) }
      try options.apply(to: hosted)
      if let freewheel = hosted.freewheel { hosted.instance.setControl(freewheel, to: 1) }
      try hosted.start(score: options.score)
    }
  }

  /// The most that a plugin is told to expect: some refuse what is no power of two, or below 64, and
  /// begin anew when blocks are shorter than they were told.
  private static func limit(_ length: Int) -> Int {
    var limit = 64
    while limit < length { limit *= 2 }
    return limit
  }

  /// Opens all files; sides that the input does not have are left out.
  private mutating func openOutputs(
    _ plan: OutputPlan, without missing: Set<String>, in staged: StagedFiles
  ) throws {
    var place = 0
    for file in plan.files {
      var buffers: [UnsafeMutablePointer<Float>] = []
      for port in file.ports {
        for hosted in hosted {
          hosted.instance.connect(port.index, to: results[place])
          if !(port.designation.map(missing.contains) ?? false) { buffers.append(results[place]) }
          place += 1
        }
      }
      guard !buffers.isEmpty else { continue }
      let writer = try staged.open(
        name: "\(name)/\(file.name).\(request.format.fileExtension)",
        AudioShape(sampleRate: reader.sampleRate, channelCount: buffers.count),
        as: request.format, expectedCount: reader.statedCount)
      outputs.append(Output(writer: writer, buffers: buffers))
    }
  }

  /// Renders all of it.
  ///
  /// - Returns: what there is to say about it.
  mutating func run() throws -> String {
    defer { bar.clear() }
    /// Samples that still have to be dropped, and those that still have to be written, when known.
    var late = hosted[0].latency
    var due: Int?
    var written = 0
    while due != 0 {
      // All blocks are of one length, which some plugins need: the end is filled up with silence.
      if due != nil {
        inputs.clear()
      } else if try fill() < request.blockLength {
        due = reader.position - written
      }
      if due == 0 { break }
      for hosted in hosted { hosted.instance.run(request.blockLength) }
      let first = min(late, request.blockLength)
      late -= first
      let end = min(request.blockLength, first + (due ?? .max - first))
      try write(first..<end)
      written += end - first
      due = due.map { $0 - (end - first) }
      bar.show(Double(written) / Double(max(1, reader.statedCount)))
    }
    if let warning = reader.warning { printError(warning) }
    for hosted in hosted { hosted.log.show() }
    let clipped = try outputs.reduce(0) { try $0 + $1.writer.finish() }
    if let folder = request.savedState {
      // Who goes on from there need not be offline.
      if let freewheel = hosted[0].freewheel { hosted[0].instance.setControl(freewheel, to: 0) }
      try hosted[0].save(to: folder)
    }
    let seconds = reader.position / reader.sampleRate
    return "\(name): \(outputs.count) \(outputs.count == 1 ? "file" : "files") of \(seconds) s"
      + (clipped > 0 ? ", \(clipped) samples clipped" : "")
  }

  /// Reads a block of the file, with silence after its end.
  ///
  /// - Returns: samples that came from the file; fewer than a block at its end.
  private mutating func fill() throws -> Int {
    inputs.clear()
    let count = try reader.read(into: &interleaved)
    for channel in 0..<reader.channelCount {
      let input = inputs[channel]
      let stride = reader.channelCount
      interleaved.withUnsafeBufferPointer { samples in
        for index in 0..<count { input[index] = samples[index * stride + channel] }
      }
    }
    // Only a read that finds nothing looks at how the file ends.
    if count > 0, count < request.blockLength, try reader.read(into: &interleaved) > 0 {
      throw Failure("\(name): expected whole blocks up to the end of the file")
    }
    return count
  }

  private func write(_ range: Range<Int>) throws {
    guard !range.isEmpty else { return }
    for output in outputs {
      try output.writer.append(
        output.buffers.map {
          Array(UnsafeBufferPointer(start: $0 + range.lowerBound, count: range.count))[...]
        })
    }
  }
}

/// Some buffers of equal length.
private final class Blocks {
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int
  private let length: Int

  init(count: Int, length: Int) {
    self.count = count
    self.length = length
    memory = .allocate(capacity: count * length)
    memory.initialize(repeating: 0, count: count * length)
  }

  deinit { memory.deallocate() }

  subscript(index: Int) -> UnsafeMutablePointer<Float> { memory + index * length }

  /// Fills all with silence.
  func clear() { memory.update(repeating: 0, count: count * length) }
}
