// Thread: setup ⇄ page

internal import FoundationEssentials
import Glibc
internal import NIOCore
internal import NIOWebSocket
import Synchronization
import Terminal

/// What lies between the session's thread and the server's: pages that listen, and what they ask for.
final class PageHub: Sendable {
  /// Something that the session's thread is to do.
  enum Request: Sendable {
    /// A page has come, and wants to know everything.
    case join(Int)
    /// Later wishes for the same control have taken the place of earlier ones.
    case wish(Wish, from: Int)
    /// A score was stored; the answer is what is wrong with it, or nil.
    case score(String, EventLoopPromise<String?>)
    /// Something that a person should know.
    case notice(String)
  }

  private struct Listener {
    let channel: any Channel
    /// Whether it has lost something, so that it must be told everything.
    var isBehind = false

    /// Sends a frame, or loses it if the page is slow: memory is not what it waits in.
    mutating func send(_ frame: WebSocketFrame) {
      if channel.isWritable {
        channel.writeAndFlush(frame, promise: nil)
      } else {
        isBehind = true
      }
    }
  }

  private struct State {
    var listeners: [Int: Listener] = [:]
    var requests: [Request] = []
    var wishes = FairQueue<Int, Wish>(
      capacity: PageHub.mostWishes, mostSenders: PageHub.mostListeners)
    var lastNumber = 0
    var isOpen = true
  }

  /// Pages at once, what each may wish for before the session has had time, and what else may wait.
  static let mostListeners = 64
  private static let mostWishes = 256
  private static let mostRequests = 256
  /// Pages that are told everything, and scores that are used, before others have their turn.
  private static let requestsPerTurn = Work.perTurn / Work.state

  private let state = Mutex(State())
  /// Readable when there are requests; and where a byte is written to make it so.
  let descriptor: Int32
  private let bell: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure("there is no room for another file") }
    (descriptor, bell) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    Glibc.close(descriptor)
    Glibc.close(bell)
  }

  // MARK: The server's thread

  /// Lets a page listen, and asks what it has to be told first.
  ///
  /// - Returns: its number; nil if there are too many.
  func join(_ channel: any Channel) -> Int? {
    let number: Int? = state.withLock { state in
      guard state.isOpen, state.listeners.count < Self.mostListeners else { return nil }
      state.lastNumber += 1
      state.listeners[state.lastNumber] = Listener(channel: channel)
      return state.lastNumber
    }
    guard let number else { return nil }
    guard ask(.join(number)) else {
      leave(number)
      return nil
    }
    return number
  }

  /// A page has gone.
  func leave(_ number: Int) {
    state.withLock {
      $0.listeners[number] = nil
      $0.wishes.remove(number)
    }
  }

  /// Asks the session's thread for something, when it has time.
  ///
  /// - Returns: false if it has too much to do, for this page if it is a wish, or is over.
  func ask(_ request: Request) -> Bool {
    let isTaken = state.withLock { state in
      guard state.isOpen else { return false }
      if case .wish(let wish, let number) = request {
        return state.wishes.add(
          wish, from: number, cost: wish.preset == nil ? Work.control : Work.state, key: wish.set)
      }
      guard state.requests.count < Self.mostRequests else { return false }
      state.requests.append(request)
      return true
    }
    if isTaken { ring() }
    return isTaken
  }

  private func ring() {
    // A pipe that is full rings as well.
    _ = [UInt8(0)].withUnsafeBytes { write(bell, $0.baseAddress, 1) }
  }

  // MARK: The session's thread

  /// Whether anybody listens.
  var hasListeners: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// Takes what is to be done before others have their turn.
  func take() -> [Request] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    _ = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    let (requests, isRest) = state.withLock { state in
      let first = Array(state.requests.prefix(Self.requestsPerTurn))
      state.requests.removeFirst(first.count)
      let wishes = state.wishes.takeTurn().map { Request.wish($0.task, from: $0.sender) }
      return (first + wishes, !state.requests.isEmpty || !state.wishes.isEmpty)
    }
    if isRest { ring() }
    return requests
  }

  /// Tells one page something.
  func send(_ news: News, to number: Int) {
    let frame = Self.frame(news)
    state.withLock { $0.listeners[number]?.send(frame) }
  }

  /// Tells all pages something.
  func send(_ news: News) {
    let frame = Self.frame(news)
    state.withLock { state in
      for number in Array(state.listeners.keys) { state.listeners[number]?.send(frame) }
    }
  }

  /// The pages that have lost something since this was asked last, and have room again.
  func takeBehind() -> [Int] {
    state.withLock { state in
      let numbers = state.listeners.filter { $0.value.isBehind && $0.value.channel.isWritable }
        .map(\.key)
      for number in numbers { state.listeners[number]?.isBehind = false }
      return numbers
    }
  }

  /// Says goodbye to all pages; nobody is let in from now on.
  func close() {
    let (listeners, requests) = state.withLock { state in
      defer {
        state.isOpen = false
        state.listeners = [:]
        state.requests = []
      }
      return (Array(state.listeners.values), state.requests)
    }
    for case .score(_, let isDone) in requests { isDone.succeed("the session is over") }
    for listener in listeners {
      listener.channel.writeAndFlush(
        WebSocketFrame.close(1001, "divisi-host ends"), promise: nil)
    }
  }

  private static func frame(_ news: News) -> WebSocketFrame {
    let data = (try? JSONEncoder().encode(news)) ?? Data("{}".utf8)
    return WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: data))
  }
}
