// Thread: worker

import DivisiDSP
import DivisiScore

/// Fits the stream's model window by window, for whatever material it has, and keeps the audio
/// thread's copy of what is known.
final class StreamLearner {
  /// How long notes sound after they are damped, in seconds.
  var releaseSeconds = 0.2 {
    didSet { pitches?.releaseSeconds = releaseSeconds }
  }

  private let settings: SeparationSettings
  private let grid: TimeGrid
  private let binCount: Int
  private let pitches: PitchLearner?
  private let strokes: StrokeLearner?
  /// By pitch or articulation.
  private var voices: [Int: LiveVoice] = [:]

  init(settings: SeparationSettings, grid: TimeGrid, binCount: Int, material: Material) {
    self.settings = settings
    self.grid = grid
    self.binCount = binCount
    switch material {
    case .pitched:
      pitches = PitchLearner(
        settings: settings, grid: grid, binCount: binCount, parallel: sequentially)
      strokes = nil
    case .drums(let kit):
      pitches = nil
      strokes = StrokeLearner(
        settings: settings, grid: grid, binCount: binCount, kit: kit, parallel: sequentially)
    }
  }

  /// Fits one window.
  ///
  /// - Parameters:
  ///   - V: K × N magnitudes.
  ///   - parts: notes in seconds of the stream.
  ///   - firstFrame: the window's first frame on the stream's grid.
  ///   - leaving: frames at the window's start that the next window will not see.
  ///   - adapts: whether templates and encoder learn.
  ///   - due: frames whose masks are wanted, from the window's start.
  /// - Returns: nil where no note sounds.
  func fit(
    _ V: Spectrogram, parts: [Part], firstFrame: Int, leaving: Int, adapts: Bool, due: Range<Int>
  ) -> ConvolutiveNMF? {
    guard V.values.maximum() > 0 else { return nil }
    let model =
      pitches?.fit(
        V, parts: parts, firstFrame: firstFrame, leaving: leaving, adapts: adapts, due: due)
      ?? strokes?.fit(V, parts: parts, firstFrame: firstFrame, leaving: leaving, adapts: adapts)
    for pitch in Set(parts.flatMap(\.notes).map(\.pitch)) where pitches != nil {
      voices[pitch] = voice(pitch)
    }
    return model
  }

  /// Makes sure that the audio thread knows some pitches, heard or not.
  func prepare(_ wanted: some Sequence<Int>) {
    for pitch in wanted where voices[pitch] == nil {
      voices[pitch] = voice(pitch)
    }
  }

  /// What is known by now, for the audio thread.
  func liveModel() -> LiveModel {
    var table = Array(repeating: LiveModel.Voice(), count: 128)
    var components: [LiveModel.Component] = []
    for (pitch, voice) in voices.sorted(by: { $0.key < $1.key }) where (0..<128).contains(pitch) {
      table[pitch] = LiveModel.Voice(
        first: Int32(components.count), count: Int32(voice.components.count))
      components += voice.components
    }
    return LiveModel(
      voices: table, components: components, owners: Array(voices.values),
      stride: Matrix.stride(rowCount: binCount), releaseSeconds: releaseSeconds)
  }

  private func voice(_ pitch: Int) -> LiveVoice {
    if let pitches {
      return LiveVoice(
        memories: pitches.components(ofPitch: pitch),
        ages: PitchConstraints.ages(grid: grid, settings: settings))
    }
    return LiveVoice(states: strokes!.states(ofArticulation: pitch))
  }
}
