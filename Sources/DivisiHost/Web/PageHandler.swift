// Thread: page

internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket
import WebServing

/// Answers browsers on one connection: the page, and scores that are sent.
final class PageHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a connection may take to make a request, from its beginning or from the last answer on. Browsers do so at
  /// once, and connect again if they have kept a connection in reserve.
  private static let headTimeout = TimeAmount.seconds(10)
  /// How long the rest of a request may take, and taking its answer: 16 MB at 2 Mbit/s.
  private static let bodyTimeout = TimeAmount.seconds(64)

  private enum Phase {
    /// Nothing is asked for.
    case idle
    /// Something is that has no body, or one that means nothing.
    case asked(HTTPRequestHead)
    /// A score is arriving.
    case taking(HTTPRequestHead, name: String, ByteBuffer)
    /// A score is there, and the session has to look at it.
    case storing
    /// The answer has been given; what is still arriving is not kept.
    case refused
  }

  private let hub: PageHub
  private let scores: ScoreFolder
  private let isOpen: Bool
  private var phase = Phase.idle
  private var deadline: Scheduled<Void>?
  /// Bytes of memory that this connection has been promised.
  private var reserved = 0

  /// - Parameter isOpen: whether others than this machine may come.
  init(hub: PageHub, scores: ScoreFolder, isOpen: Bool) {
    self.hub = hub
    self.scores = scores
    self.isOpen = isOpen
  }

  func handlerAdded(context: ChannelHandlerContext) { wait(Self.headTimeout, context) }

  func handlerRemoved(context: ChannelHandlerContext) {
    deadline?.cancel()
    if case .storing = phase { return }
    release()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      wait(Self.bodyTimeout, context)
      begin(head, context)
    case .body(var chunk):
      guard case .taking(let head, let name, var body) = phase else { return }
      // Else all that is there would be copied.
      phase = .idle
      body.writeBuffer(&chunk)
      phase = .taking(head, name: name, body)
    case .end: end(context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A WebSocket that is refused is a request like any other.
    if !(error is NIOWebSocketUpgradeError) { context.close(promise: nil) }
  }

  /// Closes the connection unless something happens in time.
  private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
      context.close(promise: nil)
    }
  }

  private func release() {
    scores.release(reserved)
    reserved = 0
  }

  // MARK: Requests

  /// The head of a request is there: what is to be refused is, before a byte of its body is kept.
  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    phase = .asked(head)
    guard RequestTarget.hasBody(head) else { return }
    do throws(PageRequest.Refusal) {
      guard case .score(let name, let count) = try PageRequest(head, openly: isOpen) else { return }
      guard scores.reserve(count) else {
        throw PageRequest.Refusal(.serviceUnavailable, "expected fewer scores at once; try again")
      }
      reserved = count
      phase = .taking(head, name: name, ByteBuffer())
    } catch {
      phase = .refused
      write(error.status, error.text + "\n", closes: true, to: head, context)
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    switch phase {
    case .asked(let head):
      phase = .idle
      answer(head, context)
    case .taking(let head, let name, let body):
      deadline?.cancel()
      phase = .storing
      store(body, as: name, to: head, context)
    // Not before: who still sends may not see what was answered once the connection is closed.
    case .refused: context.close(promise: nil)
    case .idle, .storing: break
    }
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    do throws(PageRequest.Refusal) {
      switch try PageRequest(head, openly: isOpen) {
      case .file(let type, let bytes):
        let policy = SafeHeaders.policy(
          "connect-src 'self' ws://\(PageOrigin(head.headers).host ?? "")")
        write(
          .ok, bytes, type: type, more: [("Content-Security-Policy", policy)], to: head, context)
      case .score(let name, _):
        // One without a byte.
        phase = .storing
        store(ByteBuffer(), as: name, to: head, context)
      }
    } catch {
      write(error.status, error.text + "\n", to: head, context)
    }
  }

  /// Keeps a score and has it used, when those before it have been.
  private func store(
    _ body: ByteBuffer, as name: String, to head: HTTPRequestHead, _ context: ChannelHandlerContext
  ) {
    let (hub, scores) = (hub, scores)
    let answer = context.eventLoop.makePromise(of: (HTTPResponseStatus, String).self)
    scores.enter {
      let upload: ScoreFolder.Upload
      do {
        upload = try scores.store(Array(body.readableBytesView), as: name)
      } catch {
        scores.leave()
        return answer.succeed((.insufficientStorage, "\(error)\n"))
      }
      let isDone = answer.futureResult.eventLoop.makePromise(of: String?.self)
      if !hub.ask(.score(upload.path, isDone)) { isDone.succeed("the session is too busy") }
      isDone.futureResult.whenSuccess { problem in
        scores.settle(upload, isUsed: problem == nil)
        scores.leave()
        answer.succeed(
          problem.map { (.unprocessableEntity, $0 + "\n") } ?? (.ok, ""))
      }
    }
    answer.futureResult.assumeIsolated().whenSuccess { status, text in
      self.phase = .idle
      self.release()
      self.wait(Self.bodyTimeout, context)
      self.write(status, text, to: head, context)
    }
  }

  // MARK: Answers

  private func write(
    _ status: HTTPResponseStatus, _ text: String, closes: Bool = false, to head: HTTPRequestHead,
    _ context: ChannelHandlerContext
  ) {
    write(
      status, Array(text.utf8), type: "text/plain; charset=utf-8", closes: closes, to: head,
      context)
  }

  private func write(
    _ status: HTTPResponseStatus, _ bytes: [UInt8], type: String, more: [(String, String)] = [],
    closes: Bool = false, to head: HTTPRequestHead, _ context: ChannelHandlerContext
  ) {
    var headers = SafeHeaders.all(type: type, count: bytes.count)
    for (name, value) in more { headers.add(name: name, value: value) }
    let ends = closes || !head.isKeepAlive
    if ends { headers.add(name: "Connection", value: "close") }
    let response = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    guard head.method != .HEAD else { return finish(ends, context) }
    // The next request of the connection is looked at after the end, and so no answer is kept for somebody who reads none.
    let body = wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
    context.writeAndFlush(body).assumeIsolated().whenComplete { _ in
      // Later, since the end brings the next request: each would otherwise be answered within the one before.
      context.eventLoop.assumeIsolated().execute { self.finish(ends, context) }
    }
  }

  private func finish(_ closes: Bool, _ context: ChannelHandlerContext) {
    // Who has gone wants no more answers.
    guard context.channel.isActive else { return }
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      // Another request may have come in the meantime.
      guard case .idle = self.phase else { return }
      if closes { context.close(promise: nil) } else { self.wait(Self.headTimeout, context) }
    }
  }
}
