internal import CCPU
import DivisiDSP
import DivisiEngine

/// One hop of live mode on the audio thread: 88 keys, five parts, stereo, from the samples that come
/// in to those that go out; analysis, encoder, refinement, masks, and the inverse FFTs of all parts.
enum HopBenchmarks {
  static let all = [2048, 4096, 8192].map { window in
    Benchmark(name: "hop-\(window)") { measure(window: window, $0) }
  }

  private static func measure(window: Int, _ naiveRuns: Int) -> Measurement {
    let task = LiveTask()
    var settings = StreamSettings()
    settings.lookaheadSeconds = 0
    settings.separation.windowLength = window
    settings.separation.hopSize = window / 4
    let stream = Stream(
      settings: settings, layout: .named(task.parts.map(\.name), isPercussive: false), kit: nil,
      sampleRate: LiveTask.sampleRate, channelCount: LiveTask.channelCount)
    stream.worker.setScore(parts: task.parts, hasPedal: true)
    stream.process.pointee.locate(seconds: 0, isRolling: true)
    // As on every audio thread that runs the stream.
    let before = divisi_flush_denormals()
    defer { divisi_restore_denormals(before) }
    let buffers = LiveBuffers(task: task, hopSize: window / 4)
    var times: [Double] = []
    var allocations = 0
    while buffers.hasNext {
      let start = Stopwatch.threadSeconds()
      let count = Allocations.during { buffers.run(stream.process) }
      let time = Stopwatch.threadSeconds() - start
      if buffers.position > LiveTask.firstMeasured {
        precondition(buffers.isHeard, "a part is silent at sample \(buffers.position)")
        times.append(time)
        allocations = max(allocations, count)
      }
      if stream.process.pointee.isUpdateDue { stream.worker.update() }
    }
    let naive = NaiveHop(window: window)
    return Measurement(
      (Stopwatch.median(of: times) * 1000, allocations),
      naiveMilliseconds: Benchmark.naiveMilliseconds(naiveRuns) { naive.run() })
  }
}
