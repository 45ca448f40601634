internal import CLibAV
internal import Glibc

/// An open file as libav reads it: through a descriptor whose position is not moved.
///
/// libav gets no path, and so no way to other files or to the network.
final class MediaInput {
  private let descriptor: Int32
  private var position = 0
  private let library: MediaLibrary
  private(set) var context: UnsafeMutablePointer<AVIOContext>?
  private static let bufferLength = 32_768

  /// - Parameter descriptor: of a regular file; stays open for as long as this is there.
  init(descriptor: Int32, library: MediaLibrary) {
    self.descriptor = descriptor
    self.library = library
    let buffer = library.calls.av_malloc(Self.bufferLength)
    context = library.calls.avio_alloc_context(
      buffer?.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferLength), 0,
      Unmanaged.passUnretained(self).toOpaque(),
      { MediaInput.of($0).read($1, count: Int($2)) }, nil, { MediaInput.of($0).seek($1, $2) })
  }

  deinit {
    guard let context else { return }
    // libav may have made another one since.
    withUnsafeMutablePointer(to: &context.pointee.buffer) { library.calls.av_freep($0) }
    library.calls.avio_context_free(&self.context)
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> MediaInput {
    Unmanaged<MediaInput>.fromOpaque(data!).takeUnretainedValue()
  }

  private func read(_ bytes: UnsafeMutablePointer<UInt8>?, count: Int) -> Int32 {
    while true {
      let result = pread(descriptor, bytes, count, position)
      if result < 0, errno == EINTR { continue }
      position += max(0, result)
      return result > 0 ? Int32(result) : result == 0 ? libav_end() : -errno
    }
  }

  private func seek(_ offset: Int64, _ origin: Int32) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return -1 }
    if origin & AVSEEK_SIZE != 0 { return Int64(status.st_size) }
    let start =
      switch origin & ~AVSEEK_FORCE {
      case SEEK_CUR: position
      case SEEK_END: Int(status.st_size)
      default: 0
      }
    let (target, overflow) = start.addingReportingOverflow(Int(offset))
    guard !overflow, target >= 0 else { return -1 }
    position = target
    return Int64(target)
  }
}
