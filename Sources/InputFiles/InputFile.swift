internal import Glibc

/// A file from outside, read whole.
///
/// It is read without waiting for what may never come, up to a limit, and for no longer than somebody wants
/// it.
///
/// - Thread: any but the audio thread.
public enum InputFile {
  /// Whether nobody wants a file any more; asked every few milliseconds while it is read, on the
  /// thread that reads.
  public typealias IsAbandoned = @Sendable () -> Bool

  /// Why a file was not read.
  public enum Failure: Error, Sendable, Equatable {
    /// The system's error number.
    case unreadable(Int32)
    /// What it is instead, such as `a device`.
    case noFile(String)
    /// How many bytes it may have.
    case tooLarge(limit: Int)
    /// For how many seconds somebody waited for the end of a pipe.
    case slow(seconds: Int)
    case abandoned

    /// What was expected and what was found.
    ///
    /// - Parameter what: what the file should have been, such as `a score`.
    public func problem(expecting what: String) -> String {
      switch self {
      case .unreadable(let number):
        "expected a readable file: \(String(cString: strerror(number)))"
      case .noFile(let found): "expected \(what), found \(found)"
      case .tooLarge(let limit): "expected \(what) of at most \(limit >> 20) MiB, found more"
      case .slow(let seconds):
        "expected \(what), found a pipe that is still open after \(seconds) s"
      case .abandoned: "expected \(what); reading it was abandoned"
      }
    }
  }

  /// How long a pipe may take by default, in seconds: what fills it may have to unpack something first.
  public static let pipeSeconds = 30
  /// How long a wait for a pipe lasts before somebody is asked whether to wait on, in milliseconds.
  private static let waitMilliseconds: Int32 = 20

  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - limit: of bytes; more are refused.
  ///   - pipeSeconds: how long a pipe may take to its end; nil if a pipe is refused like a device.
  /// - Throws: for what is no file, is too large, too slow, or not wanted any more.
  public static func read(
    _ path: String, limit: Int, pipeSeconds: Int? = nil, isAbandoned: IsAbandoned = { false }
  ) throws(Failure) -> [UInt8] {
    // A pipe without a writer would keep the other kind of opening waiting.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .unreadable(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno) }
    let isPipe = status.st_mode & S_IFMT == S_IFIFO
    guard status.st_mode & S_IFMT == S_IFREG || (isPipe && pipeSeconds != nil) else {
      throw refusal(status.st_mode & S_IFMT)
    }
    guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
    let end = now + (pipeSeconds ?? 0)
    var result: [UInt8] = []
    result.reserveCapacity(Int(status.st_size))
    return try withChunk { (chunk) throws(Failure) in
      while true {
        if isAbandoned() { throw .abandoned }
        let count = Glibc.read(descriptor, chunk.baseAddress, chunk.count)
        if count < 0 {
          guard errno == EINTR || errno == EAGAIN else { throw .unreadable(errno) }
          guard now < end || !isPipe else { throw .slow(seconds: pipeSeconds ?? 0) }
          var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          poll(&wait, 1, waitMilliseconds)
          continue
        }
        if count == 0 { return result }
        guard count <= limit - result.count else { throw .tooLarge(limit: limit) }
        result += chunk[..<count]
      }
    }
  }

  private static func withChunk(
    _ body: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> [UInt8]
  ) throws(Failure) -> [UInt8] {
    let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 20)
    defer { chunk.deallocate() }
    return try body(chunk)
  }

  private static func refusal(_ kind: mode_t) -> Failure {
    switch kind {
    case S_IFDIR: .unreadable(EISDIR)
    case S_IFIFO: .noFile("a pipe")
    case S_IFSOCK: .noFile("a socket")
    default: .noFile("a device")
    }
  }

  /// Seconds of a clock that is never set.
  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec
  }
}
