// Thread: audio

internal import CLV2
import DivisiControls
import DivisiEngine

/// Controls.
extension AudioSide {
  /// Starts a block: takes what the controls say.
  @_noLocks
  mutating func begin(count: Int, waitsForRest: Bool) {
    self.count = count
    done = 0
    if mustReschedule {
      mustReschedule = false
      needsWork = true
    }
    transport.beginBlock()
    events = EventReader(ports.pointer(map.control), urids: urids)
    midi = map.midi < 0 ? EventReader() : EventReader(ports.pointer(map.midi), urids: urids)
    mixer.setActive(ports.isOn(map.enabled), atOnce: isFresh)
    readRemix()
    readPlacement()
    if outbox.send() { needsWork = true }
    if !awaitsState { tellWorker() }
    requestStream(waitsForRest: waitsForRest)
  }

  @_noLocks
  private func readRemix() {
    var isAnySolo = false
    var stem = 0
    while stem < stemCount {
      if ports.isOn(map.firstRemix &+ 4 &* stem &+ 2) { isAnySolo = true }
      stem &+= 1
    }
    stem = 0
    while stem < stemCount {
      let first = map.firstRemix &+ 4 &* stem
      let decibels = ports.value(first)
      let isSilent =
        decibels <= -60 || ports.isOn(first &+ 1) || (isAnySolo && !ports.isOn(first &+ 2))
      let gain: Float = isSilent ? 0 : decibels == 0 ? 1 : divisi_exp10f(decibels / 20)
      let pan = ports.value(first &+ 3)
      mixer.setGain(
        ofStem: stem, left: gain * min(1, 1 - pan), right: gain * min(1, 1 + pan), atOnce: isFresh)
      stem &+= 1
    }
  }

  /// Reads where notes come from; what comes with a state is for the stream that comes with it.
  @_noLocks
  private mutating func readPlacement() {
    placement.source = ports.value(map.scoreSource)
    placement.followsHost = ports.value(map.sync) < 0.5
    placement.offsetSeconds = Double(ports.value(map.scoreOffset))
    // After the controls: a host sets those of a state before or after it restores the rest.
    followStates()
    if !isAdoptingState { mainPlacement = placement }
  }

  /// Tells the worker of controls that it serves, where they have changed.
  @_noLocks
  mutating func tellWorker() {
    if drumMap.tell(ports, channels.requests) { needsWork = true }
    if slot.tell(ports, channels.requests) { needsWork = true }
    if follow.tell(ports, channels.requests) { needsWork = true }
  }
}
