// Thread: worker

import DivisiEngine
import DivisiPorts
import DivisiScore
import Synchronization

/// The worker's half of an instance: makes streams, reads scores and models, and has streams learn.
///
/// - Thread: any but the audio thread, or the audio thread where the host has work done in `run`;
///   calls from several threads wait for each other.
final class WorkerSide: @unchecked Sendable {
  let kind: PluginKind
  let layout: StreamLayout
  let log: HostLog
  /// Guards everything below.
  let lock = Mutex(())
  /// The score of the host's choice, and that of a slot, which goes before it.
  var score = LoadedScore()
  var slotScore: LoadedScore?
  var model = LoadedModel()
  private var defaultKit: DrumKit?
  var lastMessage = ""

  /// The path of the kit that came with the plugin, until it has been read.
  private var ownKit: String?
  private let sampleRate: Double
  private let channels: Channels
  /// All streams that the audio thread may still use, the newest last.
  private var streams: [(number: Int, stream: Stream)] = []
  private var streamCount = 0
  /// Whether the newest stream is not for the newest settings.
  private var isOutdated = false
  private var key: StreamKey?
  /// The model of which it was last said whether a stream takes it.
  private var notedModel: ModelKind?

  /// - Parameter bundle: the folder that the plugin was loaded from; the kit in it is where drums start
  ///   unless a model is chosen.
  init(
    kind: PluginKind, sampleRate: Double, bundle: String, channels: Channels, log: HostLog
  ) {
    self.kind = kind
    ownKit = kind.layout.isPercussive ? "\(bundle)/generic-kit.safetensors" : nil
    layout = kind.layout
    self.sampleRate = sampleRate
    self.channels = channels
    self.log = log
  }

  /// Makes the stream that an activated instance starts with; while nothing runs.
  func start(_ key: StreamKey, scoreSlot: Int) {
    lock.withLock { _ in
      readOwnKit()
      freeReturned()
      serveRequests()
      choose(scoreSlot: scoreSlot)
      build(key)
    }
  }

  /// Frees what the audio thread has retired.
  func collect() {
    lock.withLock { _ in freeReturned() }
  }

  /// Does all that the audio thread has requested.
  func serve() {
    let streams = lock.withLock { _ in
      freeReturned()
      serveRequests()
      if isOutdated { rebuild() }
      return self.streams
    }
    // The oldest is the one in the outputs.
    for (_, stream) in streams { stream.worker.update() }
  }

  private func freeReturned() {
    while let number = channels.returned.read() { streams.removeAll { $0.number == number } }
  }

  /// Takes the kit that came with the plugin for the default; without it, drums start from noise.
  private func readOwnKit() {
    guard let path = ownKit else { return }
    ownKit = nil
    do throws(FileError) {
      defaultKit = try readModel(path: path).kit
    } catch {
      reportError(error.description)
    }
  }

  // MARK: Streams

  /// Makes a stream and offers it to the audio thread; what cannot be made leaves the last in place.
  private func build(_ key: StreamKey) {
    // Several may be built in one call, and the audio thread retires them meanwhile.
    freeReturned()
    do throws(SettingsError) {
      let settings = try key.settings()
      if settings.separation.model != notedModel {
        notedModel = settings.separation.model
        if let text = settings.separation.model.streamRemark { reportNote(text) }
      }
      let stream = Stream(
        settings: settings, layout: layout, kit: model.kit ?? defaultKit,
        bank: model.bank, sampleRate: sampleRate,
        channelCount: key.channelCount)
      publishScore(stream)
      let handle = StreamHandle(
        stream, number: streamCount, channelCount: key.channelCount, sampleRate: sampleRate)
      streamCount += 1
      self.key = key
      // If the audio thread does not come for them, there are enough, and this is made again later.
      isOutdated = !channels.streams.write(handle)
      if !isOutdated { streams.append((handle.number, stream)) }
    } catch {
      reportError("settings left as they were: \(error)")
    }
  }

  /// Makes a stream that starts from the model as it is now.
  func rebuild() {
    if let key { build(key) }
  }

  /// Gives the score to all streams.
  func publishScore() {
    for (_, stream) in streams { publishScore(stream) }
  }

  private func publishScore(_ stream: Stream) {
    let notes = slotScore ?? score
    stream.worker.setScore(
      parts: notes.parts.isEmpty
        ? layout.partNames.map { Part(name: $0, notes: []) } : notes.parts,
      hasPedal: notes.hasPedal)
  }

  // MARK: Messages

  /// Says what did not work: in the log and at the event port.
  func reportError(_ text: String) {
    log.error(text)
    reply(.message, text)
    lastMessage = text
  }

  /// Says what has happened: in the log and at the event port.
  func reportNote(_ text: String) {
    log.note(text)
    reply(.message, text)
    lastMessage = text
  }

  /// Puts a text on the way to the event port; one that finds no room is lost.
  func reply(_ subject: TextRing.Subject, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else {
        _ = channels.replies.write(subject)
        return
      }
      _ = channels.replies.write(
        subject, start, count: min(bytes.count, TextRing.maximumCount))
    }
  }

  private func serveRequests() {
    while let request = channels.requests.first {
      let text = String(
        decoding: UnsafeBufferPointer(start: request.bytes, count: request.count), as: UTF8.self)
      let (subject, number) = (request.subject, request.number)
      let settings = subject == .settings ? StreamKey(request.bytes, channelCount: number) : nil
      channels.requests.removeFirst()
      switch subject {
      case .score: loadScore(path: text)
      case .modelFile: loadModel(path: text)
      case .slot:
        choose(scoreSlot: number)
        publishScore()
      case .settings:
        if let settings { build(settings) }
        _ = channels.flags.pointee.servedSettings.add(1, ordering: .acquiringAndReleasing)
      case .get: replyWithAll()
      case .message: break
      }
    }
  }

  /// The values of all that can be read, for a host that asks.
  func replyWithAll() {
    reply(.score, score.path)
    reply(.modelFile, model.path)
    reply(.message, lastMessage)
  }
}
