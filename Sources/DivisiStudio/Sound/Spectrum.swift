import AudioFiles
import DivisiDSP
import Glibc

/// How loud each semitone of a piano is in each moment of a recording, for eyes.
enum Spectrum {
  /// From A0 to C8, as MIDI numbers.
  static let pitches = 21...108
  /// Columns per second are the sample rate over this many samples at 44.1 kHz; and the length of a window there.
  private static let hop = 2048, window = 8192
  /// A byte is 0 at this level in decibels of full scale, and one more for each step.
  private static let floorLevel: Float = -90, step: Float = 90.0 / 255

  /// Samples from one column to the next.
  static func hopLength(sampleRate: Int) -> Int { hop * sampleRate / 44_100 }

  /// A byte for each pitch of each column, from the lowest pitch on; kept in the project's cache.
  static func bytes(of recording: String, in project: Project, _ asker: Asker) throws -> [UInt8] {
    try project.cached("spectrum", of: recording) { try computed(recording, asker) }
  }

  private static func computed(_ recording: String, _ asker: Asker) throws -> [UInt8] {
    let reader = try AudioFileReader(path: recording)
    let length = window * reader.sampleRate / 44_100 / 2 * 2
    let hop = hopLength(sampleRate: reader.sampleRate)
    let plan = FFTPlan(length: length)
    let buffer = FFTBuffer(length: length)
    let shape = (0..<length).map { 0.5 - 0.5 * cos(2 * Float.pi * Float($0) / Float(length)) }
    let bands = bands(sampleRate: reader.sampleRate, length: length)
    let width = reader.channelCount
    var block = [Float](repeating: 0, count: hop * width)
    var samples = [Float](repeating: 0, count: length)
    // A column belongs to the middle of its window, which ends half of it later.
    var (readCount, tail) = (0, 0)
    var bytes: [UInt8] = []
    while true {
      try asker.check()
      let count = try reader.read(into: &block)
      if count == 0 { tail += hop }
      guard tail <= length / 2 else { return bytes }
      samples.removeFirst(hop)
      samples += (0..<hop).map { sample in
        guard sample < count else { return 0 }
        return (0..<width).reduce(Float(0)) { $0 + block[sample * width + $1] } / Float(width)
      }
      readCount += hop
      guard readCount >= length / 2 else { continue }
      for index in 0..<length { buffer.time[index] = samples[index] * shape[index] }
      plan.forward(buffer)
      bytes += bands.map { band in
        let loudest =
          band.map { bin in
            (buffer.spectrum[bin] * buffer.spectrum[bin]).sum()
          }.max() ?? 0
        let level = 10 * log10(max(loudest, 1e-20)) - 20 * log10(Float(length) / 4)
        return UInt8(max(0, min(255, (level - floorLevel) / step)))
      }
    }
  }

  /// The bins of each pitch: all within a quarter tone, and at least the nearest.
  private static func bands(sampleRate: Int, length: Int) -> [ClosedRange<Int>] {
    pitches.map { pitch in
      func bin(_ pitch: Double) -> Int {
        let frequency = 440 * pow(2, (pitch - 69) / 12)
        return min(length / 2, Int((frequency * Double(length) / Double(sampleRate)).rounded()))
      }
      let low = bin(Double(pitch) - 0.5)
      return low...max(low, bin(Double(pitch) + 0.5))
    }
  }
}
