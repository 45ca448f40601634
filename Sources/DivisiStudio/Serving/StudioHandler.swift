// Thread: page

import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Terminal
import WebServing

/// Answers a browser on one connection.
final class StudioHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a connection may say nothing, in the middle of a request or before one.
  private static let timeout = TimeAmount.seconds(60)
  /// How long it may take to say that it knows the secret: others wait for its place.
  private static let firstTimeout = TimeAmount.seconds(5)

  private enum Phase {
    case idle
    /// A small body is arriving.
    case taking(HTTPRequestHead, StudioRequest, ByteBuffer)
    /// A file is.
    case storing(HTTPRequestHead, StudioRequest, UploadFile)
    /// An answer is being made.
    case answering
    /// The answer has been given; what is still arriving is not kept.
    case refused
  }

  private let studio: Studio
  private let secret: Secret
  private var phase = Phase.idle
  private var deadline: Scheduled<Void>?
  /// Whether somebody is there who knows the secret.
  private var isKnown = false
  /// Answers that are on their way.
  private var sendingCount = 0
  /// Of the answer that is being made.
  private var asker: Asker?

  init(_ studio: Studio, secret: Secret) {
    self.studio = studio
    self.secret = secret
  }

  func handlerAdded(context: ChannelHandlerContext) { wait(context, for: Self.firstTimeout) }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    asker?.leave()
    // An upload that is cut off is gone.
    phase = .idle
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let chunk): take(chunk, context)
    case .end: end(context)
    }
    if isKnown { wait(context, for: Self.timeout) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A WebSocket that is refused is a request like any other.
    if !(error is NIOWebSocketUpgradeError) { context.close(promise: nil) }
  }

  private func wait(_ context: ChannelHandlerContext, for time: TimeAmount) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
      if case .answering = self.phase { return }
      // Who saves a file may be asked first where.
      guard self.sendingCount == 0 || !self.isKnown else { return }
      context.close(promise: nil)
    }
  }

  // MARK: Requests

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    do throws(Answer.Refusal) {
      let request = try StudioRequest(head, secret: secret)
      isKnown = true
      guard let upload = request.upload else {
        phase = .taking(head, request, ByteBuffer())
        return
      }
      do {
        let project = try studio.project(upload.project)
        phase = .storing(head, request, try UploadFile(upload, to: project))
      } catch let refusal as Answer.Refusal {
        throw refusal
      } catch {
        throw Answer.Refusal(.internalServerError, Failure(of: error).description)
      }
    } catch {
      phase = .refused
      write(error.answer, to: head, closes: RequestTarget.hasBody(head), context)
    }
  }

  private func take(_ chunk: ByteBuffer, _ context: ChannelHandlerContext) {
    switch phase {
    case .taking(let head, let request, var body):
      // Else all that is there would be copied.
      phase = .idle
      var chunk = chunk
      body.writeBuffer(&chunk)
      phase = .taking(head, request, body)
    case .storing(let head, _, let file):
      do {
        try file.write(chunk)
      } catch {
        phase = .refused
        let refusal = Answer.Refusal(.insufficientStorage, "\(error)")
        write(refusal.answer, to: head, closes: true, context)
      }
    case .idle, .answering, .refused: break
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    switch phase {
    case .taking(let head, let request, let body):
      phase = .answering
      let studio = studio
      let secret = secret
      let bytes = Array(body.readableBytesView)
      answer(head, request.kind, context) {
        try studio.answer(request, body: bytes, secret: secret, $0)
      }
    case .storing(let head, let request, let file):
      phase = .answering
      do {
        let name = try file.finish()
        let studio = studio
        answer(head, .quick, context) { _ in try studio.take(name, for: request) }
      } catch {
        let refusal = Answer.Refusal(.internalServerError, Failure(of: error).description)
        write(refusal.answer, to: head, context)
      }
    case .refused: phase = .idle
    case .idle, .answering: break
    }
  }

  /// Makes an answer on a thread that may wait, unless the connection ends before.
  private func answer(
    _ head: HTTPRequestHead, _ kind: StudioThreads.Kind, _ context: ChannelHandlerContext,
    _ make: @escaping @Sendable (Asker) throws -> Answer
  ) {
    let asker = Asker()
    self.asker = asker
    studio.threads[kind].runIfActive(eventLoop: context.eventLoop) {
      do {
        try asker.check()
        return try make(asker)
      } catch let refusal as Answer.Refusal {
        return refusal.answer
      } catch {
        // What went wrong with somebody's files, in the program's own words.
        return Answer.Refusal(.unprocessableEntity, Failure(of: error).description.printable).answer
      }
    }.assumeIsolated().whenComplete { result in
      guard context.channel.isActive else { return }
      switch result {
      case .success(let answer): self.write(answer, to: head, context)
      case .failure: context.close(promise: nil)
      }
    }
  }

  // MARK: Answers

  private func write(
    _ answer: Answer, to head: HTTPRequestHead, closes: Bool = false,
    _ context: ChannelHandlerContext
  ) {
    var answer = answer
    var region: FileRegion?
    if case .file(let file) = answer.body {
      region = Self.region(of: file)
      if region == nil { answer = Answer.Refusal(.notFound, "expected a file").answer }
    }
    var bytes: [UInt8] = []
    if case .bytes(let own) = answer.body { bytes = own }
    var headers = SafeHeaders.all(type: answer.type, count: region?.readableBytes ?? bytes.count)
    for (name, value) in answer.headers { headers.add(name: name, value: value) }
    let ends = closes || !head.isKeepAlive
    if ends { headers.add(name: "Connection", value: "close") }
    context.write(
      wrapOutboundOut(
        .head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))),
      promise: nil)
    if head.method == .HEAD {
      try? region?.fileHandle.close()
    } else if let region {
      context.write(wrapOutboundOut(.body(.fileRegion(region)))).assumeIsolated().whenComplete {
        _ in try? region.fileHandle.close()
      }
    } else {
      context.write(
        wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    }
    if case .answering = phase { phase = .idle }
    sendingCount += 1
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      self.sendingCount -= 1
      if ends {
        context.close(promise: nil)
      } else if self.isKnown {
        self.wait(context, for: Self.timeout)
      }
    }
  }

  private static func region(of file: OpenFile) -> FileRegion? {
    let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.take())
    guard let region = try? FileRegion(fileHandle: handle) else {
      try? handle.close()
      return nil
    }
    return region
  }
}
