internal import CSndfile
internal import Glibc

/// A file that libsndfile decodes.
final class LibrarySource: SampleSource {
  let sampleRate: Int
  let channelCount: Int
  let statedCount: Int
  let warning: String? = nil
  private let path: String
  private let descriptor: Int32
  private let file: OpaquePointer
  private let info: SF_INFO
  /// What libsndfile reads through, where it does not have a descriptor of its own.
  private let patched: PositionedFile?

  /// - Returns: nil where libsndfile does not know the format, or what it is encoded with.
  /// - Throws: one line for a file that it knows and cannot open.
  init?(_ descriptor: Int32, path: String) throws(AudioFileError) {
    var info = SF_INFO()
    let patches = unfinishedHeader(descriptor: descriptor, fileSize: fileLength(descriptor))
    let patched =
      patches.isEmpty ? nil : PositionedFile(descriptor: descriptor, patches: patches)
    do throws(LibraryOpening.Refusal) {
      file = try LibraryOpening.open {
        if let patched {
          var callbacks = PositionedFile.callbacks
          return sf_open_virtual(&callbacks, CInt(SFM_READ), &info, patched.address)
        }
        // The library gets a descriptor of its own: it closes one that it cannot make sense of, even
        // where it is told not to, and a second close could hit another thread's file.
        return sf_open_fd(dup(descriptor), CInt(SFM_READ), &info, CInt(SF_TRUE))
      }
    } catch {
      if [SF_ERR_UNRECOGNISED_FORMAT, SF_ERR_UNSUPPORTED_ENCODING].map({ CInt($0) })
        .contains(error.number)
      {
        return nil
      }
      throw AudioFileError(path, expected: "an audio file", found: error.message)
    }
    self.patched = patched
    self.path = path
    self.descriptor = descriptor
    self.info = info
    sampleRate = Int(info.samplerate)
    channelCount = Int(info.channels)
    statedCount = Int(info.frames)
  }

  deinit { sf_close(file) }

  var tags: AudioTags {
    var tags = AudioTags(of: file)
    tags.picture = PictureBlock.first(in: descriptor) ?? OggComments.picture(in: descriptor)
    return tags
  }

  func read(
    into block: UnsafeMutableBufferPointer<Float>, position: Int
  ) throws(AudioFileError) -> Int {
    let wanted = block.count / channelCount
    let count = max(0, Int(sf_readf_float(file, block.baseAddress, sf_count_t(wanted))))
    if count == 0 { try checkEnd(position) }
    return count
  }

  func seek(to sample: Int) -> Bool {
    sf_seek(file, sf_count_t(sample), CInt(SEEK_SET)) == sf_count_t(sample)
  }

  private func checkEnd(_ position: Int) throws(AudioFileError) {
    let place = "sample \(position)"
    guard sf_error(file) == 0 else {
      throw AudioFileError(
        path, at: place, expected: "sound that can be decoded", found: libraryMessage(file))
    }
    if info.frames != sf_count_t.max, position < statedCount {
      throw AudioFileError(
        path, at: place, expected: "\(info.frames) samples", found: "the file is truncated")
    }
  }
}

/// What libsndfile says about a file, or about the last attempt to open one, without a full stop.
func libraryMessage(_ file: OpaquePointer?) -> String {
  var message = String(cString: sf_strerror(file))
  while message.last == "." || message.last == " " || message.last == "\n" { message.removeLast() }
  return message
}
