import DivisiScore
import DivisiTestSupport
import Foundation

/// A piece that is made up, and its recordings.
struct MadePiece {
  static let sampleRate = 11_025.0
  /// Notes in seconds of the score.
  let notes: [Note]

  /// A melody over slow chords, the same for the same seed.
  ///
  /// - Parameter seed: any; other seeds are other pieces.
  init(seed: UInt64, noteCount: Int = 48) {
    var state = seed &* 2 &+ 1
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let scale = [0, 2, 4, 5, 7, 9, 11, 12, 14, 16]
    var notes: [Note] = []
    for index in 0..<noteCount {
      let onset = 0.25 * Double(index)
      notes.append(
        Note(onsetSeconds: onset, releaseSeconds: onset + 0.24, pitch: 64 + scale[below(10)]))
      if index % 4 == 0 {
        let root = 45 + scale[below(7)]
        for pitch in [root, root + 7] {
          notes.append(Note(onsetSeconds: onset, releaseSeconds: onset + 0.95, pitch: pitch))
        }
      }
    }
    self.notes = notes
  }

  /// Some notes.
  init(notes: [Note]) { self.notes = notes }

  /// The piece as played when a time of the score falls on a time of the recording.
  func recording(
    sampleRate: Double = sampleRate, cents: Double = 0, time: (Double) -> Double
  ) -> [Float] {
    let tones = notes.map { note in
      let hertz = 440 * exp2((Double(note.pitch - 69) + cents / 100) / 12)
      return Tone(
        onsetSeconds: time(note.onsetSeconds), endSeconds: time(note.releaseSeconds),
        decaySeconds: 0.5,
        partials: (1...8).map { (Double($0) * hertz, 0.1 * pow(0.6, Double($0 - 1))) })
    }
    let end = time(notes.map(\.releaseSeconds).max()! + 0.5) + 0.5
    return signal(of: tones, sampleCount: Int(end * sampleRate), sampleRate: sampleRate)
  }
}

/// A value that some values do not exceed in a share of all cases.
func quantile(_ values: [Double], _ share: Double) -> Double {
  values.sorted()[min(values.count - 1, Int(share * Double(values.count)))]
}
