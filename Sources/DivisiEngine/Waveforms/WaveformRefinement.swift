import DivisiDSP
import DivisiScore
internal import Glibc

/// Sharpens the stems of a whole recording, section by section, so that memory does not grow with
/// its length.
struct WaveformRefinement {
  private let stft: STFT
  /// Nil once it is needed no more.
  private var model: ConvolutiveNMF?
  private let mask: WienerMask
  private let covariances: SpatialCovariances?
  private let parts: [Part]
  private let parallel: Parallel

  private let sectionSeconds: Double
  /// What sections know of their neighbours, on either side.
  private static let marginSeconds = 1.0
  /// How long one section takes over from the one before.
  private static let fadeSeconds = 0.05

  /// - Parameter covariances: where the parts lie; nil where each mask serves all channels alike.
  init(
    stft: STFT, model: ConvolutiveNMF, mask: WienerMask, covariances: SpatialCovariances? = nil,
    parts: [Part], parallel: @escaping Parallel, sectionSeconds: Double = 30
  ) {
    self.sectionSeconds = sectionSeconds
    self.stft = stft
    self.model = model
    self.mask = mask
    self.covariances = covariances
    self.parts = parts
    self.parallel = parallel
  }

  /// Replaces stems by better ones.
  ///
  /// - Parameters:
  ///   - stems: what the masks give, by part and channel.
  ///   - channels: the recording.
  ///   - progress: called with 0…1; returns whether to go on.
  /// - Precondition: it has not run before.
  mutating func run(
    _ stems: inout [[[Float]]], of channels: [[Float]], progress: (Double) -> Bool
  ) throws(SeparationError) {
    let grid = stft.grid
    let sampleCount = channels[0].count
    let frameCount = fitted.V.frameCount
    let sectionFrames = Int(sectionSeconds * grid.frameRate)
    let margin = Int(Self.marginSeconds * grid.frameRate) + 1
    let count = max(1, Int((Double(frameCount) / Double(sectionFrames)).rounded()))
    let peak = peak(of: channels)
    let autoencoder = WaveformAutoencoder(
      stft, covariances: covariances, parallel: parallel)
    let steps = Double(count * WaveformAutoencoder.passCount * parts.count)
    var done = 0.0
    func sharpen(_ section: inout WaveformSection) throws(SeparationError) {
      try autoencoder.run(&section) { () throws(SeparationError) in
        done += 1
        guard progress(done / steps) else { throw .cancelled }
      }
    }
    guard count > 1 else {
      var section = section(0..<sampleCount, of: channels, stems: stems, peak: peak)
      // No stem is held twice, and V no longer than it is read.
      (stems, model) = ([], nil)
      try sharpen(&section)
      stems = section.stems
      return
    }
    func frames(_ index: Int) -> Range<Int> {
      frameCount * index / count..<frameCount * (index + 1) / count
    }
    func samples(_ index: Int) -> Range<Int> {
      let frames = frames(index)
      let first = max(0, frames.lowerBound - margin) * grid.hopSize
      let last = min(frameCount, frames.upperBound + margin) * grid.hopSize
      return first..<max(first, min(sampleCount, last))
    }
    func masked(_ index: Int) -> [[[Float]]] {
      stems.map { $0.map { Array($0[samples(index)]) } }
    }
    var next = masked(0)
    for index in 0..<count {
      let samples = samples(index)
      var section = section(samples, of: channels, stems: next, peak: peak)
      // Before they are written over.
      next = index + 1 < count ? masked(index + 1) : []
      try sharpen(&section)
      let first = frames(index).lowerBound * grid.hopSize
      let fade = index == 0 ? 0 : Int(Self.fadeSeconds * grid.sampleRate)
      for part in stems.indices {
        for channel in channels.indices {
          let found = section.stems[part][channel]
          for sample in first..<samples.upperBound {
            let share = fade == 0 ? 1 : min(Float(sample - first) / Float(fade), 1)
            let new = found[sample - samples.lowerBound]
            stems[part][channel][sample] += share * (new - stems[part][channel][sample])
          }
        }
      }
    }
  }

  private var fitted: ConvolutiveNMF {
    guard let model else { preconditionFailure("run twice") }
    return model
  }

