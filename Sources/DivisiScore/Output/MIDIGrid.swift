/// Ticks on the time of a recording: a tempo for each beat, so that the beats of a score fall on those
/// of the file.
public struct MIDIGrid: Sendable {
  /// Fine enough that a tick is at most 10 ms, whatever the tempo.
  public static let ticksPerQuarter = 960
  /// The tempo of each stretch, in the order of ticks, at beats; the first at tick 0.
  public private(set) var tempos: [(tick: Int, microsecondsPerQuarter: Int)] = []
  /// The time signatures, in the order of ticks, at bar lines; none without bars.
  public private(set) var signatures: [(tick: Int, beats: Int, unit: Int)] = []
  /// Where each tempo begins, in seconds as a reader computes them.
  private var seconds: [Double] = []

  /// What a MIDI file can say.
  private static let longestQuarter = 0xFF_FFFF
  /// A quarter note that lasts longer is cut into shorter ones, in seconds; a tempo can hold 16.7.
  private static let longestBeat = 10.0
  /// Beats that lie closer together are moved apart, in seconds: bars that a recording leaves out.
  private static let shortestBeat = 0.001
  private static let mostBeats = 64

  /// - Parameter bars: in seconds of the recording, from which the file starts; what lies before it is
  ///   left out, and what lies before the first beat is filled with beats of the same length.
  public init(bars: [Bar]) {
    var bars = Self.started(bars)
    if bars.isEmpty {
      tempos = [(0, 500_000)]
      seconds = [0]
      return
    }
    bars = Self.split(bars)
    bars = Self.leadIn(to: bars[0]) + bars
    var tick = 0
    var time = 0.0
    for (index, bar) in bars.enumerated() {
      if signatures.last.map({ $0.beats != bar.beats.count || $0.unit != bar.beatUnit }) ?? true {
        signatures.append((tick, bar.beats.count, bar.beatUnit))
      }
      let next = index + 1 < bars.count ? bars[index + 1].beats[0] : bar.endSeconds
      for end in bar.beats.dropFirst() + [next] {
        let wanted = max(Self.shortestBeat, end - time) * Double(bar.beatUnit) / 4
        let tempo = min(max(1, Int((wanted * 1e6).rounded())), Self.longestQuarter)
        if tempos.last?.microsecondsPerQuarter != tempo {
          tempos.append((tick, tempo))
          seconds.append(time)
        }
        tick += Self.ticksPerQuarter * 4 / bar.beatUnit
        time += Double(tempo) * 1e-6 * 4 / Double(bar.beatUnit)
      }
    }
  }

  /// The tick at a time in seconds; not negative.
  ///
  /// - Complexity: O(log of the number of tempos).
  public func tick(atSeconds time: Double) -> Int {
    var (low, high) = (0, seconds.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if seconds[middle] <= time { low = middle } else { high = middle }
    }
    let quarters = (time - seconds[low]) * 1e6 / Double(tempos[low].microsecondsPerQuarter)
    return max(0, tempos[low].tick + Int((quarters * Double(Self.ticksPerQuarter)).rounded()))
  }

  /// The beats from the start of the recording on.
  private static func started(_ bars: [Bar]) -> [Bar] {
    bars.compactMap { bar in
      var bar = bar
      bar.beats.removeAll { $0 < 0 }
      return bar.beats.isEmpty ? nil : bar
    }
  }

  /// Beats in place of each that is too long for a tempo, and bars of a length that people use.
  private static func split(_ bars: [Bar]) -> [Bar] {
    bars.flatMap { bar -> [Bar] in
      let longest = longestBeat * 4 / Double(max(4, bar.beatUnit))
      guard
        zip(bar.beats, bar.beats.dropFirst() + [bar.endSeconds]).contains(where: {
          $1 - $0 > longest
        })
      else { return [bar] }
      var beats: [Double] = []
      for (start, end) in zip(bar.beats, bar.beats.dropFirst() + [bar.endSeconds]) {
        let count = max(1, Int(((end - start) / longest).rounded(.up)))
        beats += (0..<count).map { start + (end - start) * Double($0) / Double(count) }
      }
      return stride(from: 0, to: beats.count, by: mostBeats).map { first in
        let last = min(first + mostBeats, beats.count)
        var part = bar
        part.beats = Array(beats[first..<last])
        part.endSeconds = last < beats.count ? beats[last] : bar.endSeconds
        return part
      }
    }
  }

  /// Bars from 0 s to a bar.
  private static func leadIn(to bar: Bar) -> [Bar] {
    let start = bar.beats[0]
    guard start >= shortestBeat else { return [] }
    let beat = max(0.05, (bar.endSeconds - start) / Double(bar.beats.count))
    let count = max(1, Int((start / beat).rounded()))
    let size = bar.beats.count
    let times = (0...count).map { start * Double($0) / Double(count) }
    let head = count % size
    let firsts = (head > 0 ? [0] : []) + Array(stride(from: head, to: count, by: size))
    return firsts.map { first in
      let last = first == 0 && head > 0 ? head : first + size
      return Bar(
        number: 0, beats: Array(times[first..<last]), endSeconds: times[last],
        beatUnit: bar.beatUnit)
    }
  }
}
