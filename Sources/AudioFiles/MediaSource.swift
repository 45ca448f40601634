internal import MediaFiles

/// A file that only libav knows: M4A, WMA, Matroska, and the sound of videos.
final class MediaSource: SampleSource {
  let sampleRate: Int
  let channelCount: Int
  /// Nobody knows before all is decoded.
  let statedCount = 0
  private let path: String
  private let decoder: MediaDecoder

  /// - Throws: one line for a file that libav does not know either, or if it is not installed.
  init(_ descriptor: Int32, path: String) throws(AudioFileError) {
    do throws(MediaError) {
      decoder = try MediaDecoder(descriptor: descriptor)
    } catch {
      throw Self.error(error, path: path)
    }
    self.path = path
    sampleRate = decoder.sampleRate
    channelCount = decoder.channelCount
  }

  var tags: AudioTags {
    var tags = AudioTags()
    for (field, name) in Self.names {
      if let text = decoder.text(name) { tags.add(field, text) }
    }
    tags.picture = decoder.picture.map { AudioTags.Picture(type: $0.type, bytes: $0.bytes) }
    return tags
  }

  private static let names: [(AudioTags.Field, String)] = [
    (.title, "title"), (.artist, "artist"), (.album, "album"), (.date, "date"), (.genre, "genre"),
    (.trackNumber, "track"), (.comment, "comment"), (.copyright, "copyright"),
  ]

  var warning: String? {
    decoder.damage.map {
      Self.warning(
        path: path, count: $0.count, firstSample: $0.sample, sampleRate: sampleRate)
    }
  }

  func read(
    into block: UnsafeMutableBufferPointer<Float>, position: Int
  ) throws(AudioFileError) -> Int {
    do throws(MediaError) {
      return try decoder.read(into: block)
    } catch {
      throw Self.error(error, path: path)
    }
  }

  private static func error(_ error: MediaError, path: String) -> AudioFileError {
    switch error {
    case .missingLibraries(let packages):
      AudioFileError(
        path, expected: "an audio file",
        found:
          "its format is not known, but might be with the packages \(packages), which are not installed"
      )
    case .unknownFormat:
      AudioFileError(path, expected: "an audio file", found: "its format is not known")
    case .noSound:
      AudioFileError(
        path, expected: "a file with sound", found: "there is none that can be decoded")
    case .unknownCodec(let name):
      AudioFileError(path, expected: "sound that can be decoded", found: "its codec is \(name)")
    case .changingShape(let sample):
      AudioFileError(
        path, at: "sample \(sample)", expected: "the sample rate and channels of the start",
        found: "they change")
    case .truncated(let sample):
      AudioFileError(
        path, at: "sample \(sample)", expected: "more sound, as its header says",
        found: "the file is truncated")
    }
  }
}
