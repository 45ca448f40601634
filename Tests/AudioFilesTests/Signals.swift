import AudioFiles
import CSndfile

/// Noise that is the same at every run, uniform in ±amplitude.
func noise(count: Int, seed: UInt64, amplitude: Float = 1) -> [Float] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return amplitude * (Float(state >> 40) / Float(1 << 23) - 1)
  }
}

/// Stereo noise of a given length at 44.1 kHz.
func stereoNoise(count: Int = 5000, seed: UInt64 = 1, amplitude: Float = 0.9) -> AudioBuffer {
  AudioBuffer(
    sampleRate: 44_100,
    channels: [
      noise(count: count, seed: seed, amplitude: amplitude),
      noise(count: count, seed: seed + 1, amplitude: amplitude),
    ])
}

/// Writes in any format that libsndfile has, limits of ours aside; false if it has not.
func writeWithLibrary(
  _ channels: [[Float]], sampleRate: Int = 44_100, to path: String, format: Int
) -> Bool {
  var info = SF_INFO()
  info.samplerate = CInt(sampleRate)
  info.channels = CInt(channels.count)
  info.format = CInt(format)
  guard sf_format_check(&info) != 0, let file = sf_open(path, CInt(SFM_WRITE), &info) else {
    return false
  }
  let count = channels[0].count
  let interleaved = (0..<count).flatMap { index in channels.map { $0[index] } }
  // libsndfile scales floats for integer files by one level less than full scale; integers it keeps.
  let isFloat = [SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE].contains(format & SF_FORMAT_SUBMASK)
  let integers =
    isFloat ? [] : interleaved.map { Int32(clamping: Int((Double($0) * 0x1p31).rounded())) }
  let written =
    isFloat
    ? sf_writef_float(file, interleaved, sf_count_t(count))
    : sf_writef_int(file, integers, sf_count_t(count))
  return sf_close(file) == 0 && written == count
}

/// Whether a signal that has been encoded and decoded is neither early nor late.
func isInTime(_ decoded: [Float], with original: [Float]) -> Bool {
  func difference(_ lag: Int) -> Float {
    (3000..<9000).reduce(0) {
      let error = decoded[$1 + lag] - original[$1]
      return $0 + error * error
    }
  }
  let energy = (3000..<9000).reduce(Float(0)) { $0 + original[$1] * original[$1] }
  let best = difference(0)
  return best < 0.2 * energy && best < difference(-1) && best < difference(1)
}
