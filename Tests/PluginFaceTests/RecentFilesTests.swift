import DivisiControls
import Testing

@testable import PluginFace

/// Files that were used before.
@Suite struct RecentFilesTests {
  @Test func theNewestIsFirstAndNoneTwice() {
    var files = RecentFiles(text: "")
    for name in ["a", "b", "a", "c"] { files.add(.score, path: "/x/\(name).mid") }
    files.add(.model, path: "/x/bank.safetensors")
    #expect(files[.score] == ["/x/c.mid", "/x/a.mid", "/x/b.mid"])
    #expect(RecentFiles(text: files.text) == files)
  }

  @Test func theListIsShort() {
    var files = RecentFiles(text: "")
    for number in 0..<25 { files.add(.score, path: "/x/\(number)") }
    #expect(files[.score].count == RecentFiles.most && files[.score][0] == "/x/24")
    #expect(RecentFiles(text: files.text + files.text)[.score] == files[.score])
  }

  /// A path with a line break would be two lines.
  @Test(arguments: ["", "relative.mid", "/two\nlines.mid", "/tab\t.mid", "/\u{7F}"])
  func whatNoLineHoldsIsLeftOut(path: String) {
    var files = RecentFiles(text: "score\t/kept.mid\n")
    files.add(.score, path: path)
    #expect(files.text == "score\t/kept.mid\n")
  }

  @Test func linesThatMakeNoSenseAreLeftOut() {
    let text = "score\nscore\t\nsong\t/a\n\tx\n\u{0}\nmodel\tb\nmodel\t/c\nscore\t/d"
    #expect(RecentFiles(text: text).text == "score\t/d\nmodel\t/c\n")
  }

  private static func desk() -> Desk {
    let size = Desk.size(for: .hands)
    var desk = Desk(.hands, width: size.width, height: size.height)
    desk.scorePath = "/x/now.mid"
    desk.openMenu(.score, ["/x/now.mid", "/x/a.mid", "/y/b.mid"])
    return desk
  }

  @Test func aPressChoosesOrCloses() throws {
    var desk = Self.desk()
    #expect(desk.menu?.paths == ["/x/a.mid", "/y/b.mid"])
    #expect(desk.regionsToDraw.last == .menu)
    let row = try #require(desk.layout.frame(of: .entry(1))).middle
    #expect(desk.layout.item(at: row) == .entry(1))
    desk.handle(.press(row, isFine: false), at: 0)
    #expect(desk.wishes == [.use(.score, path: "/y/b.mid")])
    #expect(desk.menu == nil && desk.layout.menu == nil)

    desk = Self.desk()
    let mute = try #require(desk.layout.frame(of: .mute(0))).middle
    desk.handle(.press(mute, isFine: false), at: 0)
    #expect(desk.wishes.isEmpty && desk.menu == nil)
  }

  @Test func keysGoThroughTheList() {
    var desk = Self.desk()
    for key in [Key.down, .down, .down, .up, .enter] {
      desk.handle(.key(key, isLarge: false), at: 0)
    }
    #expect(desk.wishes == [.use(.score, path: "/x/a.mid")])
    desk = Self.desk()
    desk.handle(.key(.escape, isLarge: false), at: 0)
    #expect(desk.wishes.isEmpty && desk.menu == nil)
  }

  /// Else nobody would hear that it was let go of.
  @Test func whatIsHeldOpensNoList() throws {
    var desk = Self.desk()
    desk.closeMenu()
    let gain = try #require(desk.layout.frame(of: .gain(0))).middle
    desk.handle(.press(gain, isFine: false), at: 0)
    desk.focus = .score
    desk.handle(.key(.down, isLarge: false), at: 0)
    #expect(desk.menuWish == nil && desk.isHeld)
    desk.handle(.release, at: 1)
    desk.handle(.key(.down, isLarge: false), at: 1)
    #expect(desk.menuWish == .score && !desk.isHeld)
  }

  /// Whatever else is drawn, the list stays above it.
  @Test func theListStaysOnTop() {
    var desk = Self.desk()
    desk.dirty = []
    #expect(desk.regionsToDraw.isEmpty)
    desk.take(-20, port: desk.strips[0].level, at: 1)
    #expect(desk.regionsToDraw == [.meter(0), .menu])
    desk.resize(width: 700, height: 500)
    #expect(desk.menu == nil && !desk.regionsToDraw.contains(.menu))
  }

  @Test func aListWithoutFilesIsNotOpened() {
    var desk = Self.desk()
    desk.closeMenu()
    desk.openMenu(.model, [])
    #expect(desk.menu == nil && !desk.message.isEmpty)
    // And in a window without room for a row.
    desk.resize(width: 100, height: 30)
    desk.openMenu(.score, ["/a", "/b"])
    desk.handle(.key(.enter, isLarge: false), at: 0)
    #expect(desk.menu == nil)
  }
}
