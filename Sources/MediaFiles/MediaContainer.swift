internal import CLibAV

/// A file of sound, and perhaps of pictures, taken apart into packets of its sound.
final class MediaContainer {
  let library: MediaLibrary
  private let input: MediaInput
  private var context: UnsafeMutablePointer<AVFormatContext>?
  private let index: Int32
  let codec: UnsafePointer<AVCodec>

  /// Formats that are read, by libav’s names; no playlists, which lead to other files.
  private static let formats = [
    "3gp", "aac", "ac3", "aiff", "amr", "ape", "asf", "avi", "caf", "dts", "eac3", "flac", "flv",
    "m4a",
    "matroska", "mov", "mp3", "mp4", "mpc", "mpc8", "mpeg", "mpegts", "ogg", "tak", "tta", "w64",
    "wav", "webm",
    "wv", "xwma",
  ]
  private static let streamLimit: Int32 = 256

  /// - Parameter withEdits: whether the length of an MP4 is that of its edit list, and not that of all that it has.
  /// - Throws: what is wrong with the file, before its first packet.
  init(
    descriptor: Int32, library: MediaLibrary, withEdits: Bool = true
  ) throws(MediaError) {
    self.library = library
    let calls = library.calls
    input = MediaInput(descriptor: descriptor, library: library)
    var context = calls.avformat_alloc_context()
    context?.pointee.pb = input.context
    context?.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
    context?.pointee.max_streams = Self.streamLimit
    context?.pointee.io_open = { _, _, _, _, _ in libav_refused() }
    var options: OpaquePointer?
    _ = calls.av_dict_set(
      &options, "format_whitelist", Self.formats.joined(separator: ","), 0)
    if !withEdits { _ = calls.av_dict_set(&options, "advanced_editlist", "0", 0) }
    let opened = calls.avformat_open_input(&context, nil, nil, &options)
    calls.av_dict_free(&options)
    guard opened >= 0, context != nil, calls.avformat_find_stream_info(context, nil) >= 0 else {
      calls.avformat_close_input(&context)
      throw .unknownFormat
    }
    var codec: UnsafePointer<AVCodec>?
    let index = calls.av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0)
    guard index >= 0, let codec else {
      let name = Self.codecName(of: context, calls)
      calls.avformat_close_input(&context)
      throw index == libav_no_decoder() ? .unknownCodec(name) : .noSound
    }
    for stream in Self.streams(of: context) where stream.pointee.index != index {
      stream.pointee.discard = AVDISCARD_ALL
    }
    self.context = context
    self.index = index
    self.codec = codec
  }

  deinit { library.calls.avformat_close_input(&context) }

  var stream: UnsafeMutablePointer<AVStream> { context!.pointee.streams[Int(index)]! }

  /// What libav calls the codec of the sound.
  var codecName: String { Self.codecName(of: context, library.calls) }

  /// Gets the next packet of the sound.
  ///
  /// - Returns: 0, or an error of libav.
  func read(_ packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
    while true {
      let result = library.calls.av_read_frame(context, packet)
      if result < 0 || packet.pointee.stream_index == index { return result }
      library.calls.av_packet_unref(packet)
    }
  }

  /// When the first packet of the sound is due, in units of the stream: before zero if its sound is not to be heard.
  var firstTime: Int? {
    var packet = library.calls.av_packet_alloc()
    defer { library.calls.av_packet_free(&packet) }
    guard let packet, read(packet) >= 0, packet.pointee.pts != libav_no_time() else { return nil }
    return Int(packet.pointee.pts)
  }

  /// The length of the sound in seconds, if the file’s header says it.
  var statedSeconds: Double? {
    guard let context else { return nil }
    let name = String(cString: context.pointee.iformat.pointee.name)
    let stream = stream.pointee
    let isOfStream = ["mov,", "asf"].contains { name.hasPrefix($0) }
    if isOfStream, stream.duration != libav_no_time(), stream.duration > 0 {
      let base = stream.time_base
      return Double(stream.duration) * Double(base.num) / Double(base.den)
    }
    // Of a video it may be the length of the pictures.
    guard name.hasPrefix("matroska"), context.pointee.nb_streams == 1,
      context.pointee.duration != libav_no_time(), context.pointee.duration > 0
    else { return nil }
    return Double(context.pointee.duration) / Double(AV_TIME_BASE)
  }

  /// The length of the sound of an MP4 in samples; nil if the file is none, or counts in other units.
  func stated(sampleRate: Int) -> Int? {
    let (stream, name) = (stream.pointee, String(cString: context!.pointee.iformat.pointee.name))
    guard name.hasPrefix("mov,"), stream.time_base.num == 1,
      Int(stream.time_base.den) == sampleRate, stream.duration != libav_no_time()
    else { return nil }
    return Int(stream.duration)
  }

  /// A text that the file or its sound has under a name.
  func text(_ key: String) -> String? {
    for dictionary in [context?.pointee.metadata, stream.pointee.metadata] {
      guard let entry = library.calls.av_dict_get(dictionary, key, nil, 0) else { continue }
      return String(cString: entry.pointee.value)
    }
    return nil
  }

  /// The picture on its cover, with its MIME type.
  var picture: (type: String, bytes: [UInt8])? {
    for stream in Self.streams(of: context)
    where stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 {
      let packet = stream.pointee.attached_pic
      let type: String? =
        switch stream.pointee.codecpar.pointee.codec_id {
        case AV_CODEC_ID_MJPEG: "image/jpeg"
        case AV_CODEC_ID_PNG: "image/png"
        default: nil
        }
      guard let type, let data = packet.data, packet.size > 0 else { continue }
      return (type, Array(UnsafeBufferPointer(start: data, count: Int(packet.size))))
    }
    return nil
  }

  private static func streams(
    of context: UnsafeMutablePointer<AVFormatContext>?
  ) -> [UnsafeMutablePointer<AVStream>] {
    guard let context else { return [] }
    return (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
  }

  private static func codecName(
    of context: UnsafeMutablePointer<AVFormatContext>?, _ calls: libav
  ) -> String {
    let sound = streams(of: context).first {
      $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    }
    let name = sound.flatMap { calls.avcodec_get_name($0.pointee.codecpar.pointee.codec_id) }
    return name.map { String(cString: $0) } ?? "not known"
  }
}
