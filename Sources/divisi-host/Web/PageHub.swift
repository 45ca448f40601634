// Thread: setup ⇄ page

internal import FlyingFox
internal import FoundationEssentials
import Glibc
import Synchronization

/// What lies between the session's thread and the server's tasks: pages that listen, and what they ask for.
final class PageHub: Sendable {
  /// Something that the session's thread is to do.
  enum Request: Sendable {
    /// A page has come, and wants to know everything.
    case join(Int)
    case wish(Wish, from: Int)
    /// A score was stored; the answer is what is wrong with it, or nil.
    case score(String, CheckedContinuation<String?, Never>)
  }

  private struct Listener {
    let frames: AsyncStream<WSFrame>.Continuation
    /// Whether it has lost something, so that it must be told everything.
    var isBehind = false
    /// Ends what reads from it.
    var end: @Sendable () -> Void = {}
  }

  private struct State {
    var listeners: [Int: Listener] = [:]
    /// Pages that something is still on its way to.
    var unsent: Set<Int> = []
    var requests: [Request] = []
    var lastNumber = 0
    var isOpen = true
  }

  /// Frames that wait for a page that is slow; the oldest are lost.
  private static let backlog = 64
  /// Pages at once, and what they may ask for before the session has had time.
  private static let mostListeners = 64
  private static let mostRequests = 1024

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

  // MARK: The server's tasks

  /// Lets a page listen.
  ///
  /// - Returns: its number and what it is sent; nil if there are too many.
  func join() -> (number: Int, frames: AsyncStream<WSFrame>)? {
    let (frames, continuation) = AsyncStream<WSFrame>.makeStream(
      bufferingPolicy: .bufferingNewest(Self.backlog))
    let number: Int? = state.withLock { state in
      guard state.isOpen, state.listeners.count < Self.mostListeners else { return nil }
      state.lastNumber += 1
      state.listeners[state.lastNumber] = Listener(frames: continuation)
      state.unsent.insert(state.lastNumber)
      return state.lastNumber
    }
    guard let number else { return nil }
    continuation.onTermination = { [weak self] end in
      // Nobody reads any longer: the connection has gone.
      if case .cancelled = end { self?.hasSentAll(number) }
      self?.leave(number)
    }
    return (number, frames)
  }

  /// A page has gone.
  func leave(_ number: Int) {
    // Outside the lock: a stream that ends calls back.
    let listener = state.withLock { $0.listeners.removeValue(forKey: number) }
    listener?.frames.finish()
    listener?.end()
  }

  /// Everything that was for a page is on its way, or never will be.
  func hasSentAll(_ number: Int) { state.withLock { _ = $0.unsent.remove(number) } }

  /// Says what is to be done when a page goes, which may have happened.
  func whenLeaving(_ number: Int, _ work: @escaping @Sendable () -> Void) {
    let isThere = state.withLock { state in
      state.listeners[number]?.end = work
      return state.listeners[number] != nil
    }
    if !isThere { work() }
  }

  /// Asks the session's thread for something, when it has time.
  ///
  /// - Returns: false if the session is over.
  func ask(_ request: Request) async -> Bool {
    while true {
      let isTaken: Bool? = state.withLock { state in
        guard state.isOpen else { return false }
        guard state.requests.count < Self.mostRequests else { return nil }
        state.requests.append(request)
        return true
      }
      // A pipe that is full rings as well.
      if isTaken == true { _ = [UInt8(0)].withUnsafeBytes { write(bell, $0.baseAddress, 1) } }
      if let isTaken { return isTaken }
      // The page waits too, because nobody reads what it sends.
      try? await Task.sleep(for: .milliseconds(10))
      if Task.isCancelled { return false }
    }
  }

  /// Has the session's thread use a score.
  ///
  /// - Returns: what is wrong with it; nil if nothing is.
  func use(score path: String) async -> String? {
    await withCheckedContinuation { answer in
      Task {
        if await !ask(.score(path, answer)) { answer.resume(returning: "the session is over") }
      }
    }
  }

  /// Sends one page a frame of the protocol.
  func send(_ frame: WSFrame, to number: Int) {
    state.withLock { state in
      if case .dropped = state.listeners[number]?.frames.yield(frame) {
        state.listeners[number]?.isBehind = true
      }
    }
  }

  // MARK: The session's thread

  /// Whether anybody listens.
  var isHeard: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// Takes what was asked for.
  func take() -> [Request] {
    var bytes = [UInt8](repeating: 0, count: Self.mostRequests)
    _ = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    return state.withLock { state in
      defer { state.requests = [] }
      return state.requests
    }
  }

  /// Tells one page something.
  func tell(_ news: News, to number: Int) { send(Self.frame(news), to: number) }

  /// Tells all pages something.
  func tell(_ news: News) {
    let frame = Self.frame(news)
    state.withLock { state in
      for number in state.listeners.keys {
        if case .dropped = state.listeners[number]?.frames.yield(frame) {
          state.listeners[number]?.isBehind = true
        }
      }
    }
  }

  /// The pages that have lost something since this was asked last.
  func takeBehind() -> [Int] {
    state.withLock { state in
      let numbers = state.listeners.filter(\.value.isBehind).map(\.key)
      for number in numbers { state.listeners[number]?.isBehind = false }
      return numbers
    }
  }

  /// Says goodbye to all pages and waits a little until they have heard; nobody is let in from now on.
  func close() {
    let (listeners, requests) = state.withLock { state in
      defer {
        state.isOpen = false
        state.listeners = [:]
        state.requests = []
      }
      return (Array(state.listeners.values), state.requests)
    }
    for listener in listeners {
      listener.frames.yield(.close(code: WSCloseCode(1001, reason: "divisi-host ends")))
      listener.frames.finish()
    }
    for case .score(_, let answer) in requests { answer.resume(returning: "the session is over") }
    // A page that does not take it within half a second finds out by itself.
    for _ in 0..<250 where state.withLock({ !$0.unsent.isEmpty }) { usleep(2_000) }
    for listener in listeners { listener.end() }
  }

  private static func frame(_ news: News) -> WSFrame {
    let data = (try? JSONEncoder().encode(news)) ?? Data("{}".utf8)
    return WSFrame(fin: true, opcode: .text, mask: nil, payload: data)
  }
}
