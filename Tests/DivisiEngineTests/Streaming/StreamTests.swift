import DivisiDSP
import DivisiScore
import DivisiTestSupport
import Synchronization
import Testing

@testable import DivisiEngine

/// A stream gives the same samples however it is cut into blocks, and loses none.
struct StreamTests {
  private static let sampleRate = 8000.0
  private static let left = [note(40, 0.1, 0.9), note(43, 1.0, 1.9), note(45, 2.0, 2.9)]
  private static let right = [
    note(64, 0.1, 0.4), note(67, 0.5, 0.9), note(71, 1.0, 1.4), note(64, 1.5, 2.4),
    note(69, 2.5, 2.9),
  ]
  private static let parts = [Part(name: "left", notes: left), Part(name: "right", notes: right)]

  private static func sound(_ notes: [Note], seconds: Double = 3.5) -> [Float] {
    signal(
      of: notes.map {
        harmonicTone(pitch: $0.pitch, from: $0.onsetSeconds, to: $0.releaseSeconds)
      }, sampleCount: Int(seconds * sampleRate), sampleRate: sampleRate)
  }

  private static let truth = [sound(left), sound(right)]
  private static let mix = mixture(truth)

  private func run(
    lookahead: Double, lengths: [Int] = [256], tail: Bool = false,
    whenDue: (StreamWorker) -> Void = { $0.update() }
  ) -> StreamRun {
    let run = StreamRun(.quick(lookahead: lookahead), layout: .hands, parts: Self.parts)
    run.stream.process.pointee.locate(seconds: 0, isRolling: true)
    let silence = [Float](repeating: 0, count: tail ? run.stream.latency : 0)
    run.feed(Self.mix + silence, lengths: lengths, whenDue: whenDue)
    return run
  }

  @Test(arguments: [0, 0.3])
  func blocksDoNotMatter(lookahead: Double) {
    let expected = run(lookahead: lookahead).output
    for lengths in [[1], [64], [1, 700, 3, 64, 2049, 17]] {
      #expect(run(lookahead: lookahead, lengths: lengths).output == expected, "\(lengths)")
    }
  }

  @Test(arguments: [0, 0.3])
  func partsAndResidualAreTheDelayedInput(lookahead: Double) {
    let run = run(lookahead: lookahead, tail: true)
    let sum = mixture(run.output.parts + [run.output.residual])
    let delayed = [Float](repeating: 0, count: run.stream.latency) + Self.mix
    #expect(largestDifference(sum, delayed) < 1e-6)
  }

  @Test func withoutScoreEverythingIsResidual() {
    for lookahead in [0, 0.3] {
      let run = StreamRun(.quick(lookahead: lookahead), layout: .hands)
      run.stream.process.pointee.locate(seconds: 0, isRolling: true)
      run.feed(Self.mix + [Float](repeating: 0, count: run.stream.latency))
      let delayed = [Float](repeating: 0, count: run.stream.latency) + Self.mix
      #expect(run.output.residual == delayed)
      #expect(run.output.parts.allSatisfy { $0.allSatisfy { $0 == 0 } })
    }
  }

  @Test func latencyIsLookaheadAndTwoIntervalsAndAWindow() {
    let live = StreamRun(.quick(lookahead: 0), layout: .hands).stream
    let window = TimeGrid(sampleRate: 8000, resolution: 4096, hopAtResolution: 1024).windowLength
    #expect(live.latency == window)
    let other = StreamRun(.quick(lookahead: 0.5), layout: .hands).stream
    #expect(abs(Double(other.latency - window) / 8000 - 1) < 0.1)
  }

  @Test(arguments: [(0, 9.0), (0.3, 11.0)])
  func handsComeApart(lookahead: Double, decibels: Double) {
    let run = run(lookahead: lookahead, tail: true)
    for (part, truth) in zip(run.output.parts, Self.truth) {
      let found = scaleInvariantSDR(
        estimate: Array(part.dropFirst(run.stream.latency)), truth: truth)
      #expect(found > decibels)
    }
  }

  @Test func anUpdateMayTakeItsTime() {
    let expected = run(lookahead: 0.3).output
    let late = StreamRun(.quick(lookahead: 0.3), layout: .hands, parts: Self.parts)
    late.stream.process.pointee.locate(seconds: 0, isRolling: true)
    let clock = late.stream.process.pointee.clock
    let allowance = (clock.interval - 1) * clock.grid.hopSize
    var due: Int?
    for sample in Self.mix.indices {
      late.feed([Self.mix[sample]]) { _ in due = sample }
      if sample == due.map({ $0 + allowance }) { late.stream.worker.update() }
    }
    #expect(late.lateUpdateCount == 0)
    #expect(late.output == expected)
  }

