// Thread: audio

/// A `time:Position` that is written over and over in place.
public struct PositionEvent: ~Copyable {
  private let body: UnsafeMutableRawPointer
  private let count: Int, plainCount: Int
  private let type: UInt32

  /// - Thread: setup.
  public init(urids: URIDMap) {
    let time = "http://lv2plug.in/ns/ext/time#"
    let plain: [(String, AtomMessage.Value)] = [
      (time + "frame", .long(0)), (time + "speed", .float(0)),
    ]
    let beats: [(String, AtomMessage.Value)] = [
      (time + "bar", .long(0)), (time + "barBeat", .float(0)), (time + "beatUnit", .int(0)),
      (time + "beatsPerBar", .float(0)), (time + "beatsPerMinute", .float(0)),
    ]
    let message = AtomMessage.object(time + "Position", plain + beats, urids)
    type = message.type
    count = message.body.count
    plainCount = AtomMessage.object(time + "Position", plain, urids).body.count
    body = .allocate(byteCount: count, alignment: 8)
    body.copyMemory(from: message.body, byteCount: count)
  }

  deinit { body.deallocate() }

  /// Says how far the transport is, in samples, and whether it rolls.
  @_noLocks
  public func set(frame: Int, rolls: Bool) {
    value(0).storeBytes(of: Int64(truncatingIfNeeded: frame), as: Int64.self)
    value(1).storeBytes(of: rolls ? 1 : 0, as: Float.self)
  }

  /// Says where that is in the music.
  ///
  /// - Parameters:
  ///   - bar: counted from 0.
  ///   - barBeat: beats since the bar began.
  ///   - beatUnit: what note a beat is, 4 for a quarter.
  @_noLocks
  public func set(
    bar: Int, barBeat: Float, beatUnit: Float, beatsPerBar: Float, beatsPerMinute: Float
  ) {
    value(2).storeBytes(of: Int64(truncatingIfNeeded: bar), as: Int64.self)
    value(3).storeBytes(of: barBeat, as: Float.self)
    value(4).storeBytes(of: Int32(max(0, min(beatUnit, 1024))), as: Int32.self)
    value(5).storeBytes(of: beatsPerBar, as: Float.self)
    value(6).storeBytes(of: beatsPerMinute, as: Float.self)
  }

  /// Adds it to the events of a block.
  ///
  /// - Returns: false if there is no room.
  @_noLocks
  @discardableResult
  public func append(to events: AtomSequence, at frame: Int, hasBeats: Bool) -> Bool {
    events.append(at: frame, type: type, body: body, count: hasBeats ? count : plainCount)
  }

  /// Properties take 24 bytes each, after 8 of the object: key, context, size, type, value.
  @_noLocks
  private func value(_ property: Int) -> UnsafeMutableRawPointer {
    body + (8 &+ 24 &* property &+ 16)
  }
}
