internal import CSndfile
internal import Glibc

/// Where libsndfile writes: a file descriptor that remembers the first failure.
///
/// libsndfile's FLAC encoder drops the result of its last writes, so a disk that is full at the end
/// would go unnoticed without this.
struct FileSink {
  /// Bytes that libsndfile knows nothing of, between those that it writes.
  struct Insertion {
    /// How many of libsndfile’s bytes stand before them.
    var offset = 0
    var bytes: [UInt8] = []
  }

  /// An open file; stays open.
  let descriptor: Int32
  /// The first error number that a call returned; zero while all is well.
  var errorNumber: Int32 = 0
  private var insertion = Insertion()
  /// Where libsndfile takes itself to be.
  private var position = 0

  init(descriptor: Int32, insertion: Insertion = Insertion()) {
    self.descriptor = descriptor
    self.insertion = insertion
    put(insertion.bytes, at: insertion.offset)
  }

  /// The callbacks for `sf_open_virtual`, whose user data is a pointer to a sink.
  static var callbacks: SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { withSink($0) { $0.length() } },
      seek: { offset, origin, data in withSink(data) { $0.move(by: offset, from: origin) } },
      read: { _, _, _ in 0 },
      write: { bytes, count, data in withSink(data) { $0.write(bytes, count: Int(count)) } },
      tell: { withSink($0) { $0.move(by: 0, from: SEEK_CUR) } })
  }

  /// Writes all of some bytes, or notes why not; returns how many were written.
  @discardableResult
  mutating func write(_ bytes: UnsafeRawPointer?, count: Int) -> sf_count_t {
    guard let bytes else { return 0 }
    let whole = UnsafeRawBufferPointer(start: bytes, count: count)
    let before = min(max(0, insertion.offset - position), count)
    var written = put(whole[..<before], at: position)
    if written == before {
      written += put(whole[before...], at: position + before + insertion.bytes.count)
    }
    position += written
    return sf_count_t(written)
  }

  /// Writes bytes at a place in the file; returns how many were written.
  @discardableResult
  private mutating func put(_ bytes: some Collection<UInt8>, at offset: Int) -> Int {
    guard errorNumber == 0, !bytes.isEmpty else { return 0 }
    let descriptor = descriptor
    var (written, failure): (Int, Int32) = (0, 0)
    bytes.withContiguousStorageIfAvailable { bytes in
      while written < bytes.count {
        let result = pwrite(
          descriptor, bytes.baseAddress! + written, bytes.count - written, offset + written)
        if result < 0 {
          if errno == EINTR { continue }
          failure = errno
          break
        }
        written += result
      }
    }
    errorNumber = failure
    return written
  }

  fileprivate mutating func move(by offset: sf_count_t, from origin: Int32) -> sf_count_t {
    let start =
      switch origin {
      case SEEK_CUR: position
      case SEEK_END: Int(length())
      default: 0
      }
    let target = start + Int(offset)
    if target < 0 {
      if errorNumber == 0 { errorNumber = EINVAL }
      return -1
    }
    position = target
    return sf_count_t(target)
  }

  fileprivate func length() -> sf_count_t {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return 0 }
    return sf_count_t(max(0, Int(status.st_size) - insertion.bytes.count))
  }
}

/// A sink at an address that stays, which libsndfile keeps while a file is open.
struct PinnedSink: ~Copyable {
  let address: UnsafeMutablePointer<FileSink>

  init(_ sink: FileSink) {
    address = .allocate(capacity: 1)
    address.initialize(to: sink)
  }

  deinit {
    address.deinitialize(count: 1)
    address.deallocate()
  }

  var descriptor: Int32 { address.pointee.descriptor }
  /// The first error number that a call returned; zero while all is well.
  var errorNumber: Int32 { address.pointee.errorNumber }
}

/// Calls a method of the sink behind libsndfile's user data; -1, an error, where there is none.
private func withSink(
  _ userData: UnsafeMutableRawPointer?, _ body: (inout FileSink) -> sf_count_t
) -> sf_count_t {
  guard let userData else { return -1 }
  return body(&userData.assumingMemoryBound(to: FileSink.self).pointee)
}
