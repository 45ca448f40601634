import DivisiDSP
import Glibc

/// A hop of live mode as the formulas have it: dense products, masks by powers, one transform at a
/// time. The FFT itself is the same.
final class NaiveHop {
  private static let steps = 3
  private let plan: FFTPlan
  private let buffer: FFTBuffer
  private let length: Int
  private let window: [Float]
  private let signal: [Float]
  private let templates: Dense
  private var output: [Float]

  init(window length: Int) {
    self.length = length
    plan = FFTPlan(length: length)
    buffer = FFTBuffer(length: length)
    window = (0..<length).map { Float(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(length))) }
    signal = Dense.random(rowCount: length, columnCount: 1, seed: 9).values
    templates = Dense.random(rowCount: length / 2 + 1, columnCount: LiveTask.keyCount, seed: 10)
    output = [Float](repeating: 0, count: length)
  }

  /// Separates one frame of all channels.
  func run() {
    var spectra: [[SIMD2<Float>]] = []
    var V = Dense(rowCount: templates.rowCount, columnCount: 1)
    for _ in 0..<LiveTask.channelCount {
      for index in 0..<length { buffer.time[index] = window[index] * signal[index] }
      plan.forward(buffer)
      spectra.append((0..<V.rowCount).map { buffer.spectrum[$0] })
      for bin in 0..<V.rowCount {
        V.values[bin] += (buffer.spectrum[bin] * buffer.spectrum[bin]).sum()
      }
    }
    for bin in 0..<V.rowCount { V.values[bin].formSquareRoot() }
    var H = Dense.transposed(templates, times: V)
    for _ in 0..<Self.steps {
      let gain = Dense.transposed(templates, times: .quotient(V, templates * H))
      for key in H.values.indices { H.values[key] *= gain.values[key] }
    }
    let powers = (0..<LiveTask.partCount).map { part in
      var own = H
      for key in own.values.indices where key % LiveTask.partCount != part { own.values[key] = 0 }
      return (templates * own).values.map { powf($0, 2) }
    }
    for power in powers {
      for spectrum in spectra {
        for bin in 0..<V.rowCount {
          let total = powers.reduce(1e-9) { $0 + $1[bin] }
          buffer.spectrum[bin] = spectrum[bin] * (power[bin] / total)
        }
        plan.inverse(buffer)
        for index in 0..<length { output[index] += window[index] * buffer.time[index] }
      }
    }
  }
}
