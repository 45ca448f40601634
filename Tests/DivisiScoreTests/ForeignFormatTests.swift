import DivisiScore
import Testing

/// Files of programs whose scores are not read: one line says how to get one that is.
@Suite struct ForeignFormatTests {
  @Test(arguments: [
    ("song.mscz", "PK\u{3}\u{4}", "a score of MuseScore; in MuseScore, choose File > Export"),
    ("song.xml", "<?xml version=\"1.0\"?>\r\n<museScore version=\"4\">", "a score of MuseScore"),
    ("song", "\u{18}FICHIER GUITAR PRO v5.10", "a tablature of Guitar Pro; in Guitar Pro"),
    ("song.ly", "\\relative c' { c d e f }", "a LilyPond source; put \\midi { }"),
    ("song.txt", "%\n\\version \"2.24.0\"", "a LilyPond source"),
    ("song.abc", "X:1\nT:Tune\nK:C\nCDEF|", "a tune in ABC notation; run abc2midi"),
    ("song.sib", "\u{F}SIBELIUS", "a score of Sibelius"),
    ("song.pdf", "%PDF-1.7", "a printed score"),
    ("song.krn", "**kern\n4c", "a score in Humdrum"),
    ("mix.flac", "fLaC", "a recording; the score comes after --score"),
  ])
  func saysHowToExport(name: String, text: String, problem: String) throws {
    let found = try #require(refusal(Array(text.utf8), name))
    #expect(
      found.hasPrefix("\(name): expected a MIDI, MusicXML or CSV score, found \(problem)"),
      "\(found)")
  }

  @Test func contentsDecideOverNames() throws {
    let midi = MIDIWriter.file([MIDIWriter.on(0, 60) + MIDIWriter.off(480, 60)])
    #expect(refusal(midi, "song.gp") == nil)
  }
}
