import Foundation
import Testing

/// What `divisi align` writes beside notes: a page on what was found, and tables beside print.
@Suite struct AlignmentReportTests {
  private let mix = Recording.polonaise + "/mix.flac"
  private let print = Recording.polonaise + "/score.musicxml"

  /// The first half of the notes, in a file whose name HTML has to be spared.
  private func half(in folder: TemporaryFolder) throws -> String {
    let run = try Program.run(
      "align", mix, "--score", Recording.polonaise + "/score.mid", "-o", folder.file("all.csv"))
    #expect(run.status == 0, "\(run.errors)")
    let rows = try folder.text("all.csv").split(separator: "\n")
    try folder.write(rows.prefix(rows.count / 2).joined(separator: "\n").utf8, to: "a <b>&c.csv")
    return folder.file("a <b>&c.csv")
  }

  @Test func thePageSaysWhatDoesNotFitAndShowsIt() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "align", mix, "--score", try half(in: folder), "-o", folder.file("half.mid"), "--report",
      folder.file("half.html"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("\"report\":"))
    let page = try folder.text("half.html")
    #expect(page.contains("the fit is doubtful, wrong at"))
    #expect(page.contains("<h2>What does not fit</h2>"))
    #expect(page.contains("<h1>a &lt;b&gt;&amp;c.csv</h1>") && !page.contains("<b>"))
    let picture = try #require(page.firstRange(of: "<svg"))
    #expect(page[picture.upperBound...].contains("</svg>"))
    // Nothing is loaded from elsewhere.
    #expect(!page.contains("src=") && !page.contains("href=\"http"))
  }

  @Test func printIsCopiedAndATableStandsBesideIt() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "align", mix, "--score", print, "-o", folder.file("printed.musicxml"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      FileManager.default.contents(atPath: folder.file("printed.musicxml"))
        == FileManager.default.contents(atPath: print))
    let table = try folder.text("printed.csv").split(separator: "\n")
    #expect(table.first == "score_time;audio_time" && table.count > 50)
    let again = try Program.run(
      "align", mix, "--score", print, "-o", folder.file("other.musicxml"), "--table",
      folder.file("printed.csv"))
    #expect(again.status == 1 && again.errors.contains("printed.csv: expected a new file"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("other.musicxml")))
  }

  @Test func onlyPrintIsWrittenAsPrint() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "align", mix, "--score", Recording.polonaise + "/score.mid", "-o",
      folder.file("new.musicxml"))
    #expect(run.status == 1)
    #expect(run.errors.contains("new.musicxml: expected a file that ends in .mid or .csv"))
    // A name makes no print.
    let midi = try #require(
      FileManager.default.contents(atPath: Recording.polonaise + "/score.mid"))
    try folder.write(midi, to: "named.musicxml")
    let named = try Program.run(
      "align", mix, "--score", folder.file("named.musicxml"), "-o", folder.file("new.musicxml"))
    #expect(named.status == 1)
    let compressed = try Program.run(
      "align", mix, "--score", print, "-o", folder.file("new.mxl"))
    #expect(compressed.errors.contains("expected a file that ends in .mid, .musicxml or .csv"))
    #expect(folder.files(below: ".") == ["named.musicxml"])
  }

  @Test(arguments: [
    (["-o", "x.mid", "--report", "x.pdf"], "--report: expected a file that ends in .html"),
    (["-o", "x.mxl", "--correct-notes", "on"], "--correct-notes: expected an --output"),
    (
      ["-o", "x.mid", "--report", "x.html", "--table", "./x.html"],
      "expected different files, found 'x.html' twice"
    ),
    (["-o", "musicxml"], "--output: expected a file that ends in"),
  ])
  func wrongUsage(options: [String], message: String) throws {
    let run = try Program.run(["align", mix, "--score", print] + options)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  /// The recording leaves out the repeat that the print writes out: the bar is meant where it is played.
  @Test func barsAreKeptWhereTheyArePlayed() throws {
    let folder = try TemporaryFolder()
    func aligned(_ options: String...) throws -> [Double] {
      let run = try Program.run(
        ["align", mix, "--score", print, "-o", folder.file("a.csv"), "--force", "--table"]
          + [folder.file("times.csv")] + options)
      #expect(run.status == 0, "\(run.errors)")
      return try folder.text("a.csv").split(separator: "\n").dropFirst().compactMap {
        Double($0.prefix { $0 != ";" })
      }
    }
    let free = try aligned()
    let kept = try aligned("--anchor", "bar5=9")
    #expect(free.count == kept.count)
    #expect(zip(free, kept).allSatisfy { abs($0 - $1) < 0.5 })
    #expect(try folder.text("times.csv").contains(";9.0000\n"))
    let beyond = try Program.run(
      "align", mix, "--score", print, "-o", folder.file("b.csv"), "--anchor", "bar5=90")
    #expect(beyond.status == 1 && beyond.errors.contains("--anchor: expected a time in"))
  }

  /// A score that is written three semitones lower gives the same picture of its notes.
  @Test func plotShowsNotesWhereTheySound() throws {
    let folder = try TemporaryFolder()
    let run = try Program.run(
      "align", mix, "--score", Recording.polonaise + "/score.mid", "-o", folder.file("all.csv"))
    #expect(run.status == 0, "\(run.errors)")
    let rows = try folder.text("all.csv").split(separator: "\n").map {
      $0.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    }
    func notes(loweredBy semitones: Int) throws -> [String] {
      let lowered = rows.map { row in
        var row = row
        if let pitch = Int(row[2]) { row[2] = String(pitch - semitones) }
        return row.joined(separator: ";")
      }
      try folder.write(lowered.joined(separator: "\n").utf8, to: "lowered.csv")
      let run = try Program.run(
        "plot", mix, "--score", folder.file("lowered.csv"), "-p", "hands-fast", "--iterations", "2",
        "--align", "on", "--to", "4", "--pictures", "svg", "-o", folder.file("pictures"), "--force")
      #expect(run.status == 0, "\(run.errors)")
      // The two colours of notes.
      return try folder.text("pictures/alignment.svg").split(separator: "\n").filter {
        $0.contains("rgb(100%,65") || $0.contains("rgb(100%,54")
      }.map(String.init)
    }
    let asWritten = try notes(loweredBy: 0)
    let lowered = try notes(loweredBy: 3)
    #expect(asWritten.count > 30)
    #expect(asWritten == lowered)
  }
}
