// Thread: page

internal import Glibc
import NIOCore

/// Accepts connections while there is room for them; the others wait in the system's queue.
final class ConnectionLimit: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias OutboundIn = any Channel

  /// Descriptors that connections leave to the rest of the program: a JACK server that comes back takes 9 (counted in
  /// `/proc/self/fd`), states, scores and models a few while they are read or written.
  static let keptDescriptors = 20
  /// How long to wait where neither a connection that ends nor anything else says that there is room again.
  private static let pause = TimeAmount.seconds(1)

  private let mostConnections: Int
  /// Is told once that somebody has to wait.
  private let notice: @Sendable (String) -> Void
  private var count = 0
  /// Whether there was something to be accepted, and no room.
  private var isHeld = false
  /// Whether it will be looked for room before long.
  private var isLooking = false
  /// Until when nothing is accepted, since the system had no room.
  private var pauseEnd = NIODeadline.uptimeNanoseconds(0)
  private var hasSaid = false

  /// - Parameter mostConnections: at once.
  init(mostConnections: Int, notice: @escaping @Sendable (String) -> Void) {
    self.mostConnections = mostConnections
    self.notice = notice
  }

  func read(context: ChannelHandlerContext) {
    guard hasRoom else { return hold(context) }
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    count += 1
    let limit = self
    unwrapInboundIn(data).closeFuture.assumeIsolated().whenComplete { _ in
      limit.count -= 1
      limit.resume(context)
    }
    context.fireChannelRead(data)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is IOError else { return context.fireErrorCaught(error) }
    pauseEnd = .now() + Self.pause
  }

  private func hold(_ context: ChannelHandlerContext) {
    guard !isHeld else { return }
    isHeld = true
    if !hasSaid && count > 0 {
      hasSaid = true
      notice("\(count) connections are open; more have to wait")
    }
    look(again: context)
  }

  /// Looks from time to time whether there is room.
  private func look(again context: ChannelHandlerContext) {
    guard !isLooking else { return }
    isLooking = true
    let limit = self
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
      limit.isLooking = false
      limit.resume(context)
      if limit.isHeld && context.channel.isActive { limit.look(again: context) }
    }
  }

  private func resume(_ context: ChannelHandlerContext) {
    guard isHeld, hasRoom, context.channel.isActive else { return }
    isHeld = false
    context.read()
  }

  private var hasRoom: Bool {
    count < mostConnections && .now() >= pauseEnd
      && Self.freeDescriptors > Self.keptDescriptors
  }

  /// How many descriptors this process may still open.
  static var freeDescriptors: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      let folder = opendir("/proc/self/fd")
    else { return 0 }
    defer { closedir(folder) }
    // `.` and `..` stand for the folder's own descriptor and for none.
    var count = -3
    while readdir(folder) != nil { count += 1 }
    return Int(clamping: limit.rlim_cur) - count
  }
}
