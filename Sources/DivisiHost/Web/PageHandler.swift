// Thread: page

import JackHosting
internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// Answers browsers on one connection: the page, and scores that are sent.
final class PageHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let hub: PageHub
  private let scores: ScoreFolder
  private let isOpen: Bool
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()

  /// What the page consists of, by path.
  private static let files: [String: (type: String, bytes: [UInt8])] = [
    "/": ("text/html; charset=utf-8", PackageResources.mixer_html),
    "/mixer.css": ("text/css; charset=utf-8", PackageResources.mixer_css),
    "/mixer.js": ("text/javascript; charset=utf-8", PackageResources.mixer_js),
    "/strips.js": ("text/javascript; charset=utf-8", PackageResources.strips_js),
    "/icon.svg": ("image/svg+xml", PackageResources.icon_svg),
  ]

  /// - Parameter isOpen: whether others than this machine may come.
  init(hub: PageHub, scores: ScoreFolder, isOpen: Bool) {
    self.hub = hub
    self.scores = scores
    self.isOpen = isOpen
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let new):
      head = new
      body.clear()
      let length = new.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
      if length > ScoreFolder.mostBytes { refuseLength(context) }
    case .body(var chunk):
      guard head != nil else { return }
      body.writeBuffer(&chunk)
      if body.readableBytes > ScoreFolder.mostBytes { refuseLength(context) }
    case .end:
      guard let head else { return }
      self.head = nil
      answer(head, context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A WebSocket that is refused is a request like any other.
    if !(error is NIOWebSocketUpgradeError) { context.close(promise: nil) }
  }

  // MARK: Answers

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let origin = PageOrigin(head.headers)
    guard origin.isAddressed(openly: isOpen) else {
      return write(.forbidden, "expected the address of this page as Host\n", to: head, context)
    }
    let (path, query) = Self.split(head.uri)
    if let file = Self.files[path] {
      guard head.method == .GET || head.method == .HEAD else {
        return write(.methodNotAllowed, "expected GET\n", to: head, context)
      }
      return write(
        .ok, file.bytes, type: file.type,
        more: [("Content-Security-Policy", Self.policy(origin.host ?? ""))], to: head, context)
    }
    // What changes something is for this page alone: a browser says who asks.
    guard path == "/socket" || path == "/score" else {
      return write(.notFound, "there is only one page: /\n", to: head, context)
    }
    guard origin.isOwn(openly: isOpen) else {
      return write(.forbidden, "expected this page as Origin\n", to: head, context)
    }
    guard path == "/score" else {
      return write(.upgradeRequired, "expected a WebSocket\n", to: head, context)
    }
    guard head.method == .POST else {
      return write(.methodNotAllowed, "expected POST\n", to: head, context)
    }
    store(named: query["name"] ?? "", to: head, context)
  }

  /// Keeps a score and has it used.
  private func store(
    named name: String, to head: HTTPRequestHead, _ context: ChannelHandlerContext
  ) {
    let path: String
    do {
      path = try scores.store(Array(body.readableBytesView), as: name)
    } catch {
      return write(.internalServerError, "\(error)\n", to: head, context)
    }
    let isDone = context.eventLoop.makePromise(of: String?.self)
    if !hub.ask(.score(path, isDone)) { isDone.succeed("the session is too busy") }
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
    isDone.futureResult.whenSuccess { problem in
      handler.value.write(
        problem == nil ? .ok : .unprocessableEntity, problem.map { $0 + "\n" } ?? "", to: head,
        context.value)
    }
  }

  private func refuseLength(_ context: ChannelHandlerContext) {
    guard let head else { return }
    self.head = nil
    write(
      .payloadTooLarge, "expected at most \(ScoreFolder.mostBytes >> 20) MB\n", closes: true,
      to: head, context)
  }

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
    var headers = HTTPHeaders([
      ("Content-Type", type), ("Content-Length", "\(bytes.count)"), ("Cache-Control", "no-cache"),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ])
    for (name, value) in more { headers.add(name: name, value: value) }
    let ends = closes || !head.isKeepAlive
    if ends { headers.add(name: "Connection", value: "close") }
    let response = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    if head.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    }
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      if ends { channel.close(promise: nil) }
    }
  }

  /// Nothing from elsewhere, and in nobody's frame.
  private static func policy(_ host: String) -> String {
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      + "connect-src 'self' ws://\(host); base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  }
}
