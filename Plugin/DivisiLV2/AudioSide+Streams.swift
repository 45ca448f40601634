// Thread: audio

import DivisiEngine
import DivisiPorts
import Synchronization

/// Streams: which one is wanted, and how one gives way to another.
///
/// A new stream takes the same input as the old one until its latency has passed; then the outputs
/// cross-fade to it, so that a change of settings leaves no gap.
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

  /// Takes the settings that the controls say as those to be requested.
  ///
  /// - Returns: whether they differ from those before.
  @_noLocks
  mutating func updateRequested() -> Bool {
    var differs = requestedChannelCount != wantedChannelCount
    requestedChannelCount = wantedChannelCount
    var index = 0
    while index < engineControlCount {
      let value = ports.value(map.firstEngine &+ index)
      if requested[index] != value { differs = true }
      requested[index] = value
      index &+= 1
    }
    return differs
  }

  /// Requests another stream where the controls no longer fit this one; one at a time.
  ///
  /// - Parameter waitsForRest: whether to wait until the controls rest.
  @_noLocks
  mutating func requestStream(waitsForRest: Bool) {
    settle()
    let settled = Double(settledSamples) >= Self.settlingSeconds * sampleRate
    guard settled || isFresh || !waitsForRest, !mixer.crossFade.isMoving,
      channels.flags.pointee.servedSettings.load(ordering: .acquiring) == sentSettings,
      !channels.requests.isFull, updateRequested(),
      channels.requests.write(
        .settings, UnsafeRawPointer(requested).assumingMemoryBound(to: UInt8.self),
        number: requestedChannelCount, count: 4 &* engineControlCount)
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

  /// Adopts streams that have been built: at once if the main one has processed nothing yet, else
  /// beside it.
  @_noLocks
  mutating func adoptStreams() {
    guard !mixer.crossFade.isMoving else { return }
    while let read = channels.streams.read(), let stream = read {
      if let main, main.processedCount > 0 {
        if let next { retire(next.stream) }
        next = StreamSlot(stream)
      } else {
        if let main { retire(main.stream) }
        main = StreamSlot(stream)
        mainLateCount = -1
      }
    }
  }

  /// Begins the cross-fade to the next stream when that has output, and ends it when it is complete.
  @_noLocks
  mutating func advanceCrossFade() {
    guard let next, let main, next.processedCount >= next.stream.latency else { return }
    if mixer.crossFade.value == 1 {
      retire(main.stream)
      self.main = next
      self.next = nil
      mainLateCount = -1
      mixer.endCrossFade()
    } else if !mixer.crossFade.isMoving {
      mixer.beginCrossFade()
    }
  }

  /// Lets the worker free a stream.
  @_noLocks
  mutating func retire(_ stream: StreamHandle) {
    _ = channels.returned.write(stream.number)
    needsWork = true
  }
}
