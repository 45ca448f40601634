import DivisiAlignment
import DivisiEngine
import DivisiScore
import DivisiSeparation
import FoundationEssentials
import Plotting
import Terminal

/// A page on an alignment: the verdict in words and numbers, what does not fit, what was corrected, and the picture.
struct AlignmentPage {
  let mix: String
  let score: String
  let placement: Placement
  /// Whether anchors were kept.
  let isAnchored: Bool
  let figure: Figure

  /// HTML that needs no other file.
  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Self.escaped(name)) aligned with a recording</title>
    <style>
    body { font: 16px/1.45 system-ui, sans-serif; max-width: 54em; margin: 2em auto; padding: 0 1em; color: #222; background: #fff }
    table { border-collapse: collapse; margin: 1em 0 }
    th, td { text-align: left; padding: 0.2em 1.2em 0.2em 0; border-bottom: 1px solid #ddd; font-weight: normal; vertical-align: top }
    th { color: #555 }
    .verdict { font-size: 1.15em }
    figure { margin: 1em 0 }
    svg { max-width: 100%; height: auto }
    </style>
    </head>
    <body>
    <h1>\(Self.escaped(name))</h1>
    <p class="verdict">\(Self.escaped(verdict))</p>
    \(isAnchored ? "<p>Anchors were kept. Verdict and agreement are of what was found before.</p>" : "")
    \(Self.table([("recording", mix), ("score", score)] + numbers))
    \(list("What does not fit", placement.misfitPlaces))
    \(list(placement.transposition == 0 ? "Corrected notes" : "Corrected notes, as the score writes them", corrections))
    <figure role="img" aria-label="The path through score and recording, the notes, and where they agree">
    \(picture)
    </figure>
    </body>
    </html>

    """
  }

  private var name: String { URL(fileURLWithPath: score).lastPathComponent }

  private var verdict: String {
    placement.text ?? "There is too little sound, or too few notes, to compare."
  }

  private var numbers: [(String, String)] {
    guard let verdict = placement.verdict else { return [] }
    func percent(_ share: Double) -> String { "\(fixed(100 * share, digits: 0)) %" }
    var rows = [
      ("verdict", verdict.judgement.rawValue),
      (
        "agreement",
        "\(fixed(verdict.agreement, digits: 2)) (doubtful below \(fixed(Verdict.doubted, digits: 1)))"
      ),
    ]
    if let distinction = verdict.distinction {
      rows.append(
        ("better than in other keys by", "\(fixed(distinction, digits: 1)) standard deviations"))
    }
    rows.append(("sound that the score covers", percent(verdict.coverage)))
    rows.append(("notes that the recording has", percent(verdict.usedNotes)))
    if let audible = verdict.audibleNotes {
      rows.append(("notes that sound where they should", percent(audible)))
    }
    if placement.method == .aligned {
      rows.append(("tempo", "\(fixed(placement.tempo, digits: 2)) times that of the score"))
    }
    if placement.transposition != 0 {
      rows.append(("transposition", "\(placement.transposition) semitones"))
    }
    if let cents = placement.tuningCents, abs(cents) >= 1 {
      rows.append(("tuning", "\(fixed(cents, digits: 0)) cents against 440 Hz"))
    }
    return rows
  }

  private var corrections: [String] {
    (placement.changes ?? []).map { change in
      let place = "\(fixed(change.seconds, digits: 2)) s: \(Self.name(ofPitch: change.pitch))"
      return if case .moved(let pitch) = change.kind {
        "\(place) in place of \(Self.name(ofPitch: pitch))"
      } else {
        "\(place) added"
      }
    }
  }

  private static func name(ofPitch pitch: Int) -> String {
    Factorisation.Component.name(ofPitch: pitch)
  }

  private func list(_ title: String, _ items: [String]) -> String {
    items.isEmpty
      ? ""
      : "<h2>\(title)</h2>\n<ul>\n"
        + items.map { "<li>\(Self.escaped($0))</li>\n" }.joined() + "</ul>"
  }

  /// Without the line that a file of its own begins with.
  private var picture: String {
    let svg = String(decoding: figure.encoded(as: .svg), as: UTF8.self)
    return svg.hasPrefix("<?xml") ? String(svg.drop { $0 != "\n" }) : svg
  }

  private static func table(_ rows: [(String, String)]) -> String {
    "<table>\n"
      + rows.map { "<tr><th scope=\"row\">\($0)</th><td>\(escaped($1))</td></tr>\n" }.joined()
      + "</table>"
  }

  private static func escaped(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
