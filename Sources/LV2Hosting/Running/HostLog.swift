internal import CLilv
internal import Synchronization

/// What plugins say.
///
/// - Thread: any.
public final class HostLog: Sendable {
  /// A message of a plugin.
  public struct Message: Sendable, Equatable {
    /// The URI of its kind, such as `log:Error` in full.
    public let kind: String
    /// One line or more, without the newline at the end.
    public let text: String
  }

  private let stored = Mutex<[Message]>([])
  private let handler: (@Sendable (Message) -> Void)?

  /// Keeps messages.
  ///
  /// - Parameter handler: where each message goes instead, from whatever thread the plugin is in.
  public init(handler: (@Sendable (Message) -> Void)? = nil) { self.handler = handler }

  /// What was kept, oldest first.
  public var messages: [Message] { stored.withLock { $0 } }

  fileprivate func add(_ message: Message) {
    if let handler { return handler(message) }
    stored.withLock { $0.append(message) }
  }
}

/// The log feature of one instance.
final class LogFeature {
  private let log: HostLog
  private let urids: URIDMap
  private let target = UnsafeMutablePointer<HostLogTarget>.allocate(capacity: 1)
  let data = UnsafeMutablePointer<LV2_Log_Log>.allocate(capacity: 1)

  init(_ log: HostLog, _ urids: URIDMap) {
    self.log = log
    self.urids = urids
    let sink: HostLogSink = { context, type, text in
      guard let context, let text else { return }
      Unmanaged<LogFeature>.fromOpaque(context).takeUnretainedValue().add(type, text)
    }
    target.initialize(
      to: HostLogTarget(sink: sink, context: Unmanaged.passUnretained(self).toOpaque()))
    data.initialize(to: host_log_make(target))
  }

  deinit {
    data.deallocate()
    target.deallocate()
  }

  private func add(_ type: UInt32, _ text: UnsafePointer<CChar>) {
    var text = String(cString: text)
    if text.hasSuffix("\n") { text.removeLast() }
    log.add(HostLog.Message(kind: urids.unmap(type) ?? "", text: text))
  }
}
