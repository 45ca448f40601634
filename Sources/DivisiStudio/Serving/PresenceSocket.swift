// Thread: page

import NIOCore
import NIOWebSocket

/// The WebSocket by which a page says that it is open, and hears when the program ends. Nothing else is said through it.
final class PresenceSocket: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let presence: Presence

  static let path = "/presence"
  /// A ping is the longest that may come (RFC 6455, 5.5).
  static let longestFrame = 125

  init(_ presence: Presence) { self.presence = presence }

  func handlerAdded(context: ChannelHandlerContext) { presence.arrive() }

  func channelInactive(context: ChannelHandlerContext) {
    presence.leave()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    guard frame.maskKey != nil, frame.opcode == .ping else {
      if frame.opcode != .pong { context.close(promise: nil) }
      return
    }
    // Who asks without listening is not answered.
    guard context.channel.isWritable else { return }
    let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
    context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
