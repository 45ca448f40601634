import AudioFiles
import Glibc
import LV2Hosting

/// What the plugin costs a host: processor time of `run` in blocks of 64 samples at 48 kHz, of its
/// worker, of its start, and memory.
struct PluginLoad {
  let name: String
  let plugin: String
  let recording: String
  let controls: [String: Float]
  /// How much of the recording, over and over, is a source of the plugin's; nil where it takes the score.
  var sourceSeconds: Double?

  static let all = [
    PluginLoad(
      name: "hands live", plugin: "urn:divisi:hands", recording: "polonaise",
      controls: ["lookahead": 0]),
    PluginLoad(
      name: "hands 2048 live", plugin: "urn:divisi:hands", recording: "polonaise",
      controls: ["lookahead": 0, "resolution": 2048]),
    PluginLoad(
      name: "drums live", plugin: "urn:divisi:drums", recording: "break",
      controls: ["lookahead": 0]),
    PluginLoad(
      name: "hands 1 s", plugin: "urn:divisi:hands", recording: "polonaise", controls: [:]),
    PluginLoad(
      name: "drums 1 s", plugin: "urn:divisi:drums", recording: "break", controls: [:]),
    PluginLoad(
      name: "mosaic of a minute", plugin: "urn:divisi:mosaic", recording: "polonaise",
      controls: [:], sourceSeconds: 60),
  ]

  private static let sampleRate = 48_000.0
  private static let blockLength = 64

  /// Measures, with the plugin of a bundle's folder.
  func line(bundles: String, recordings: String) throws -> String {
    let world = try World(path: "\(bundles):/usr/lib/lv2")
    let folder = "\(recordings)/\(recording)"
    let audio = try AudioFile.read(path: "\(folder)/mix.flac")
    let source = try sourceSeconds.map { try Self.write(audio, seconds: $0) }
    defer { if let source { unlink(source) } }
    let residentBefore = residentMegabytes()
    let start = processorSeconds(CLOCK_THREAD_CPUTIME_ID)
    let instance = try Instance(world.plugin(plugin), sampleRate: Self.sampleRate)
    let startSeconds = processorSeconds(CLOCK_THREAD_CPUTIME_ID) - start
    for (symbol, value) in controls { instance[symbol] = value }
    let inputs = instance.plugin.ports(.audio, isInput: true)
    let outputs = instance.plugin.ports(.audio, isInput: false)
    let buffers = (inputs + outputs).map { port in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: Self.blockLength)
      buffer.initialize(repeating: 0, count: Self.blockLength)
      instance.connect(port.index, to: buffer)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    instance.activate()
    if let port = instance.plugin.port("control"), let events = instance.events(port.index) {
      let file = source ?? "\(folder)/score.mid"
      let property = source == nil ? "urn:divisi:a_score" : "urn:divisi:source_file"
      _ = events.append(at: 0, .set(property, path: file, world.urids))
    }
    var times: [Double] = []
    let before = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
    var inRun = 0.0
    for first in stride(from: 0, to: audio.sampleCount - Self.blockLength, by: Self.blockLength) {
      for (channel, buffer) in buffers.prefix(inputs.count).enumerated() {
        let source = audio.channels[min(channel, audio.channels.count - 1)]
        for index in 0..<Self.blockLength { buffer[index] = source[first + index] }
      }
      let begun = processorSeconds(CLOCK_THREAD_CPUTIME_ID)
      instance.run(Self.blockLength)
      times.append(processorSeconds(CLOCK_THREAD_CPUTIME_ID) - begun)
      inRun += times.last!
      instance.joinWorker()
    }
    let all = processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - before
    let seconds = Double(times.count * Self.blockLength) / Self.sampleRate
    let worker = (all - inRun) / seconds
    let memory = residentMegabytes() - residentBefore
    times.sort()
    let block = Double(Self.blockLength) / Self.sampleRate
    func cell(_ seconds: Double) -> String {
      "\(Report.number(seconds * 1e6)) (\(Report.number(100 * seconds / block)))"
    }
    return
      "\(name): median \(cell(times[times.count / 2])), 99.9 % \(cell(times[times.count * 999 / 1000])), "
      + "worst \(cell(times.last!)), mean \(Report.number(100 * inRun / seconds)) %; worker \(Report.number(100 * worker)) %; "
      + "start \(Report.number(startSeconds * 1000)) ms; \(Report.number(memory)) MB"
  }

  /// Writes a file in which a recording is played until it is as long as wanted, at the rate of the host.
  private static func write(_ recording: AudioBuffer, seconds: Double) throws -> String {
    let count = Int(seconds * sampleRate)
    let channels = recording.channels.map { samples in
      (0..<count).map { samples[$0 % samples.count] }
    }
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/divisi-bench-\(getpid()).wav"
    _ = try AudioFile.write(
      AudioBuffer(sampleRate: Int(sampleRate), channels: channels), to: path, as: .wavFloat)
    return path
  }

  private func processorSeconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private func residentMegabytes() -> Double {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var (total, resident) = (0, 0)
    withUnsafeMutablePointer(to: &total) { total in
      withUnsafeMutablePointer(to: &resident) { resident in
        _ = withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
      }
    }
    return Double(resident * sysconf(Int32(_SC_PAGESIZE))) / 1e6
  }
}
