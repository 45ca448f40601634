import DivisiDSP

/// A stretch of a target, and the frames around it that it depends on.
struct MosaicTile: Sendable {
  struct Result: Sendable {
    /// Samples of the stretch, by channel of the source.
    let channels: [[Float]]
    /// Activations of its frames.
    let lists: [[MosaicModel.Entry]]
    let fit: Mosaic.Fit
  }

  private let source: MosaicSource
  private let settings: MosaicSettings
  private let guide: MosaicGuide?
  private let sampleCount: Int
  /// Frames whose samples are wanted, those that are made audible, and those that are fitted.
  private let core: Range<Int>
  private let heard: Range<Int>
  private let fitted: Range<Int>
  /// The target from some frame on, by channel.
  private let samples: [[Float]]
  private let firstFrame: Int

  /// Entries below this share of the strongest of a frame are not played: 80 dB.
  private static let inaudible: Float = 1e-4

  /// - Parameter frameCount: of the target.
  init(
    core: Range<Int>, frameCount: Int, sampleCount: Int, source: MosaicSource,
    settings: MosaicSettings, guide: MosaicGuide?, read: (Range<Int>) throws -> [[Float]]
  ) rethrows {
    let grid = source.grid
    // Frames that reach a sample, on either side.
    let edge = (grid.windowLength / 2 + grid.hopSize - 1) / grid.hopSize
    func widened(_ range: Range<Int>, by count: Int) -> Range<Int> {
      max(0, range.lowerBound - count)..<min(frameCount, range.upperBound + count)
    }
    self.core = core
    heard = widened(core, by: edge + settings.griffinLim * edge)
    fitted = widened(heard, by: settings.reach)
    firstFrame = max(0, fitted.lowerBound - edge)
    let end = min(sampleCount, (fitted.upperBound + edge) * grid.hopSize)
    samples = try read(min(firstFrame * grid.hopSize, end)..<end)
    self.source = source
    self.settings = settings
    self.guide = guide
    self.sampleCount = sampleCount
  }

  func rendered() -> Result {
    let V = magnitudes()
    let levels = (0..<V.columnCount).map { loudness(V.column($0), channelCount: 1) }
    let model = MosaicModel(
      source.templates, V: V, firstFrame: fitted.lowerBound, seed: settings.seed,
      mayAnswer: guide.map { guide in fitted.map { guide.mayAnswer(inFrame: $0) } } ?? [],
      likeness: settings.likeness)
    for iteration in 1...max(settings.iterations, 1) {
      if settings.restrains(before: iteration) {
        model.restrain(
          settings.restraints, factor: 1 - Float(iteration) / Float(settings.iterations))
      }
      model.update()
      if iteration == MosaicSettings.denseIterations { model.prune(to: MosaicSettings.keptEntries) }
    }
    model.prune(to: MosaicSettings.keptEntries)
    let offset = fitted.lowerBound
    let own = core.lowerBound - offset..<core.upperBound - offset
    let (loss, total) = model.divergence(frames: own)
    var fit = Mosaic.Fit(loss: loss, total: total, frameCount: core.count)
    for frame in own {
      let strongest = model.lists[frame].reduce(Float(0)) { max($0, $1.value) }
      fit.active += model.lists[frame].count { $0.value > 0.01 * strongest }
    }
    return Result(
      channels: sound(of: model, levels: levels), lists: Array(model.lists[own]), fit: fit)
  }

  /// Of the frames that are fitted: the root of the mean power of channels.
  private func magnitudes() -> Matrix {
    let grid = source.grid
    let result = Matrix(rowCount: grid.binCount, columnCount: fitted.count)
    let buffer = source.stft.makeBuffer()
    let scale = 2 / Float(grid.windowLength)
    for channel in samples {
      channel.withUnsafeBufferPointer { channel in
        for frame in fitted {
          source.stft.analyse(channel, frame: frame - firstFrame, into: buffer)
          let column = result.column(frame - fitted.lowerBound)
          for bin in 0..<grid.binCount {
            let value = buffer.spectrum[bin] * scale
            column[bin] += value.x * value.x + value.y * value.y
          }
        }
      }
    }
    for frame in 0..<result.columnCount {
      let column = result.column(frame)
      for bin in 0..<grid.binCount {
        column[bin] = (column[bin] / Float(samples.count)).squareRoot()
      }
    }
    return result
  }

