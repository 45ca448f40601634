// Thread: audio

import DivisiEngine

/// Samples.
extension AudioSide {
  /// Does some samples, at most so many; stops where there is work, and goes on there when called
  /// again.
  @_noLocks
  mutating func render(_ wanted: Int) {
    if chunkCount == 0 { adoptStreams() }
    guard let main else {
      passThrough(wanted)
      return
    }
    if chunkCount == 0 { beginChunk(wanted, channelCount: main.stream.channelCount) }
    if mainDone < chunkCount {
      let length = run(main.stream, mixer.stems, from: mainDone)
      hear(from: mainDone, count: length, channelCount: main.stream.channelCount)
      mainDone &+= length
    }
    if let next, nextDone < chunkCount && !needsWork {
      nextDone &+= run(next.stream, mixer.nextStems, from: nextDone)
    }
    guard mainDone == chunkCount, next == nil || nextDone == chunkCount else { return }
    endChunk(main.stream)
  }

  @_noLocks
  private mutating func beginChunk(_ wanted: Int, channelCount: Int) {
    main?.update(mainPlacement, transport, sampleRate: sampleRate)
    next?.update(placement, transport, sampleRate: sampleRate)
    chunkCount = min(wanted, Mixer.capacity)
    mainDone = 0
    nextDone = 0
    var inputCount = channelCount
    if let next {
      inputCount = max(inputCount, next.stream.channelCount)
      // Up to where the next stream has output, and up to the end of the cross-fade.
      let silent = next.stream.latency &- next.processedCount
      if silent > 0 { chunkCount = min(chunkCount, silent) }
      if mixer.crossFade.isMoving { chunkCount = min(chunkCount, mixer.crossFade.left) }
    }
    copyInputs(chunkCount, channelCount: inputCount)
  }

  /// Has a stream do what is left of the chunk, or a part of it.
  @_noLocks
  private mutating func run(
    _ stream: StreamHandle, _ stems: UnsafeMutablePointer<UnsafeMutablePointer<Float>>,
    from offset: Int
  ) -> Int {
    let residual = stems + (stemCount &- 1) &* stream.channelCount
    let length = stream.process.pointee.run(
      inputs: UnsafePointer(constInputs), parts: UnsafePointer(stems),
      residual: UnsafePointer(residual), offset: offset, count: chunkCount &- offset)
    if stream.process.pointee.isUpdateDue { needsWork = true }
    return length
  }

  @_noLocks
  private mutating func endChunk(_ stream: StreamHandle) {
    var channelCount = stream.channelCount
    if let next, mixer.crossFade.isMoving {
      channelCount = mixer.blend(
        count: chunkCount, channelCount: channelCount, nextChannelCount: next.stream.channelCount)
    }
    mixer.run(count: chunkCount, channelCount: channelCount)
    copyOutputs(chunkCount, channelCount: channelCount)
    isFresh = false
    done &+= chunkCount
    transport.clock &+= chunkCount
    chunkCount = 0
    advanceCrossFade()
  }

  @_noLocks
  private func copyInputs(_ length: Int, channelCount: Int) {
    let left = ports.samples(map.firstInput)
    let right = ports.samples(map.firstInput &+ 1) ?? left
    var channel = 0
    while channel < channelCount {
      let target = inputs[channel]
      var index = 0
      while index < length {
        var value: Float = 0
        if let source = channel == 0 ? left : right { value = source[done &+ index] }
        target[index] = value
        index &+= 1
      }
      channel &+= 1
    }
  }

  @_noLocks
  private func copyOutputs(_ length: Int, channelCount: Int) {
    var side = 0
    while side < 2 {
      copy(mixer.mix[side], toPort: map.firstMix &+ side, length)
      var stem = 0
      while stem < stemCount && map.firstStem >= 0 {
        copy(
          mixer.stem(stem, side: side, channelCount: channelCount),
          toPort: map.firstStem &+ 2 &* stem &+ side, length)
        stem &+= 1
      }
      side &+= 1
    }
  }

  @_noLocks
  private func copy(_ source: UnsafeMutablePointer<Float>, toPort port: Int, _ length: Int) {
    guard let target = ports.samples(port) else { return }
    var index = 0
    while index < length {
      target[done &+ index] = source[index]
      index &+= 1
    }
  }

  /// Without a stream the mix is the input, and there are no parts.
  @_noLocks
  private mutating func passThrough(_ wanted: Int) {
    let length = min(wanted, Mixer.capacity)
    copyInputs(length, channelCount: 2)
    var stem = 0
    while stem < 2 &* stemCount {
      mixer.stems[stem].update(repeating: 0, count: length)
      stem &+= 1
    }
    var side = 0
    while side < 2 {
      var index = 0
      while index < length {
        let value = inputs[side][index]
        mixer.mix[side][index] = abs(value) < 1e6 ? value : 0
        index &+= 1
      }
      side &+= 1
    }
    copyOutputs(length, channelCount: 2)
    done &+= length
    transport.clock &+= length
  }
}