  /// √Σ|X_c|² where it is largest, which V is scaled by.
  private func peak(of channels: [[Float]]) -> Float {
    let model = fitted
    var (most, place) = (Float(0), (bin: 0, frame: 0))
    for frame in 0..<model.V.frameCount {
      let column = model.V.values.column(frame)
      for bin in 0..<model.binCount where column[bin] > most {
        most = column[bin]
        place = (bin, frame)
      }
    }
    let buffer = stft.makeBuffer()
    let power = channels.reduce(Float(0)) { sum, channel in
      channel.withUnsafeBufferPointer {
        stft.analyse($0, frame: place.frame, into: buffer)
      }
      let value = buffer.spectrum[place.bin]
      return sum + (value * value).sum()
    }
    return power.squareRoot() / max(most, .leastNormalMagnitude)
  }

  private func section(
    _ samples: Range<Int>, of channels: [[Float]], stems: [[[Float]]], peak: Float
  ) -> WaveformSection {
    let isWhole = samples == channels[0].indices
    let slices = isWhole ? channels : channels.map { Array($0[samples]) }
    let frameCount = stft.grid.frameCount(sampleCount: samples.count)
    let first = samples.lowerBound / stft.grid.hopSize
    let powers = WaveformSection.Maps(
      parts.count + (mask.hasResidual ? 1 : 0), binCount: stft.grid.binCount,
      frameCount: frameCount)
    let model = fitted
    parallel(frameCount) { frame in
      fill(
        powers, frame: frame, from: model, source: min(first + frame, model.V.frameCount - 1),
        channelCount: channels.count, peak: peak)
    }
    return WaveformSection(
      channels: slices, stems: stems, powers: powers,
      shares: WaveformSection.Maps(
        parts.count, binCount: stft.grid.binCount, frameCount: frameCount, filledWith: 1),
      strokes: strokes(in: samples))
  }

  /// P of one frame: the masks' exponent undone, so that parts add up to V̂, and squared.
  private func fill(
    _ powers: WaveformSection.Maps, frame: Int, from model: ConvolutiveNMF, source: Int,
    channelCount: Int, peak: Float
  ) {
    let binCount = stft.grid.binCount
    let masks = Matrix(rowCount: binCount, columnCount: parts.count)
    let scratch = Matrix(rowCount: binCount, columnCount: 2)
    mask.compute(from: model, frame: source, into: masks, scratch: scratch)
    let fitted = scratch.column(0)
    model.approximation(ofFrame: source, into: fitted)
    let V = model.V.values.column(source)
    let root = 1 / mask.exponent
    let level = peak * peak / Float(channelCount)
    for bin in 0..<binCount {
      var left: Float = 1
      var total: Float = 0
      for part in parts.indices {
        let share = masks.column(part)[bin]
        left -= share
        let value = Self.power(share, root)
        powers.column(frame, of: part)[bin] = value
        total += value
      }
      if mask.hasResidual {
        let value = Self.power(max(left, 0), root)
        powers.column(frame, of: parts.count)[bin] = value
        total += value
      }
      let v = bin < model.binCount ? max(fitted[bin], mask.hasResidual ? V[bin] : 0) : 0
      for map in 0..<powers.count {
        let column = powers.column(frame, of: map)
        let amplitude = v * column[bin] / max(total, 1e-9)
        column[bin] = (amplitude * amplitude + 1e-12) * level
      }
    }
  }

  private static func power(_ value: Float, _ exponent: Float) -> Float {
    exponent == 0.5 ? value.squareRoot() : exponent == 1 ? value : powf(value, exponent)
  }

  /// The strokes that begin in a stretch, by onset.
  private func strokes(in samples: Range<Int>) -> [WaveformStroke] {
    let rate = stft.grid.sampleRate
    let longest = Double(StrokeGrid(stft).length)
    var strokes: [WaveformStroke] = []
    for (part, notes) in parts.map(\.notes).enumerated() {
      let onsets = notes.map { $0.onsetSeconds * rate - Double(samples.lowerBound) }
      for (index, note) in notes.enumerated() {
        let onset = onsets[index]
        guard onset >= 0, onset < Double(samples.count) else { continue }
        // Notes of one instant, as a flam's, are one stroke's sound.
        let next = onsets[index...].first { $0 > onset + 0.005 * rate }
        strokes.append(
          WaveformStroke(
            part: part, pitch: note.pitch, onset: onset, gap: next.map { $0 - onset } ?? longest,
            longest: longest))
      }
    }
    return strokes.sorted { ($0.onset, $0.part, $0.pitch) < ($1.onset, $1.part, $1.pitch) }
  }
}
