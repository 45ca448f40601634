// Thread: setup; the only one

import AudioFiles
import LV2Hosting

/// One file on its way through a plugin, block by block, so that its length does not matter.
struct OfflineRendering {
  /// An output file, and the memory of its ports.
  private struct Output {
    let writer: AudioFileWriter
    let buffers: [UnsafeMutablePointer<Float>]
  }

  private let reader: AudioFileReader
  private let hosted: HostedPlugin
  private let name: String
  private var outputs: [Output] = []
  private let inputs: Blocks
  private let results: Blocks
  private var bar: ProgressBar

  /// Samples that the plugin is given at once; what comes out does not depend on it.
  private static let blockLength = 4096

  init(
    file: String, plugin: Plugin, options: PluginOptions, staged: StagedFiles, format: AudioFormat
  ) throws {
    reader = try AudioFileReader(path: file)
    name = stem(file)
    bar = ProgressBar(title: name)
    hosted = try HostedPlugin(
      plugin, sampleRate: Double(reader.sampleRate), worker: .synchronous)
    let ports = plugin.ports(.audio, isInput: true)
    guard reader.channelCount <= ports.count,
      ports.dropFirst(reader.channelCount).allSatisfy(\.isOptional)
    else {
      throw Failure("\(file): expected \(ports.count) channels, found \(reader.channelCount)")
    }
    inputs = Blocks(count: reader.channelCount, length: Self.blockLength)
    results = Blocks(
      count: plugin.ports(.audio, isInput: false).count, length: Self.blockLength)
    for (place, port) in ports.enumerated() {
      hosted.instance.connect(
        port.index, to: place < reader.channelCount ? inputs[place] : nil)
    }
    try openOutputs(without: ports.dropFirst(reader.channelCount), in: staged, format)
    try options.apply(to: hosted)
    hosted.freewheel?.pointee = 1
    try hosted.start(score: options.score)
  }

  /// Opens a file for each group; sides that the input does not have are left out.
  private mutating func openOutputs(
    without missing: ArraySlice<Port>, in staged: StagedFiles, _ format: AudioFormat
  ) throws {
    let sides = Set(missing.compactMap(\.designation))
    var place = 0
    for group in hosted.plugin.audioGroups(isInput: false) {
      var buffers: [UnsafeMutablePointer<Float>] = []
      for port in group.ports {
        hosted.instance.connect(port.index, to: results[place])
        let isMissing = port.designation.map(sides.contains) ?? false
        if !isMissing { buffers.append(results[place]) }
        place += 1
      }
      guard !buffers.isEmpty else { continue }
      let writer = try staged.open(
        name: "\(name)/\(group.symbol).\(format.fileExtension)",
        AudioShape(sampleRate: reader.sampleRate, channelCount: buffers.count), as: format,
        expectedCount: reader.statedCount)
      outputs.append(Output(writer: writer, buffers: buffers))
    }
  }

  /// Renders all of it.
  ///
  /// - Returns: what there is to say about it.
  mutating func run() throws -> String {
    defer { bar.clear() }
    var interleaved = [Float](repeating: 0, count: Self.blockLength * reader.channelCount)
    /// Samples that still have to be dropped, and to be fed after the end.
    var late = hosted.latency
    let latency = late
    while true {
      let count = try reader.read(into: &interleaved)
      guard count > 0 else { break }
      for channel in 0..<reader.channelCount {
        for index in 0..<count {
          inputs[channel][index] = interleaved[index * reader.channelCount + channel]
        }
      }
      try runPlugin(count, dropping: &late)
      bar.show(Double(reader.position) / Double(max(1, reader.statedCount)))
    }
    inputs.clear()
    var rest = latency
    while rest > 0 {
      let count = min(rest, Self.blockLength)
      try runPlugin(count, dropping: &late)
      rest -= count
    }
    hosted.log.show()
    let clipped = try outputs.reduce(0) { try $0 + $1.writer.finish() }
    let seconds = reader.position / reader.sampleRate
    return "\(name): \(outputs.count) files of \(seconds) s"
      + (clipped > 0 ? ", \(clipped) samples clipped" : "")
  }

  private func runPlugin(_ count: Int, dropping late: inout Int) throws {
    hosted.instance.run(count)
    let first = min(late, count)
    late -= first
    guard first < count else { return }
    for output in outputs {
      try output.writer.append(
        output.buffers.map {
          Array(UnsafeBufferPointer(start: $0 + first, count: count - first))
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
