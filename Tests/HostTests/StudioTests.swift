import AudioFiles
import Foundation
import Testing

/// The studio's page in a real browser: what is heard and what is seen.
@Suite(.serialized) struct StudioTests {
  private static func open(_ browser: Browser) throws {
    try browser.wait(
      "document.body?.dataset.ready !== undefined || document.getElementById('trouble')?.hidden === false"
    )
    #expect(try browser.text("document.getElementById('trouble-text').textContent") == "")
  }

  private static func screenshot(_ browser: Browser, _ name: String) throws {
    let folder = Project.root + "/build/tests/studio"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try browser.value("scrollTo(0, 0)")
    try browser.picture().write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
  }

  /// A recording and a score that is not in time with it are opened, heard, practised, corrected and taken away.
  @Test func aLessonFromBeginningToEnd() throws {
    let studio = try StudioProcess()
    let score = studio.folder.file("moved.mid")
    let run = try Child.run(
      Project.program("divisi", withPlugin: false),
      ["inspect", Polonaise.score, "--score-rate", "0.8", "--score-offset", "1", "--midi", score])
    try #require(run.status == 0, "\(run.errors)")
    let browser = try Browser()
    try browser.resize(width: 1280, height: 800)
    try browser.visit(studio.url)
    try browser.wait("document.body?.dataset.view === 'start'")
    // What is no score is refused where it was chosen, in the program's words.
    try browser.type(Polonaise.mix, into: "#score-file")
    try browser.wait(
      "document.querySelector('[data-kind=score] .problem').textContent.includes('mix.flac: expected')"
    )
    try browser.drop([Polonaise.mix, score], on: "#start h1")
    try browser.wait("!document.getElementById('separate').disabled")
    #expect(
      try browser.text("document.querySelector('[data-kind=score] .problem').textContent") == "")
    try browser.click("#separate")
    try Self.open(browser)
    #expect(
      try browser.text("document.getElementById('verdict').textContent").contains(
        "was aligned with the recording: it fits"))

    // Heard: all parts make up the recording, and a hand alone is its stem.
    let id = try browser.text("studio.player.id")
    let mix = try AudioFile.read(path: Polonaise.mix).channels[0]
    func stem(_ name: String, take: Int = 1) throws -> [Float] {
      try AudioFile.read(path: studio.file("\(id)/takes/\(take)/\(name).flac")).channels[0]
    }
    let frames = 3 * 44_100
    #expect(
      StudioSound.difference(try StudioSound.heard(frames, browser)[...], mix[..<frames]) < -80)
    try browser.click("[data-part=left] .solo")
    let left = try stem("left")
    #expect(
      StudioSound.difference(try StudioSound.heard(frames, browser)[...], left[..<frames]) < -80)

    // Practised: two bars in a loop at 70 %.
    try browser.type("3\u{E004}4\u{E004}", into: "#loop-from")
    try browser.wait("studio.player.loop !== null")
    let loop = try browser.value(
      "[studio.player.loop.from, studio.player.loop.to, studio.music.bars[1].number === 2 ? studio.music.barStart(2) : -1]"
    )
    let ends = try #require(loop as? [Double])
    #expect(ends[0] == ends[2] && ends[1] - ends[0] > 3.9 && ends[1] - ends[0] < 4.1)
    try browser.type(String(repeating: "\u{E012}", count: 6), into: "#speed")
    try browser.wait("studio.player.speed === 0.7")
    try Self.isSlowed(browser, studio, id, left)
    try Self.loopsDoNotDrift(browser)
    try Self.jumpsFade(browser)
    try Self.clicksAreOnBeats(browser, studio, id)

    // Corrected, with keys: the first note of the left hand goes to the right.
    try browser.click("#correct")
    try browser.press("\u{E010}")
    try browser.type("n", into: "#roll")
    #expect(
      try browser.text("document.getElementById('selected').textContent").contains("left hand"))
    _ = try browser.value("scrollTo(0, 0)")
    try browser.click("#give button:nth-child(2)")
    try browser.wait("document.getElementById('deed-count').textContent.startsWith('1 correction')")
    try Self.screenshot(browser, "correcting")
    try browser.click("#separate-again")
    try browser.wait(
      "window.studio.player.take.number === 2 && document.body.dataset.ready !== undefined")
    let counts = try browser.value("studio.player.take.stems.map(stem => stem.noteCount)")
    #expect(counts as? [Int] == [152, 75, 0])
    let moved = try stem("left", take: 2)
    #expect(
      StudioSound.difference(moved[20_000..<40_000], left[20_000..<40_000]) > -20,
      "the note is gone")
    #expect(
      studio.files.contains("\(id)/takes/2/corrected.mid")
        && studio.files.contains("\(id)/takes/2/corrected.csv"))
    #expect(try stem("left") == left, "what was there before stays")

    // Taken away: the mix as the faders stand, which is the left hand.
    let away = try browser.text(
      """
      (async () => {
        const answer = await fetch(document.getElementById('mix-link').href);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        let text = '';
        for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
        return btoa(text);
      })()
      """)
    try #require(Data(base64Encoded: away)).write(
      to: URL(fileURLWithPath: studio.folder.file("away.flac")))
    let mixed = try AudioFile.read(path: studio.folder.file("away.flac")).channels[0]
    #expect(mixed.count == mix.count && StudioSound.difference(mixed[...], moved[...]) < -80)
    // The browser notes that the wrong score was refused.
    #expect(try browser.consoleErrors().filter { !$0.contains("422") } == [])

    // Opened again it is as it was, and undone it is what it was before.
    #expect(studio.keeps(["\"speed\":70", "\"solos\":[\"left\"]"], of: id))
    try browser.visit("about:blank")
    try browser.visit("http://\(studio.place)/#\(id)")
    try Self.open(browser)
    #expect(try browser.value("studio.player.speed") as? Double == 0.7)
    #expect(try browser.attribute("aria-pressed", of: "[data-part=left] .solo") == "true")
    try browser.click("#correct")
    try browser.click("#undo")
    try browser.wait(
      "window.studio.player.take.number === 1 && document.body.dataset.ready !== undefined")
  }

  /// An accessibility checker finds nothing, in any view, in light and dark, on a desk and on a phone.
  @Test func everybodyCanUseIt() throws {
    guard let axe = try AccessibilityChecker.script() else {
      print("skipped: pip cannot fetch axe-core-python, the accessibility checker")
      return
    }
    let studio = try StudioProcess([Polonaise.mix, Polonaise.score])
    let browser = try Browser()
    try browser.visit(studio.url)
    try Self.open(browser)
    _ = try browser.value("(() => { \(axe) })()")
    func check(_ view: String) throws {
      for (width, height, isPhone) in [(1280, 800, false), (390, 844, true)] {
        try browser.resize(width: width, height: height, isPhone: isPhone)
        // Pictures take their new size after the page has.
        try browser.wait(
          "innerWidth === \(width) && document.documentElement.scrollWidth <= \(width)", view)
        for dark in [false, true] {
          try browser.prefer(dark: dark)
          let found = try browser.value(
            "axe.run().then(({ violations }) => violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
          )
          #expect(found as? [String] == [], "\(view) \(width) \(dark ? "dark" : "light")")
          if !dark || view == "project" {
            try Self.screenshot(
              browser, "\(view)-\(isPhone ? "phone" : "desk")-\(dark ? "dark" : "light")")
          }
        }
      }
      try browser.prefer(dark: false)
    }
    // As it is seen while somebody practises.
    try browser.type("3\u{E004}5\u{E004}", into: "#loop-from")
    try browser.click("#play")
    try browser.wait(
      "studio.player.isPlaying && studio.player.position > studio.player.loop.from + 1")
    try check("project")
    try browser.click("#play")
    try browser.resize(width: 1280, height: 800)
    try browser.click("#correct")
    try browser.click("#take-away-button")
    try check("tools")
    _ = try browser.value("location.hash = ''")
    try browser.wait("document.body.dataset.view === 'start'")
    _ = try browser.value("document.getElementById('more').open = true")
    try check("start")
  }

  /// All that there is to do while it plays is done with keys.
  @Test func keysDoEverything() throws {
    let studio = try StudioProcess([Polonaise.mix, Polonaise.score])
    let browser = try Browser()
    try browser.visit(studio.url)
    try Self.open(browser)
    try browser.press(" ")
    try browser.wait("studio.player.isPlaying && studio.player.state.frame > 0")
    try browser.press(" ")
    try browser.wait("!studio.player.isPlaying")
    // Both at once, so that what was playing has not yet faded when it is to be somewhere else.
    for _ in 0..<3 {
      _ = try browser.value("studio.player.play()")
      try browser.wait("studio.player.state.isPlaying && studio.player.state.frame > 20000")
      _ = try browser.value("[studio.player.pause(), studio.player.seek(0)]")
      try browser.wait("studio.player.state.isPlaying === false")
      #expect(try browser.value("studio.player.position") as? Double == 0)
    }
    for (keys, condition) in [
      ("\u{E011}", "studio.player.position === 0"),
      ("\u{E014}", "Math.abs(studio.player.position - studio.music.beats[1].seconds) < 0.02"),
      ("]", "studio.player.loop !== null"), ("l", "studio.player.loop === null"),
      ("c", "studio.player.clicks.isOn"), ("1", "studio.player.gains.join() === '1,0,0'"),
      ("1", "studio.player.gains.join() === '1,1,1'"), ("f", "!studio.view.follows"),
      ("+", "studio.view.span < 8"),
    ] {
      try browser.press(keys)
      try browser.wait(condition, keys)
    }
    try browser.type("m", into: "[data-symbol=gain_right]")
    try browser.wait("studio.player.gains.join() === '1,0,1'")
    #expect(try browser.consoleErrors() == [])
  }

  /// The page for a student plays the parts in a browser of its own, without a server.
  @Test func aStudentNeedsNothing() throws {
    let studio = try StudioProcess([Polonaise.mix, Polonaise.score])
    let browser = try Browser()
    try browser.visit(studio.url)
    try Self.open(browser)
    let page = try studio.ask("GET", "/api/projects/polonaise/download/student.html").body
    let path = studio.folder.file("student.html")
    try Data(page).write(to: URL(fileURLWithPath: path))
    // The page that is open would tell the console that it misses its server.
    try browser.visit("about:blank")
    #expect(studio.end() == 0)
    // Ten megabytes are for four minutes of two parts.
    #expect(page.count < 10_000_000 * 23 / 240)
    try browser.visit("file://" + path)
    try browser.wait("document.body?.dataset.ready === 'true'")
    #expect(try browser.value("buffers.length") as? Int == 3)
    #expect(try browser.text("document.getElementById('title').textContent") == "polonaise")
    let mix = try AudioFile.read(path: Polonaise.mix)
    let seconds = try browser.value("duration") as? Double ?? 0
    #expect(abs(seconds - mix.durationSeconds) < 0.03)
    // Decoded, the parts still are the recording, as far as a lossy format lets them.
    let text = try browser.text(
      "(() => { const sum = new Float32Array(44100); for (const b of buffers) { const d = b.getChannelData(0); const at = Math.round(5 * b.sampleRate); for (let i = 0; i < sum.length; i += 1) sum[i] += d[at + Math.round(i * b.sampleRate / 44100)]; } return [sum.reduce((a, x) => a + x * x, 0)].join() })()"
    )
    let energy = mix.channels[0][(5 * 44_100)..<(6 * 44_100)].reduce(0) { $0 + Double($1 * $1) }
    #expect(abs(10 * log10((Double(text) ?? 0) / energy)) < 0.5)
    try browser.click("#play")
    try browser.wait("isPlaying && now() > 0.1")
    try browser.click("#play")
    #expect(try browser.consoleErrors() == [])
    try Self.screenshot(browser, "student")
  }
}
