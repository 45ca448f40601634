internal import CSndfile
import InputFiles

/// What a recording says of itself.
///
/// Levels (ReplayGain) are not among it: they are those of the whole, and parts have others.
public struct AudioTags: Sendable, Equatable {
  /// A line of text with a meaning.
  public enum Field: CaseIterable, Sendable {
    case title, artist, album, date, genre, trackNumber, comment, copyright, license
  }

  /// A picture that belongs to the recording: its cover.
  public struct Picture: Sendable, Equatable {
    /// A MIME type such as `image/jpeg`.
    public var type: String
    /// The picture’s own file.
    public var bytes: [UInt8]

    /// Makes a picture of its type and its file.
    public init(type: String, bytes: [UInt8]) {
      self.type = type
      self.bytes = bytes
    }
  }

  /// What there is of lines.
  public var texts: [Field: String] = [:]
  /// The cover; nil for none.
  public var picture: Picture?
  /// The broadcast extension of a WAV file, as libsndfile has it: who made the recording, and when it begins.
  var broadcast: [UInt8] = []

  /// Nothing at all.
  public init() {}

  /// Whether the recording says when on a time line it begins, which only WAV files do.
  public var hasTimeStamp: Bool {
    broadcastInfo.map { $0.time_reference_low != 0 || $0.time_reference_high != 0 } ?? false
  }

  /// Those of a part: its name is added to the title, if there is one.
  public func of(part name: String) -> AudioTags {
    var tags = self
    if let title = texts[.title] { tags.texts[.title] = "\(title) (\(name))" }
    return tags
  }

  private var broadcastInfo: SF_BROADCAST_INFO? {
    guard broadcast.count == MemoryLayout<SF_BROADCAST_INFO>.size else { return nil }
    return broadcast.withUnsafeBytes { $0.loadUnaligned(as: SF_BROADCAST_INFO.self) }
  }
}

extension AudioTags {
  /// Longer texts are cut, in bytes: the headers of some formats have a limit.
  static let longestText = 16_384

  /// Takes a text of a file, if it is one, without what it might do to a terminal; a comment may have several lines.
  mutating func add(_ field: Field, _ text: String) {
    let text = text.prefix(Self.longestText)
    let harmless = field == .comment ? text.harmless : text.onOneLine
    if !harmless.isEmpty { texts[field] = harmless }
  }

  /// What libsndfile knows of an open file.
  init(of file: OpaquePointer) {
    for field in Field.allCases {
      guard let text = sf_get_string(file, field.libraryType) else { continue }
      add(field, String(cString: text))
    }
    var info = SF_BROADCAST_INFO()
    let size = MemoryLayout<SF_BROADCAST_INFO>.size
    if sf_command(file, CInt(SFC_GET_BROADCAST_INFO), &info, CInt(size)) == SF_TRUE {
      broadcast = withUnsafeBytes(of: info) { Array($0) }
    }
  }

  /// Gives a file that is written its texts and its time stamp; before the first sample.
  func set(on file: OpaquePointer?, format: AudioFormat) {
    for field in Field.allCases {
      guard let text = texts[field] else { continue }
      sf_set_string(file, field.libraryType, text)
    }
    if format.fileExtension == "wav", var info = broadcastInfo {
      let size = MemoryLayout<SF_BROADCAST_INFO>.size
      sf_command(file, CInt(SFC_SET_BROADCAST_INFO), &info, CInt(size))
    }
  }

  /// What the file holds that libsndfile cannot write.
  func insertion(for format: AudioFormat) -> FileSink.Insertion {
    switch format {
    // Behind the mark and the block of stream information, which always come first.
    case .flac:
      FileSink.Insertion(offset: 4 + 4 + 34, bytes: picture.flatMap(PictureBlock.encoded) ?? [])
    case .mp3: FileSink.Insertion(bytes: ID3Tag.encoded(self))
    case .wav16, .wav24, .wavFloat, .ogg, .opus: FileSink.Insertion()
    }
  }
}

extension AudioTags.Field {
  fileprivate var libraryType: CInt {
    let type =
      switch self {
      case .title: SF_STR_TITLE
      case .artist: SF_STR_ARTIST
      case .album: SF_STR_ALBUM
      case .date: SF_STR_DATE
      case .genre: SF_STR_GENRE
      case .trackNumber: SF_STR_TRACKNUMBER
      case .comment: SF_STR_COMMENT
      case .copyright: SF_STR_COPYRIGHT
      case .license: SF_STR_LICENSE
      }
    return CInt(type)
  }
}
