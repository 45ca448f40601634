import DivisiDSP
import DivisiScore

@testable import DivisiEngine

/// What a stream gave for a signal: parts and residual, each with the delay.
struct StreamOutput: Equatable {
  var parts: [[Float]]
  var residual: [Float]
}

/// A stream of one channel that tests run as they like.
final class StreamRun {
  let stream: Stream
  private(set) var output: StreamOutput

  var lateUpdateCount: Int { stream.process.pointee.lateUpdateCount }

  init(
    _ settings: StreamSettings, layout: StreamLayout, parts: [Part]? = nil, kit: DrumKit? = nil,
    sampleRate: Double = 8000
  ) {
    stream = Stream(
      settings: settings, layout: layout, kit: kit, sampleRate: sampleRate, channelCount: 1)
    output = StreamOutput(
      parts: Array(repeating: [], count: layout.partNames.count), residual: [])
    if let parts { stream.worker.setScore(parts: parts, hasPedal: true) }
  }

  /// Feeds samples in blocks.
  ///
  /// - Parameters:
  ///   - lengths: of the blocks, used over and over.
  ///   - whenDue: called where an update is due.
  func feed(
    _ signal: [Float], lengths: [Int] = [256], whenDue: (StreamWorker) -> Void = { $0.update() }
  ) {
    let input = SampleBuffers(count: 1, length: signal.count + 1)
    let result = SampleBuffers(count: output.parts.count + 1, length: signal.count + 1)
    for (index, sample) in signal.enumerated() { input[0][index] = sample }
    var done = 0
    var block = 0
    while done < signal.count {
      let end = min(signal.count, done + lengths[block % lengths.count])
      block += 1
      while done < end {
        done += stream.process.pointee.run(
          inputs: input.reading, parts: result.writing,
          residual: result.writing + output.parts.count, offset: done, count: end - done)
        if stream.process.pointee.isUpdateDue { whenDue(stream.worker) }
      }
    }
    for part in output.parts.indices { output.parts[part] += result[part].prefix(signal.count) }
    output.residual += result[output.parts.count].prefix(signal.count)
  }
}

extension StreamSettings {
  /// Small windows and a short look-ahead, so that tests are quick.
  static func quick(_ model: ModelKind = .nae, lookahead: Double) -> Self {
    var settings = StreamSettings()
    settings.separation = .quick(model, window: 4096, iterations: 8)
    settings.separation.encoderIterations = 8
    settings.separation.refinements = 3
    settings.lookaheadSeconds = lookahead
    settings.historySeconds = 4
    return settings
  }
}

/// The stems of a pitched recording that a stream separates in one piece.
func streamed(
  _ channels: [[Float]], _ settings: StreamSettings, parts: [Part], sampleRate: Double
) throws -> [[[Float]]] {
  let all = 0..<channels[0].count
  let stream = try StreamPieces(
    settings: settings, material: .pitched, banks: NoteBanks(), parts: parts, hasPedal: true,
    sampleCount: all.count, sampleRate: sampleRate, channelCount: channels.count)
  let piece = try stream.separate(
    Section(index: 0, core: all, extent: all, channels: channels))
  return piece.stems.map { $0.map { Array($0) } }
}
