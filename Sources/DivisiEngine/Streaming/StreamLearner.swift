// Thread: worker

import DivisiDSP
import DivisiScore

/// Fits the stream's model window by window, for whatever material it has.
final class StreamLearner {
  /// How long notes sound after they are damped, in seconds.
  var releaseSeconds = 0.2
  /// What is known so far, for the audio thread.
  private(set) var liveModel = LiveModel.empty()

  init(settings: SeparationSettings, grid: TimeGrid, binCount: Int, material: Material) {
  }

  func fit(_ V: Spectrogram, parts: [Part], firstFrame: Int, leaving: Int, adapts: Bool)
    -> ConvolutiveNMF?
  {
    nil
  }
}
