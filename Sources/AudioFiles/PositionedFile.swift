internal import CSndfile
internal import Glibc

/// An open file that libraries read through functions; the position of its descriptor is not moved.
final class PositionedFile {
  /// Bytes that are read in place of those of the file.
  struct Patch {
    let offset: Int
    let bytes: [UInt8]
  }

  private let descriptor: Int32
  private let patches: [Patch]
  private let cuts: [Range<Int>]
  private let length: Int
  private var position = 0

  /// - Parameters:
  ///   - descriptor: stays open for as long as this is there.
  ///   - patches: within the file as it is without the cuts.
  ///   - cuts: bytes of the file that are left out, in order.
  init(descriptor: Int32, patches: [Patch] = [], cuts: [Range<Int>] = []) {
    self.descriptor = descriptor
    self.patches = patches
    self.cuts = cuts
    length = cuts.reduce(fileLength(descriptor)) { $0 - $1.count }
  }

  /// What a library keeps, and gives back to the functions.
  var address: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func of(_ address: UnsafeMutableRawPointer?) -> PositionedFile {
    Unmanaged<PositionedFile>.fromOpaque(address!).takeUnretainedValue()
  }

  /// Reads the next bytes; 0 at the end, −1 where the system cannot.
  func read(_ bytes: UnsafeMutableRawPointer?, count: Int) -> Int {
    var (place, limit) = (position, count)
    for cut in cuts {
      guard cut.lowerBound <= place else {
        limit = min(limit, cut.lowerBound - place)
        break
      }
      place += cut.count
    }
    while true {
      let result = pread(descriptor, bytes, limit, place)
      if result < 0, errno == EINTR { continue }
      guard result > 0, let bytes else { return result }
      for patch in patches {
        for (index, byte) in patch.bytes.enumerated() {
          let place = patch.offset + index - position
          if (0..<result).contains(place) {
            bytes.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
          }
        }
      }
      position += result
      return result
    }
  }

  /// Moves to a place as `lseek` does; −1 for one that is not there.
  func seek(_ offset: Int, from origin: Int32) -> Int {
    let start =
      switch origin {
      case SEEK_CUR: position
      case SEEK_END: length
      default: 0
      }
    let (target, overflow) = start.addingReportingOverflow(offset)
    guard !overflow, target >= 0 else { return -1 }
    position = target
    return target
  }

  /// The callbacks for `sf_open_virtual`, whose user data is ``address``.
  static var callbacks: SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(PositionedFile.of($0).length) },
      seek: { sf_count_t(PositionedFile.of($2).seek(Int($0), from: $1)) },
      read: { sf_count_t(max(0, PositionedFile.of($2).read($0, count: Int($1)))) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(PositionedFile.of($0).position) })
  }
}

/// In bytes; 0 where the system does not say.
func fileLength(_ descriptor: Int32) -> Int {
  var status = stat()
  return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
}