  @Test func withoutUpdatesAFrameIsSeparatedLive() {
    let run = run(lookahead: 0.3, tail: true) { _ in }
    let updates = (Self.mix.count + run.stream.latency) / (8000 / 8)
    #expect(run.lateUpdateCount > updates / 2, "late again and again")
    let sum = mixture(run.output.parts + [run.output.residual])
    let delayed = [Float](repeating: 0, count: run.stream.latency) + Self.mix
    #expect(largestDifference(sum, delayed) < 1e-6)
    for (part, truth) in zip(run.output.parts, Self.truth) {
      let found = scaleInvariantSDR(
        estimate: Array(part.dropFirst(run.stream.latency)), truth: truth)
      #expect(found > 6)
    }
  }

  @Test func theSamplesDoNotDependOnChannelsThatAreSilent() throws {
    let settings = StreamSettings.quick(lookahead: 0.3)
    let mono = try streamed(
      [Self.mix], settings, parts: Self.parts, sampleRate: Self.sampleRate)
    let stereo = try streamed(
      [Self.mix, Self.mix.map { _ in 0 }], settings, parts: Self.parts,
      sampleRate: Self.sampleRate)
    for (mono, stereo) in zip(mono, stereo) {
      #expect(largestDifference(mono[0], stereo[0]) < 1e-5)
    }
    #expect(stereo.allSatisfy { $0[1].allSatisfy { $0 == 0 } })
  }

  @Test func theCommandLineGivesTheStreamWithoutItsLatency() throws {
    let run = run(lookahead: 0.3, tail: true)
    let stems = try streamed(
      [Self.mix], .quick(lookahead: 0.3), parts: Self.parts, sampleRate: Self.sampleRate)
    #expect(
      stems.map { $0[0] }
        == run.output.parts.map { Array($0.dropFirst(run.stream.latency)) })
  }

  /// At a low rate and with much overlap a stroke has more ages than a frame has bins.
  @Test func strokesMayHaveMoreAgesThanBins() {
    let grid = TimeGrid(sampleRate: 8000, resolution: 2048, hopAtResolution: 64)
    let memory = RecursiveMemory(
      binCount: grid.binCount, templateFrames: 1, support: .full(binCount: grid.binCount),
      hasEncoder: false)
    for bin in 0..<grid.binCount { memory.template(0)[bin] = Float(bin + 1) }
    let profile = (0..<2 * grid.binCount).map { 1 / Float($0 + 1) }
    let voice = LiveVoice(states: StrokeStates(memory, profile: profile))
    defer { withExtendedLifetime(voice) {} }
    let component = voice.components[0]
    #expect(Int(component.stateCount) > grid.binCount)
    let stride = Matrix.stride(rowCount: grid.binCount)
    for state in 0..<Int(component.stateCount) {
      let template = UnsafeBufferPointer(
        start: component.templates + state * stride, count: grid.binCount)
      #expect(abs(template.reduce(0, +) - 1) < 1e-3 && template[1] > template[0], "age \(state)")
    }
  }

  @Test func thereMayBeMorePartsThanABytePoints() throws {
    let parts = (0..<130).map { Part(name: "part_\($0)", notes: [note($0 % 128, 0.05, 0.2)]) }
    let input = Array(Self.mix.prefix(3000))
    let stems = try streamed(
      [input], .quick(lookahead: 0.01), parts: parts, sampleRate: Self.sampleRate)
    #expect(stems.count == 130)
    #expect(stems[64][0].contains { $0 != 0 })
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, 1e30])
  func badSamplesAreForgotten(value: Float) {
    for lookahead in [0, 0.3] {
      let run = StreamRun(.quick(lookahead: lookahead), layout: .hands, parts: Self.parts)
      run.stream.process.pointee.locate(seconds: 0, isRolling: true)
      var input = Self.mix
      for index in 4000..<4100 { input[index] = value }
      run.feed(input)
      #expect(run.output.parts.allSatisfy { $0.allSatisfy(\.isFinite) })
      #expect(run.output.residual.allSatisfy { $0.isFinite })
      #expect(run.output.parts[0].suffix(8000).contains { abs($0) > 1e-3 })
    }
  }

  @Test(arguments: [0, 0.3])
  func audioAndWorkerNeverWaitForEachOther(lookahead: Double) async {
    let run = StreamRun(.quick(lookahead: lookahead), layout: .hands, parts: Self.parts)
    run.stream.process.pointee.locate(seconds: 0, isRolling: true)
    final class Flag: Sendable { let isSet = Atomic(false) }
    let isOver = Flag()
    let worker = run.stream.worker
    let updates = Task.detached {
      while !isOver.isSet.load(ordering: .acquiring) {
        worker.update()
        await Task.yield()
      }
    }
    run.feed(Self.mix + [Float](repeating: 0, count: run.stream.latency)) { _ in }
    isOver.isSet.store(true, ordering: .releasing)
    await updates.value
    let sum = mixture(run.output.parts + [run.output.residual])
    let delayed = [Float](repeating: 0, count: run.stream.latency) + Self.mix
    #expect(largestDifference(sum, delayed) < 1e-6)
  }
}
