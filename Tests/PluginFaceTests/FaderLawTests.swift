import DivisiControls
import Testing

@testable import PluginFace

@Suite struct FaderLawTests {
  private func law(_ symbol: String, _ kind: PluginKind = .hands) throws -> FaderLaw {
    let index = try #require(kind.index(of: symbol))
    return FaderLaw(try #require(kind.ports[index].control), in: kind)
  }

  @Test func aGainIsLinearInDecibels() throws {
    let gain = try law("gain_left")
    #expect(gain.share(of: -60) == 0)
    #expect(gain.share(of: 12) == 1)
    #expect(gain.value(atShare: 0.5) == -24)
    #expect(gain.value(atShare: 1.5) == 12)
    #expect(gain.settled(-3.14159) == -3.1)
  }

  @Test func keysMoveAsOnTheMixerPage() throws {
    let gain = try law("gain_left")
    #expect(gain.moved(0, .notches(1, isLarge: false)) == 0.5)
    #expect(gain.moved(0, .notches(-2, isLarge: true)) == -2)
    #expect(gain.moved(0, .pages(-1)) == -6)
    #expect(gain.moved(10, .pages(1)) == 12)
    #expect(gain.moved(-6, .lowest) == -60)
    #expect(gain.moved(-6, .standard) == 0)
  }

  @Test func choicesGoFromOneToTheNext() throws {
    let source = try law("score_source")
    #expect(source.moved(0, .notches(3, isLarge: true)) == 1)
    #expect(source.moved(2, .notches(1, isLarge: false)) == 2)
    #expect(source.moved(2, .pages(-1)) == 1)
    let mix = try law("score_source", .handsMix)
    #expect(mix.moved(0, .notches(1, isLarge: false)) == 2)
  }

  /// Every control takes its own standard and both ends for what they are.
  @Test(arguments: PluginKind.separating)
  func endsAndStandardsAreSettled(kind: PluginKind) throws {
    for control in kind.ports.compactMap(\.control) {
      let law = FaderLaw(control, in: kind)
      for value in [law.standard, control.range.lowerBound, control.range.upperBound] {
        #expect(abs(law.settled(value) - value) < law.grain, "\(control.symbol)")
        #expect(law.settled(law.settled(value)) == law.settled(value), "\(control.symbol)")
      }
      #expect(law.settled(.nan) == law.standard)
    }
  }

  @Test func valuesAreReadAsTheyAreWritten() throws {
    let gain = try law("gain_left")
    for value in [-59.9, -6, -0.1, 0, 3.5, 12] {
      #expect(Words.typed(Words.value(value, gain), gain) == value)
    }
    #expect(Words.value(-60, gain) == "off")
    #expect(Words.typed("off", gain) == -60)
    #expect(Words.typed("-3,5 dB", gain) == -3.5)
    #expect(Words.typed("99", gain) == 12)
    for text in ["", "loud", "1 kg", "--3", "nan", "3 3"] where text != "3 3" {
      #expect(Words.typed(text, gain) == nil, "\(text)")
    }
  }

  @Test func numbersHaveTheirDecimals() {
    #expect(Words.fixed(-0.04, decimals: 1) == "0.0")
    #expect(Words.fixed(-12.35, decimals: 2) == "\u{2212}12.35")
    #expect(Words.fixed(.nan, decimals: 1) == "–")
    #expect(Words.fixed(.infinity, decimals: 1) == "–")
    #expect(Words.fixed(5, decimals: 0) == "5")
    #expect(
      Words.latency(lookAhead: 1, seconds: 2.186) == "Looks 1.0 s ahead; the sound is 2.19 s late")
    #expect(
      Words.latency(lookAhead: 0, seconds: 0.186) == "Separates live; the sound is 0.19 s late")
  }

  @Test func listsOfFilesArePaths() {
    func paths(_ text: String) -> [String] { FileURI.paths(Array(text.utf8)) }
    #expect(paths("file:///a/b%20c.mid\r\nfile://localhost/d.mid\r\n") == ["/a/b c.mid", "/d.mid"])
    #expect(paths("file:///%C3%A9tude.mid\0") == ["/étude.mid"])
    #expect(paths("/plain/path.mid\n") == ["/plain/path.mid"])
    #expect(paths("file:/one.mid\nFILE:///two.mid") == ["/one.mid", "/two.mid"])
    // Of another machine, with an end within, or not in UTF-8.
    #expect(paths("file://elsewhere.example/a.mid\nfile:///a%00b.mid\nfile:///%FF.mid") == [])
    #expect(paths("https://example.org/a.mid\n# comment\nrelative.mid") == [])
    #expect(paths("file:///100%") == ["/100%"])
    #expect(paths("file:///a%zz.mid") == ["/a%zz.mid"])
  }
}
