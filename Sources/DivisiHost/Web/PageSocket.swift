// Thread: page

internal import FoundationEssentials
internal import NIOCore
internal import NIOWebSocket

/// The WebSocket of one page: news go out, wishes come in.
final class PageSocket: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let hub: PageHub
  private var number: Int?
  /// Pings that nothing has come back for.
  private var unansweredCount = 0

  /// A wish is a symbol and a number; nothing that a page sends is longer.
  static let longestWish = 4096

  /// How long a page may say nothing before it is asked whether it is there, and how often it is.
  static let pingInterval = TimeAmount.seconds(20)
  private static let mostUnanswered = 2

  init(hub: PageHub) { self.hub = hub }

  func handlerAdded(context: ChannelHandlerContext) {
    number = hub.join(context.channel)
    if number == nil { close(context, 1013, "too many pages") }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let number { hub.leave(number) }
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    unansweredCount = 0
    guard let number else { return }
    // RFC 6455, 5.1: a client masks what it sends.
    guard frame.maskKey != nil else { return close(context, 1002, "expected masked frames") }
    switch frame.opcode {
    case .ping:
      // Who asks without listening is not answered.
      guard context.channel.isWritable else { return }
      let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
      context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
    case .pong: break
    case .text where frame.fin:
      let bytes = frame.unmaskedData.readableBytesView
      guard let wish = try? JSONDecoder().decode(Wish.self, from: Data(bytes)) else {
        return close(context, 1007, "expected a wish")
      }
      if !hub.ask(.wish(wish, from: number)) { close(context, 1013, "too many wishes") }
    case .connectionClose: close(context, 1000, "")
    default: close(context, 1003, "expected a wish")
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is IdleStateHandler.IdleStateEvent else { return }
    guard unansweredCount < Self.mostUnanswered else { return context.close(promise: nil) }
    unansweredCount += 1
    let ping = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer())
    context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func close(_ context: ChannelHandlerContext, _ code: UInt16, _ reason: String) {
    if let number { hub.leave(number) }
    number = nil
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.close(code, reason))).whenComplete { _ in
      channel.close(promise: nil)
    }
  }
}

extension WebSocketFrame {
  /// Says goodbye, with a code and why.
  static func close(_ code: UInt16, _ reason: String) -> WebSocketFrame {
    var data = ByteBuffer()
    data.writeInteger(code)
    data.writeString(reason)
    return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
  }
}
