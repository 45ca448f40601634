// Thread: audio

import DivisiEngine
import DivisiPorts
import Synchronization

/// Streams: which one is wanted, and how one gives way to another.
///
/// A new stream hears what the old one hears until it has something to say; then the outputs go over
/// to it in a short cross-fade, so that a change of settings leaves no gap.
extension AudioSide {
  /// For how long controls have to rest before a stream is built for them, in seconds.
  private static var settlingSeconds: Double {
    @_noLocks get { 0.1 }
  }

  /// How many channels the host has connected.
  private var wantedChannelCount: Int {
    @_noLocks get {
      let isMono = ports.samples(map.firstInput) != nil && ports.samples(map.firstInput &+ 1) == nil
      return isMono ? 1 : 2
    }
  }

  /// Takes the settings that the controls say as those that were asked for.
  ///
  /// - Returns: whether they differ from those before.
  @_noLocks
  mutating func ask() -> Bool {
    var differs = askedChannelCount != wantedChannelCount
    askedChannelCount = wantedChannelCount
    var index = 0
    while index < engineControlCount {
      let value = ports.value(map.firstEngine &+ index)
      if asked[index] != value { differs = true }
      asked[index] = value
      index &+= 1
    }
    return differs
  }

  /// Asks for another stream where the controls no longer fit this one; one at a time.
  ///
  /// - Parameter isPatient: whether to wait until the controls rest.
  @_noLocks
  mutating func askForStream(isPatient: Bool) {
    settle()
    let settled = Double(settledSamples) >= Self.settlingSeconds * sampleRate
    guard settled || isFresh || !isPatient, !mixer.handover.isMoving,
      channels.flags.pointee.servedSettings.load(ordering: .acquiring) == sentSettings,
      !channels.requests.isFull, ask(),
      channels.requests.write(
        .settings, UnsafeRawPointer(asked).assumingMemoryBound(to: UInt8.self),
        number: askedChannelCount, count: 4 &* engineControlCount)
    else { return }
    sentSettings &+= 1
    needsWork = true
  }

  /// Counts for how long the controls have been at rest.
  @_noLocks
  private mutating func settle() {
    var index = 0
    settledSamples = min(settledSamples &+ count, 1 << 30)
    while index < engineControlCount {
      let value = ports.value(map.firstEngine &+ index)
      if wanted[index] != value { settledSamples = 0 }
      wanted[index] = value
      index &+= 1
    }
  }

  /// Takes up streams that have been built: at once if nothing has been heard yet, else beside the
  /// one that is heard.
  @_noLocks
  mutating func takeStreams() {
    guard !mixer.handover.isMoving else { return }
    while let read = channels.streams.read(), let stream = read {
      if let main, main.heard > 0 {
        if let next { giveBack(next.stream) }
        next = StreamSeat(stream)
      } else {
        if let main { giveBack(main.stream) }
        main = StreamSeat(stream)
        mainLateCount = -1
      }
    }
  }

  /// Begins to go over to the next stream when it has something to say, and ends when it alone is
  /// heard.
  @_noLocks
  mutating func advanceHandover() {
    guard let next, let main, next.heard >= next.stream.latency else { return }
    if mixer.handover.value == 1 {
      giveBack(main.stream)
      self.main = next
      self.next = nil
      mainLateCount = -1
      mixer.cancelHandover()
    } else if !mixer.handover.isMoving {
      mixer.beginHandover()
    }
  }

  /// Lets the worker free a stream.
  @_noLocks
  mutating func giveBack(_ stream: StreamHandle) {
    _ = channels.returned.write(stream.number)
    needsWork = true
  }
}
