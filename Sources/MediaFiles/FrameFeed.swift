internal import CLibAV

/// The frames of a file’s sound, one after the other.
final class FrameFeed {
  /// What came next.
  enum Event {
    case frame, damage, end
  }

  let container: MediaContainer
  private let calls: libav
  private var decoder: UnsafeMutablePointer<AVCodecContext>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  private var storage: UnsafeMutablePointer<AVFrame>?
  private var isDrained = false
  /// Whether the file ended in the middle of something.
  private(set) var wasCutOff = false

  init(_ container: MediaContainer) throws(MediaError) {
    self.container = container
    calls = container.library.calls
    decoder = calls.avcodec_alloc_context3(container.codec)
    packet = calls.av_packet_alloc()
    storage = calls.av_frame_alloc()
    let stream = container.stream.pointee
    guard let decoder, packet != nil, storage != nil,
      calls.avcodec_parameters_to_context(decoder, stream.codecpar) >= 0
    else { throw .noSound }
    decoder.pointee.pkt_timebase = stream.time_base
    decoder.pointee.thread_count = 1
    guard calls.avcodec_open2(decoder, container.codec, nil) >= 0 else {
      throw .unknownCodec(container.codecName)
    }
  }

  deinit {
    calls.av_frame_free(&storage)
    calls.av_packet_free(&packet)
    calls.avcodec_free_context(&decoder)
  }

  /// The frame that ``next()`` found.
  var frame: AVFrame { storage!.pointee }

  /// Decodes the next frame.
  func next() -> Event {
    guard let packet else { return .end }
    while true {
      calls.av_frame_unref(storage)
      let received = calls.avcodec_receive_frame(decoder, storage)
      if received == 0 { return .frame }
      if received != libav_again() {
        if received == libav_end() || isDrained { return .end }
        return .damage
      }
      let read = container.read(packet)
      guard read >= 0 else {
        if isDrained { return .end }
        wasCutOff = read != libav_end()
        isDrained = true
        _ = calls.avcodec_send_packet(decoder, nil)
        continue
      }
      let sent = calls.avcodec_send_packet(decoder, packet)
      calls.av_packet_unref(packet)
      if sent < 0 { return .damage }
    }
  }
}
