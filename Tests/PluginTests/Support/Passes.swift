import AudioFiles
import DivisiScore
import Foundation
import LV2Hosting
import Testing

/// A piece that the plugin hears in passes, as a host's transport plays it.
struct Piece {
  let mix: [[Float]]
  /// The true stems of the first parts.
  let stems: [[[Float]]]
  let notes: [Note]
  private let trackNames: [String]
  let sampleRate: Double

  /// - Parameters:
  ///   - folder: with the recordings, and a score.
  ///   - parts: names of the stems, in the order of the plugin's outputs.
  init(
    folder: String, mix name: String = "mix", parts: [String] = ["left", "right"],
    score: String = "score.mid"
  ) throws {
    let audio = try AudioFile.read(path: "\(folder)/\(name).flac")
    mix = audio.channels
    sampleRate = Double(audio.sampleRate)
    stems = try parts.map {
      try AudioFile.read(path: "\(folder)/\($0).flac").channels
    }
    let read = try Score.read(path: "\(folder)/\(score)")
    notes = read.notes
    trackNames = read.trackNames
  }

  /// The recording that ships.
  static let polonaise = Result {
    try Piece(folder: Bundle.root + "/Tests/Recordings/polonaise")
  }

  /// The recording of drums that ships.
  static let drumBreak = Result {
    try Piece(folder: Bundle.root + "/Tests/Recordings/break", parts: ["kick", "snare", "hihat"])
  }

  /// Its score as a table, with other times.
  ///
  /// - Parameter time: of the table, for a time of the recording.
  func score(_ time: (Double) -> Double = { $0 }) -> String {
    "start;duration;pitch;velocity;label\n"
      + notes.map { note in
        let (start, end) = (time(note.onsetSeconds), time(note.dampedSeconds))
        // Drums are known by their numbers.
        let label = note.kind == .pitched ? trackNames[note.track - 1] : ""
        // Strokes are shorter than the lines of a grid are apart.
        return "\(start);\(max(end - start, 0.02));\(note.pitch);\(note.velocity);\(label)"
      }.joined(separator: "\n")
  }

  /// Its score as a pattern that somebody wrote to a grid, at another tempo with drift.
  ///
  /// - Parameter step: of the grid, in seconds.
  func pattern(step: Double) -> String {
    score { 0.9 + 1.03 * step * ($0 / step).rounded() + 0.1 * sin($0 / 3) }
  }

  /// Another tempo, with drift, and a beginning that comes too late.
  static func elsewhere(_ seconds: Double) -> Double {
    1.4 + 1.18 * seconds + 0.3 * sin(seconds / 4)
  }

  /// How far the parts are from the true ones, in decibels: the mean of all.
  ///
  /// - Parameters:
  ///   - output: of all ports of the plugin.
  ///   - latency: samples by which it is late.
  func quality(of output: [[Float]], latency: Int, from first: Int = 0) -> Double {
    let values = stems.indices.map { stem in
      signalToNoise(
        Array(output[2 + 2 * stem].dropFirst(latency + first)),
        Array(stems[stem][0].dropFirst(first)))
    }
    return values.reduce(0, +) / Double(values.count)
  }
}

/// Passes of a transport through a signal, with an instance that is active.
final class Passes {
  let render: Render
  let instance: Instance
  private let control: AtomSequence
  private let position: PositionEvent

  init(_ render: Render, _ instance: Instance) throws {
    self.render = render
    self.instance = instance
    let port = try #require(instance.plugin.ports(.atom, isInput: true).first)
    control = try #require(instance.events(port.index))
    position = PositionEvent(urids: instance.plugin.world.urids)
  }

  /// Starts a transport, lets it roll through a signal, and stops it.
  ///
  /// - Parameters:
  ///   - start: where the signal begins on the transport's time, in samples.
  ///   - each: called before each block with how far it is.
  /// - Returns: a channel for each output, of the signal and a second of silence after it.
  func play(
    _ signal: [[Float]], at start: Int = 0, blocks: [Int] = [1024],
    each: (Int) -> Void = { _ in }
  ) -> [[Float]] {
    let silence = [Float](repeating: 0, count: Int(render.sampleRate) / 44_100 * 44_100)
    let whole = signal.map { $0 + silence }
    let output = render(instance, whole, blocks: blocks) { _, done in
      if done == 0 {
        position.set(frame: start, rolls: true)
        position.append(to: control, at: 0, hasBeats: false)
      }
      each(done)
    }
    position.set(frame: start, rolls: false)
    position.append(to: control, at: 0, hasBeats: false)
    instance.run(0)
    return output
  }
}
