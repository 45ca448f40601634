// Thread: worker

import DivisiAlignment
import DivisiControls
import DivisiEngine
import DivisiScore
internal import Glibc
import Synchronization

/// The worker's half of an instance: makes streams, reads scores and models, and has streams learn.
///
///     host's thread    restore ──┐ one after    reads files,       score, model,
///     worker           work ─────┤ the other ─▶ builds streams ─▶  streams, replies
///       └ helper   requests ─────┘ (preparation)                   (content)
///     worker           work ─────── streams learn, under no lock ──────┘
///
/// What takes long is done under `preparation` alone, and what it leads to is put into `content` in a
/// moment. The worker leaves the former to a helper while there are requests, so that streams learn
/// on in time, however long a score is. Neither lock is touched by `run` unless it freewheels.
///
/// - Thread: any but the audio thread, or the audio thread while the host freewheels.
final class WorkerSide: Sendable {
  /// What can be saved, played and said.
  struct Content: Sendable {
    /// The score of the host's choice, and that of a slot, which goes before it.
    var score = LoadedScore()
    var slotScore: LoadedScore?
    /// What the numbers of drums in files mean; nil for General MIDI, unless they fit another map alone.
    var drumTable: DrumTable?
    var model = LoadedModel()
    /// How the recording is followed, and how the score was aligned with what was heard; for ``score`` alone.
    var following = Following.off
    var alignment: HeardAlignment?
    /// The same with the last seconds, live, and since when the score has been lost, in seconds of the recording.
    var live: HeardAlignment?
    var lostSince: Double?
    /// What was last said of it.
    var lastFollowing = ""
    var lastMessage = ""
    /// All streams that the audio thread may still use, the newest last.
    var streams: [(number: Int, stream: Stream)] = []
    /// Events that found no room in streams that are gone.
    var retiredEventCount = 0
    /// Whether the newest stream is not for the newest settings.
    var isOutdated = false
    /// Whether a state has been restored that no stream plays yet.
    var awaitsStream = false
    /// Whether it has to be said, once, if there is no score.
    var saysScoreless = true
    /// What the plugin's own window is told of the score.
    var tale = ScoreTale()
    /// Replies that found no room yet, oldest first.
    var backlog: [(subject: TextRing.Subject, text: String)] = []
  }

  /// Controls that are told when they change.
  struct Controls {
    var slot = 0
    var follow = 0
    var drumMap = 0
  }

  /// What making streams needs.
  struct Preparation: Sendable {
    /// The path of the kit that came with the plugin, until it has been read.
    var ownKit: String?
    var defaultKit: DrumKit?
    var key: StreamKey?
    var streamCount = 0
    /// The model of which it was last said whether a stream takes it.
    var notedModel: ModelKind?
    /// What was being read when the plugin was deactivated; it comes before all other requests.
    var interrupted: Request?
  }

  /// How often the worker looks whether a stream is due while a helper prepares, in microseconds: a
  /// sixtieth of the shortest time between updates.
  private static let pollMicroseconds: UInt32 = 2000

  let kind: PluginKind
  let layout: StreamLayout
  let log: HostLog
  let channels: Channels
  let content = Mutex(Content())
  let preparation: Mutex<Preparation>
  /// What is heard, and what has to do with it.
  let listening: Listening
  /// The folder of the plugin, without a slash at its end.
  let bundle: String
  let sampleRate: Double
  /// How often the plugin has been deactivated; reads that were requested before end.
  private let deactivationCount = Atomic<Int>(0)
  /// How many overflows the log has spoken of.
  private let loggedOverflows = Atomic<Int>(0)

  /// - Parameter bundle: the folder that the plugin was loaded from; the kit in it is where drums start
  ///   unless a model is chosen.
  init(
    kind: PluginKind, sampleRate: Double, bundle: String, channels: Channels, log: HostLog
  ) {
    self.kind = kind
    self.bundle = bundle
    layout = kind.layout
    self.sampleRate = sampleRate
    self.channels = channels
    self.log = log
    listening = Listening(sampleRate: sampleRate)
    preparation = Mutex(
      Preparation(ownKit: kind.layout.isPercussive ? "\(bundle)/generic-kit.safetensors" : nil))
  }

  /// Makes the stream that an activated instance starts with; while nothing runs.
  func start(_ key: StreamKey, _ controls: Controls) {
    preparation.withLock { preparation in
      readOwnKit(&preparation)
      freeRetired()
      serveRequests(&preparation)
      _ = choose(drumMap: controls.drumMap)
      _ = choose(scoreSlot: controls.slot)
      follow(controls.follow, &preparation)
      serve(key, &preparation)
    }
    content.withLock { $0.saysScoreless = true }
  }

  /// Ends reads in hand, so that nobody waits for them; they begin anew when the plugin is activated, saved or
  /// restored.
  ///
  /// - Thread: setup.
  func interrupt() { deactivationCount.add(1, ordering: .acquiringAndReleasing) }

  /// Frees the streams that the audio thread has retired.
  func freeRetired() {
    content.withLock { content in
      while let number = channels.retired.read() {
        for (_, stream) in content.streams.filter({ $0.number == number }) {
          content.retiredEventCount += stream.recoveredEventCount
        }
        content.streams.removeAll { $0.number == number }
      }
    }
  }

