import AudioFiles
import Testing

@Suite struct AudioFormatTests {
  @Test func namesAreThoseOfTheCommandLine() {
    #expect(
      AudioFormat.allCases.map(\.rawValue)
        == ["flac", "wav16", "wav24", "wav-float", "ogg", "opus", "mp3"])
    #expect(
      AudioFormat.allCases.map(\.fileExtension)
        == ["flac", "wav", "wav", "wav", "ogg", "opus", "mp3"])
  }

  @Test func samplesGoToTheNearestLevel() {
    let step: Float = 1 / 32768
    #expect(AudioFormat.wav16.quantized(0.4 * step) == 0)
    #expect(AudioFormat.wav16.quantized(0.6 * step) == step)
    #expect(AudioFormat.wav16.quantized(-1.4 * step) == -step)
    #expect(AudioFormat.wav24.quantized(0.6 * step) != step)
    #expect(AudioFormat.flac.quantized(-1) == -1)
    #expect(AudioFormat.wavFloat.quantized(1.0e-30) == 1.0e-30)
  }

  @Test func whatExceedsFullScaleIsClippedAndCounted() {
    var samples: [Float] = [0.5, 1, 1.5, -1, -1.5, .infinity, -.infinity]
    #expect(AudioFormat.wav16.quantize(&samples) == 5)
    let top: Float = 32767 / 32768
    #expect(samples == [0.5, top, top, -1, -1, top, -1])
    var floats: [Float] = [2, -3]
    #expect(AudioFormat.wavFloat.quantize(&floats) == 0)
    #expect(floats == [2, -3])
  }

  @Test func quantizingTwiceChangesNothing() {
    for format in AudioFormat.allCases {
      var once = noise(count: 10_000, seed: 4, amplitude: 1.1)
      format.quantize(&once)
      #expect(once.map(format.quantized) == once)
    }
  }

  @Test func aSampleThatIsNoNumberStaysOne() {
    #expect(AudioFormat.flac.quantized(.nan).isNaN)
  }
}