  /// How much louder a frame may be made than its activations are, so that it is as loud as the target: 30 dB, for noise
  /// in the place of tones.
  private static let mostCorrection: Float = 32

  /// The loudness of a frame: its power, bins weighted as they are heard, the mean over channels.
  ///
  /// - Parameter column: by channel K values, or K pairs of real and imaginary part where there is more than one value to
  ///   a bin.
  private func loudness(
    _ column: UnsafeMutablePointer<Float>, valuesPerBin: Int = 1, channelCount: Int
  ) -> Float {
    let K = source.grid.binCount
    var sum: Float = 0
    for channel in 0..<channelCount {
      let values = column + valuesPerBin * K * channel
      for bin in 0..<K {
        var power: Float = 0
        for place in valuesPerBin * bin..<valuesPerBin * (bin + 1) {
          power += values[place] * values[place]
        }
        sum += source.loudness[bin] * power
      }
    }
    return sum / Float(channelCount)
  }

  /// What the activations play, over the core.
  ///
  /// - Parameter levels: the loudness of the target by frame that is fitted.
  private func sound(of model: MosaicModel, levels: [Float]) -> [[Float]] {
    let grid = source.grid
    let K = grid.binCount
    let spectra = Matrix(rowCount: 2 * K * source.channelCount, columnCount: heard.count)
    for frame in heard {
      let column = spectra.column(frame - heard.lowerBound)
      let list = model.lists[frame - fitted.lowerBound]
      let strongest = list.reduce(Float(0)) { max($0, $1.value) }
      for entry in list where entry.value > Self.inaudible * strongest {
        let gain = entry.value / source.templates.sums[Int(entry.index)]
        let other = source.spectra.column(Int(entry.index))
        for value in 0..<spectra.rowCount { column[value] += gain * other[value] }
      }
      let loudness = loudness(column, valuesPerBin: 2, channelCount: source.channelCount)
      guard loudness > 0 else { continue }
      let correction = min(
        (levels[frame - fitted.lowerBound] / loudness).squareRoot(), Self.mostCorrection)
      for value in 0..<spectra.rowCount { column[value] *= correction }
    }
    let last = min((heard.upperBound - 1) * grid.hopSize, sampleCount)
    let count = last - heard.lowerBound * grid.hopSize
    let range =
      (core.lowerBound - heard.lowerBound)
      * grid.hopSize..<min(
        (core.upperBound - heard.lowerBound) * grid.hopSize, count)
    return (0..<source.channelCount).map { channel in
      Array(signal(of: spectra, channel: channel, count: count)[range])
    }
  }

  /// A channel's samples from the first frame that is heard on.
  private func signal(of spectra: borrowing Matrix, channel: Int, count: Int) -> [Float] {
    let K = source.grid.binCount
    let scale = Float(source.grid.windowLength) / 2
    let buffer = source.stft.makeBuffer()
    var result = [Float](repeating: 0, count: count)
    for iteration in 0...settings.griffinLim {
      var next = [Float](repeating: 0, count: count)
      for frame in 0..<spectra.columnCount {
        let column = UnsafeMutableRawPointer(spectra.column(frame) + 2 * K * channel)
          .assumingMemoryBound(to: SIMD2<Float>.self)
        if iteration == 0 {
          for bin in 0..<K { buffer.spectrum[bin] = column[bin] * scale }
        } else {
          // The magnitude that was wanted, at the phase that came of it.
          result.withUnsafeBufferPointer { source.stft.analyse($0, frame: frame, into: buffer) }
          for bin in 0..<K {
            let found = buffer.spectrum[bin]
            let (own, other) = ((column[bin] * column[bin]).sum(), (found * found).sum())
            buffer.spectrum[bin] =
              other > 0 ? found * (scale * (own / other).squareRoot()) : column[bin] * scale
          }
        }
        next.withUnsafeMutableBufferPointer {
          source.stft.overlapAdd(buffer, frame: frame, to: $0)
        }
      }
      next.withUnsafeMutableBufferPointer { source.stft.normalise($0) }
      result = next
    }
    return result
  }
}