  /// Does all that the audio thread has requested.
  ///
  /// - Thread: worker.
  func work() {
    freeRetired()
    takeSound()
    if isAlignmentDue { alignAside() }
    if needsPreparation {
      let isDone = Signal()
      let helper = OwnThread {
        self.prepare()
        isDone.isSet.store(true, ordering: .releasing)
      }
      if helper == nil { prepare() }
      while helper != nil, !isDone.isSet.load(ordering: .acquiring) {
        learn()
        takeSound()
        usleep(Self.pollMicroseconds)
      }
    }
    learn()
    noteScoreless()
    sendBacklog()
    tellOn()
    logOverflows()
  }

  /// Does it at once, one thing after the other.
  ///
  /// Not inlined: locks look up the thread's own memory, and the compiler would do so for every call of `run`, where the
  /// first time allocates it.
  ///
  /// - Thread: audio, of a host that freewheels.
  @inline(never)
  func workInRun() {
    freeRetired()
    takeSound()
    align()
    if needsPreparation { prepare() }
    learn()
    noteScoreless()
    sendBacklog()
    tellOn()
  }

  private final class Signal: Sendable {
    let isSet = Atomic<Bool>(false)
  }

  private var needsPreparation: Bool {
    !channels.requests.isEmpty || content.withLock { $0.isOutdated }
  }

  private func prepare() {
    preparation.withLock { preparation in
      let count = deactivationCount.load(ordering: .acquiring)
      serveRequests(&preparation) { self.deactivationCount.load(ordering: .acquiring) != count }
      if content.withLock({ $0.isOutdated }) { rebuild(&preparation) }
    }
  }

  private func learn() {
    // The oldest is the one in the outputs.
    let isWatched = channels.flags.pointee.isWatched.load(ordering: .relaxed)
    for (_, stream) in content.withLock({ $0.streams }) {
      // Else it may be freed meanwhile, with all that its worker looks at.
      withExtendedLifetime(stream) {
        stream.worker.keepHeard(isWatched)
        stream.worker.update()
      }
    }
  }

  // MARK: Streams

  func serve(_ settings: StreamKey, _ preparation: inout Preparation) {
    build(settings, &preparation)
    // What the state says besides holds all the same.
    if content.withLock({ $0.awaitsStream }) { rebuild(&preparation) }
  }

  /// Makes a stream that starts from score and model as they are now.
  func rebuild(_ preparation: inout Preparation) {
    if let key = preparation.key { build(key, &preparation) }
  }

  /// Makes a stream and offers it to the audio thread; what cannot be made leaves the last in place.
  private func build(_ key: StreamKey, _ preparation: inout Preparation) {
    // Several may be built in one call, and the audio thread retires them meanwhile.
    freeRetired()
    do throws(SettingsError) {
      var settings = try key.settings()
      if content.withLock({ $0.following == .live }) { settings.adaptToFollower() }
      if settings.separation.model != preparation.notedModel {
        preparation.notedModel = settings.separation.model
        if let text = settings.separation.model.streamWarning { reportNote(text) }
      }
      let (model, notes) = content.withLock { ($0.model, $0.playing) }
      let stream = Stream(
        settings: settings, layout: layout, kit: model.kit ?? preparation.defaultKit,
        banks: NoteBanks(usual: model.bank), sampleRate: sampleRate,
        channelCount: key.channelCount)
      publishExtent(of: notes)
      tellScore(isAsked: false)
      publish(notes, to: stream)
      let handle = StreamHandle(
        stream, number: preparation.streamCount, channelCount: key.channelCount,
        sampleRate: sampleRate)
      preparation.streamCount += 1
      preparation.key = key
      content.withLock { content in
        // If the audio thread does not come for them, there are enough, and this is made again later.
        content.isOutdated = !channels.streams.write(handle)
        content.awaitsStream = false
        if !content.isOutdated { content.streams.append((handle.number, stream)) }
      }
    } catch {
      reportError("settings left as they were: \(error.message(in: .plugin))")
    }
  }

  /// Takes the kit that came with the plugin for the default; without it, drums start from noise.
  private func readOwnKit(_ preparation: inout Preparation) {
    guard let path = preparation.ownKit else { return }
    preparation.ownKit = nil
    do throws(FileError) {
      preparation.defaultKit = try readModel(path: path).kit
    } catch {
      reportError(error.description)
    }
  }

  // MARK: Overflows

  /// Says in the log when events have found a full queue; twice as many each time.
  private func logOverflows() {
    let (streams, retiredCount) = content.withLock { ($0.streams, $0.retiredEventCount) }
    let ownCount = channels.flags.pointee.overflows.load(ordering: .relaxed)
    let count = streams.reduce(ownCount + retiredCount) { count, entry in
      withExtendedLifetime(entry.stream) {
        count + entry.stream.recoveredEventCount
      }
    }
    guard count > 0, count >= 2 * loggedOverflows.load(ordering: .relaxed) else { return }
    loggedOverflows.store(count, ordering: .relaxed)
    log.note("\(count) events found no room in a queue since the start; what they said holds later")
  }
}
