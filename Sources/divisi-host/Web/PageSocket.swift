// Thread: page

internal import FlyingFox
internal import FoundationEssentials

/// The WebSocket of one page: news go out, wishes come in.
struct PageSocket: WSHandler {
  let hub: PageHub

  /// A wish is a symbol and a number; nothing that a page sends is longer.
  private static let longestWish = 4096

  func makeFrames(
    for client: AsyncThrowingStream<WSFrame, any Error>
  ) async throws -> AsyncStream<WSFrame> {
    guard let (number, frames) = hub.join() else {
      let (none, continuation) = AsyncStream<WSFrame>.makeStream()
      continuation.yield(.close(code: WSCloseCode(1013, reason: "too many pages")))
      continuation.finish()
      return none
    }
    let reader = Task {
      await read(client, number)
      hub.leave(number)
    }
    hub.whenLeaving(number) { reader.cancel() }
    // The server asks for a frame when it has sent the one before.
    let source = Source(frames)
    return AsyncStream {
      if let frame = await source.next() { return frame }
      hub.hasSentAll(number)
      return nil
    }
  }

  /// Frames for the one task that sends them.
  private final class Source: @unchecked Sendable {
    private var iterator: AsyncStream<WSFrame>.Iterator

    init(_ frames: AsyncStream<WSFrame>) { iterator = frames.makeAsyncIterator() }

    func next() async -> WSFrame? { await iterator.next() }
  }

  private func read(_ client: AsyncThrowingStream<WSFrame, any Error>, _ number: Int) async {
    guard await hub.ask(.join(number)) else { return }
    do {
      for try await frame in client {
        switch frame.opcode {
        case .ping:
          var answer = frame
          answer.opcode = .pong
          hub.send(answer, to: number)
        case .pong: continue
        case .text where frame.fin && frame.payload.count <= Self.longestWish:
          guard let wish = try? JSONDecoder().decode(Wish.self, from: frame.payload) else {
            return hub.send(.close(code: WSCloseCode(1007, reason: "expected a wish")), to: number)
          }
          guard await hub.ask(.wish(wish, from: number)) else { return }
        case .close: return hub.send(.close(code: .normalClosure), to: number)
        default:
          return hub.send(.close(code: WSCloseCode(1003, reason: "expected a wish")), to: number)
        }
      }
    } catch {
      // The page has gone.
    }
  }
}
