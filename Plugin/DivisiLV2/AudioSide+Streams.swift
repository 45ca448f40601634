// Thread: audio

import DivisiControls
import DivisiEngine
import Synchronization

/// Streams: which one is wanted, and how one gives way to another.
///
/// A new stream takes the same input as the old one until its latency has passed; then the outputs
/// cross-fade to it, so that a change of settings leaves no gap.
extension AudioSide {
  /// For how long controls have to rest before a stream is built for them, in seconds: longer than a
  /// block of 4096 samples at 44.1 kHz, so that the values of a preset, which hosts may deliver with
  /// several blocks, count as one change. Chosen, not measured.
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
    while index < settingCount {
      let value = ports.setting(index)
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
      channels.flags.pointee.restoring.load(ordering: .acquiring) == 0,
      !channels.requests.isFull
    else { return }
    let restored = channels.flags.pointee.restoredStates.load(ordering: .acquiring)
    let differs = updateRequested()
    guard differs || restored != adoptedStates else { return }
    tellWorker()
    guard
      channels.requests.write(
        .settings, UnsafeRawPointer(requested).assumingMemoryBound(to: UInt8.self),
        number: requestedChannelCount, count: 4 &* settingCount)
    else {
      // Asked for again with the next block.
      requestedChannelCount = 0
      return
    }
    adoptedStates = restored
    sentSettings &+= 1
    needsWork = true
  }

  /// Whether a state is being restored or has been, for which no stream has been requested.
  var awaitsState: Bool {
    @_noLocks get {
      channels.flags.pointee.restoring.load(ordering: .acquiring) != 0
        || channels.flags.pointee.restoredStates.load(ordering: .acquiring) != adoptedStates
    }
  }

  /// Finds out whether a state is on its way to the outputs, or has arrived there.
  @_noLocks
  mutating func followStates() {
    let restored = channels.flags.pointee.restoredStates.load(ordering: .acquiring)
    if restored != seenStates || channels.flags.pointee.restoring.load(ordering: .acquiring) != 0 {
      // Its controls may come now.
      settledSamples = 0
      seenStates = restored
    }
    if awaitsState {
      isAdoptingState = true
    } else if isAdoptingState,
      channels.flags.pointee.servedSettings.load(ordering: .acquiring) == sentSettings
    {
      adoptStreams()
      isAdoptingState = next != nil
    }
  }

  /// Counts for how long the controls have been at rest.
  @_noLocks
  private mutating func settle() {
    var index = 0
    settledSamples = min(settledSamples &+ count, 1 << 30)
    while index < settingCount {
      let value = ports.setting(index)
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
        setMain(StreamSlot(stream))
      }
    }
  }

  /// Begins the cross-fade to the next stream when that has output, and ends it when it is complete.
  @_noLocks
  mutating func advanceCrossFade() {
    guard let next, let main, next.processedCount >= next.stream.latency else { return }
    if mixer.crossFade.value == 1 {
      retire(main.stream)
      setMain(next)
      self.next = nil
      mixer.endCrossFade()
    } else if !mixer.crossFade.isMoving {
      mixer.beginCrossFade()
    }
  }

  /// Has a stream in the outputs from now on, with the placement that it was made for.
  @_noLocks
  private mutating func setMain(_ slot: StreamSlot) {
    main = slot
    mainPlacement = placement
    mainLateCount = -1
  }

  /// Lets the worker free a stream.
  @_noLocks
  mutating func retire(_ stream: StreamHandle) {
    _ = channels.retired.write(stream.number)
    needsWork = true
  }
}
