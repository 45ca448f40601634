// Thread: worker

internal import InputFiles
import Synchronization

/// What the audio thread asks for, in its order.
extension WorkerSide {
  /// What the audio thread asks for.
  struct Request: Sendable {
    var subject: TextRing.Subject
    var number: Int
    var text: String
    var settings: StreamKey?
  }

  /// Serves what was interrupted, if anything was, and then all that was requested after it.
  func serveInterrupted(_ preparation: inout Preparation) {
    if preparation.interrupted != nil { serveRequests(&preparation) }
  }

  func serveRequests(
    _ preparation: inout Preparation, isAbandoned: @escaping InputFile.IsAbandoned = { false }
  ) {
    while let request = nextRequest(&preparation) {
      if !serve(request, &preparation, isAbandoned) {
        preparation.interrupted = request
        return
      }
    }
  }

  private func nextRequest(_ preparation: inout Preparation) -> Request? {
    if let interrupted = preparation.interrupted {
      preparation.interrupted = nil
      return interrupted
    }
    guard let first = channels.requests.first else { return nil }
    defer { channels.requests.removeFirst() }
    let bytes = UnsafeBufferPointer(start: first.bytes, count: first.count)
    return Request(
      subject: first.subject, number: first.number, text: String(decoding: bytes, as: UTF8.self),
      settings: first.subject == .settings
        ? StreamKey(first.bytes, channelCount: first.number) : nil)
  }

  /// - Returns: whether it was done, well or not; false if reading was abandoned.
  private func serve(
    _ request: Request, _ preparation: inout Preparation,
    _ isAbandoned: @escaping InputFile.IsAbandoned
  ) -> Bool {
    switch request.subject {
    case .score: return loadScore(path: request.text, isAbandoned)
    case .modelFile: return loadModel(path: request.text, &preparation, isAbandoned)
    case .slot:
      guard choose(scoreSlot: request.number, isAbandoned) else { return false }
      // A stream for the state that was restored comes next; the old one keeps what it has.
      if !content.withLock({ $0.awaitsStream }) { publishScore() }
    case .settings:
      if let settings = request.settings { serve(settings, &preparation) }
      _ = channels.flags.pointee.servedSettings.add(1, ordering: .acquiringAndReleasing)
    case .get: replyWithAll()
    case .drumMap:
      guard choose(drumMap: request.number, isAbandoned) else { return false }
      if !content.withLock({ $0.awaitsStream }) { publishScore() }
    case .follow: follow(request.number, &preparation)
    case .tell: tellScore(isAsked: true)
    case .message, .notes, .beats, .heard, .source, .transpose: break
    }
    return true
  }
}
