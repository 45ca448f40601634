internal import CSndfile
internal import Glibc

/// Where libsndfile writes: a file descriptor that remembers the first failure.
///
/// libsndfile's FLAC encoder drops the result of its last writes, so a disk that is full at the end
/// would go unnoticed without this.
struct FileSink {
  /// An open file; stays open.
  let descriptor: Int32
  /// The first error number that a call returned; zero while all is well.
  var errorNumber: Int32 = 0

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
    guard let bytes, errorNumber == 0 else { return 0 }
    var written = 0
    while written < count {
      let result = Glibc.write(descriptor, bytes + written, count - written)
      if result < 0 {
        if errno == EINTR { continue }
        errorNumber = errno
        break
      }
      written += result
    }
    return sf_count_t(written)
  }

  fileprivate mutating func move(by offset: sf_count_t, from origin: Int32) -> sf_count_t {
    let position = lseek(descriptor, Int(offset), origin)
    if position < 0, errorNumber == 0 { errorNumber = errno }
    return sf_count_t(position)
  }

  fileprivate func length() -> sf_count_t {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? sf_count_t(status.st_size) : 0
  }
}

/// A sink at an address that stays, which libsndfile keeps while a file is open.
struct PinnedSink: ~Copyable {
  let address: UnsafeMutablePointer<FileSink>

  init(_ sink: FileSink) {
    address = .allocate(capacity: 1)
    address.initialize(to: sink)
  }

  deinit { address.deallocate() }

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
