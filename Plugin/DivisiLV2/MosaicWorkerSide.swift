// Thread: worker

internal import InputFiles
import Mosaics
import Synchronization

/// The worker's half of a mosaic: reads recordings, and makes sources of them.
///
/// - Thread: any but the audio thread, or the audio thread while the host freewheels.
final class MosaicWorkerSide: Sendable {
  /// What can be saved and said.
  private struct Content: Sendable {
    /// The source of the host's choice; empty where there is none. It may not be there.
    var path = ""
    /// The path of a source that is being read, or whose reading was abandoned.
    var pending: String?
    var lastMessage = ""
    /// Replies that found no room yet, oldest first.
    var backlog: [(subject: TextRing.Subject, text: String)] = []
  }

  /// What reading needs; whoever reads holds it.
  private struct Reading: Sendable {
    var transposition = 0
  }

  /// What is read of a source, in seconds: the work of a frame grows with it.
  static let longestSeconds = 120.0
  /// Replies that wait for room; the log has all messages.
  private static let longestBacklog = 32

  private let sampleRate: Double
  private let channels: MosaicChannels
  private let log: HostLog
  private let content = Mutex(Content())
  private let reading = Mutex(Reading())
  /// How often the plugin has been deactivated; reads that were requested before end.
  private let deactivationCount = Atomic<Int>(0)

  init(sampleRate: Double, channels: MosaicChannels, log: HostLog) {
    self.sampleRate = sampleRate
    self.channels = channels
    self.log = log
  }

  /// The path to be saved; nil where there is none. Nobody waits for what is being read.
  var sourcePath: String? {
    let chosen = content.withLock { $0.pending ?? $0.path }
    return chosen.isEmpty ? nil : chosen
  }

  /// Gets ready for an activated instance; while nothing runs.
  func start(transposition: Int) {
    reading.withLock { reading in
      if let path = content.withLock({ $0.pending }) { load(path: path, &reading) { false } }
      serveRequests(&reading) { false }
      transpose(by: transposition, &reading) { false }
    }
    if content.withLock({ $0.path.isEmpty }) { reportNote("no source: choose a recording") }
  }

  /// Ends reads in hand, so that nobody waits for them.
  func interrupt() { deactivationCount.add(1, ordering: .acquiringAndReleasing) }

  /// Frees the sources that the audio thread has retired.
  func freeRetired() { reading.withLock { _ in channels.flags.pointee.sources.collect() } }

  /// Does all that the audio thread has requested.
  func work() {
    reading.withLock { reading in
      channels.flags.pointee.sources.collect()
      let count = deactivationCount.load(ordering: .acquiring)
      serveRequests(&reading) { self.deactivationCount.load(ordering: .acquiring) != count }
    }
    sendBacklog()
  }

  /// The same on the audio thread; see ``WorkerSide/workInRun()``.
  @inline(never)
  func workInRun() { work() }

  /// Adopts the source of a state; a path that leads nowhere is kept, so that it is not lost when the state is saved again.
  func restore(path: String) {
    reading.withLock { reading in
      if !load(path: path, &reading, { false }) {
        publish(nil)
        content.withLock { $0.path = path }
        reply(.source, path)
      }
    }
  }

  // MARK: Requests

  private func serveRequests(
    _ reading: inout Reading, _ isAbandoned: @escaping () -> Bool
  ) {
    // Of what is abandoned, too, the last choice is kept.
    while let first = channels.requests.first {
      let (subject, number) = (first.subject, first.number)
      let text = String(
        decoding: UnsafeBufferPointer(start: first.bytes, count: first.count), as: UTF8.self)
      channels.requests.removeFirst()
      // Of several transpositions, the last counts.
      if subject == .transpose, channels.requests.first?.subject == .transpose { continue }
      switch subject {
      case .source:
        load(path: text, &reading, isAbandoned)
        reply(.source, content.withLock { $0.path })
      case .transpose: transpose(by: number, &reading, isAbandoned)
      case .get:
        let (path, message) = content.withLock { ($0.path, $0.lastMessage) }
        reply(.source, path)
        reply(.message, message)
      default: break
      }
    }
  }

  private func transpose(
    by semitones: Int, _ reading: inout Reading, _ isAbandoned: @escaping () -> Bool
  ) {
    guard semitones != reading.transposition else { return }
    reading.transposition = semitones
    let path = content.withLock { $0.pending ?? $0.path }
    if !path.isEmpty { load(path: path, &reading, isAbandoned) }
  }

  /// Reads a source and offers it to the audio thread; one that cannot be read leaves the last one in place. An empty path
  /// takes the source away.
  ///
  /// - Returns: whether it was read.
  @discardableResult
  private func load(
    path: String, _ reading: inout Reading, _ isAbandoned: @escaping () -> Bool
  ) -> Bool {
    guard !path.isEmpty else {
      publish(nil)
      content.withLock { ($0.path, $0.pending) = ("", nil) }
      return true
    }
    content.withLock { $0.pending = path }
    channels.flags.pointee.isReading.store(true, ordering: .relaxed)
    defer { channels.flags.pointee.isReading.store(false, ordering: .relaxed) }
    do throws(FileError) {
      let recording = try MosaicRecording(
        path: path, sampleRate: Int(sampleRate), transposition: reading.transposition,
        longestSeconds: Self.longestSeconds, isAbandoned)
      guard !isAbandoned(),
        let source = LiveMosaicSource(
          recording.channels, sampleRate: sampleRate, isAbandoned: isAbandoned)
      else {
        return false
      }
      publish(source)
      content.withLock { ($0.path, $0.pending) = (path, nil) }
      for remark in recording.remarks { reportNote(remark) }
      return true
    } catch {
      content.withLock { $0.pending = nil }
      reportError(error.description)
      return false
    }
  }

  private func publish(_ source: LiveMosaicSource?) {
    guard let source = source ?? LiveMosaicSource([[]], sampleRate: sampleRate) else { return }
    channels.flags.pointee.sources.publish(source)
  }

  // MARK: Messages

  /// Says what did not work: in the log and at the event port.
  func reportError(_ text: String) {
    log.error(text)
    show(text)
  }

  private func reportNote(_ text: String) {
    log.note(text)
    show(text)
  }

  private func show(_ text: String) {
    let line = text.onOneLine
    content.withLock { $0.lastMessage = line }
    reply(.message, line)
  }

  /// Puts a text on the way to the event port; one that finds no room goes later.
  private func reply(_ subject: TextRing.Subject, _ text: String) {
    content.withLock { content in
      content.backlog.append((subject, text))
      if content.backlog.count > Self.longestBacklog { content.backlog.removeFirst() }
    }
    sendBacklog()
  }

  private func sendBacklog() {
    content.withLock { content in
      while let first = content.backlog.first, channels.replies.write(first.subject, first.text) {
        content.backlog.removeFirst()
      }
      channels.flags.pointee.hasBacklog.store(!content.backlog.isEmpty, ordering: .releasing)
    }
  }
}
