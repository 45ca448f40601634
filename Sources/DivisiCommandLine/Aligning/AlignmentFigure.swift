import DivisiAlignment
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Plotting

/// A picture of a score on the time of its recording: the path through both, the notes over the spectrogram, and how well
/// they agree.
struct AlignmentFigure {
  let title: String
  let placement: Placement
  /// Notes in seconds of the recording and at the pitches that it has, by who plays them.
  let players: [(name: String, notes: [Note])]
  /// Nil for drums, which have rows of their own in place of a spectrogram.
  let levels: PitchLevels?
  /// What is shown of the recording, in seconds.
  let span: ClosedRange<Double>

  /// More columns of a spectrogram are not seen.
  static let mostColumns = 1600
  /// Levels against the loudest: it is not the brightest colour, so that notes stand out.
  private static let decibels = -60.0...20
  private static let bright = [0xFFA6E4, 0xFF8C42, 0x8CE8FF, 0xE8FF8A, 0xFF5C5C, 0xC8C8C8].map {
    Colour(hex: $0)
  }
  /// Semitones that are shown below the lowest note and above the highest.
  private static let (below, above) = (5, 19)
  private static let (fits, fails, ground) = (
    Colour.series(0), Colour.series(1), Colour(hex: 0xF7D9C8)
  )

  private var time: Axis { .numbers("Time in the recording (s)", range: span, count: 10) }

  var figure: Figure {
    Figure(title, panels: [path, notes, agreement].compactMap { $0 })
  }

  private func shown(_ seconds: Range<Double>) -> ClosedRange<Double>? {
    let (lower, upper) = (
      max(seconds.lowerBound, span.lowerBound), min(seconds.upperBound, span.upperBound)
    )
    return lower < upper ? lower...upper : nil
  }

  // MARK: Path

  /// Where the score is when, over what does not fit; nil for a score that is used as it is written.
  private var path: Panel? {
    guard !placement.path.isEmpty else { return nil }
    let lines = stretches.compactMap { Self.cut($0, to: span) }
    let heights = lines.joined().map(\.y)
    let (low, high) = (heights.min() ?? 0, heights.max() ?? 0)
    let range = low...max(high, low + 1)
    let misfits = (placement.verdict?.misfits ?? []).compactMap(shown)
    return Panel(
      "Path", height: 190, x: time,
      y: .numbers("Time in the score (s)", range: range, count: 6, hasGrid: true),
      layers: [
        .boxes(misfits.map { Box(x: $0, y: range, colour: Self.ground) }),
        .curves(lines.map { Curve("", points: $0, colour: Self.fits) }),
      ],
      legend: misfits.isEmpty ? [] : [("does not fit", Self.ground)])
  }

  private typealias Line = [(x: Double, y: Double)]

  /// A line for each stretch between jumps back.
  private var stretches: [Line] {
    var lines: [Line] = []
    for point in placement.path {
      if let last = lines.last?.last, point.score >= last.y {
        lines[lines.count - 1].append((point.audio, point.score))
      } else {
        lines.append([(point.audio, point.score)])
      }
    }
    return lines
  }

  /// The part of a line above a span, ends included; nil if there is none.
  private static func cut(_ line: Line, to span: ClosedRange<Double>) -> Line? {
    var result = line.filter { span.contains($0.x) }
    for edge in [span.lowerBound, span.upperBound] {
      guard let next = line.firstIndex(where: { $0.x > edge }), next > 0 else { continue }
      let (a, b) = (line[next - 1], line[next])
      let point = (x: edge, y: a.y + (b.y - a.y) * (edge - a.x) / (b.x - a.x))
      if edge == span.lowerBound { result.insert(point, at: 0) } else { result.append(point) }
    }
    return result.isEmpty ? nil : result
  }

  // MARK: Notes

  private var notes: Panel {
    levels.map(notesOverSpectrogram) ?? strokes
  }

  private func notesOverSpectrogram(_ levels: PitchLevels) -> Panel {
    let pitches = PitchLevels.pitches
    let sounding = players.flatMap(\.notes).filter { $0.kind == .pitched }.map(\.pitch)
      .filter(pitches.contains)
    let lowest = max((sounding.min() ?? 36) - Self.below, pitches.lowerBound)
    let highest = min((sounding.max() ?? 84) + Self.above, pitches.upperBound - 1)
    let map = HeatMap(
      rowCount: pitches.count, columnCount: levels.columnCount, values: levels.decibels,
      columns: (0, levels.columnSeconds), rows: (Double(pitches.lowerBound), 1))
    return notePanel(
      "Notes over the spectrogram", ground: [.heatMap(map)], height: 330, half: 0.22,
      axis: Axis(
        "Pitch", range: Double(lowest) - 0.5...Double(highest) + 0.5,
        ticks: (lowest...highest).filter { $0 % 12 == 0 }.map {
          .init(Double($0), Factorisation.Component.name(ofPitch: $0))
        }), colours: .init("dB", range: Self.decibels)
    ) { Double($0.pitch) }
  }

  private var strokes: Panel {
    let numbers = Set(players.flatMap(\.notes).map(\.pitch)).sorted()
    let rows = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, Double($0)) })
    return notePanel(
      "Strokes", ground: [], height: min(max(Double(numbers.count) * 26, 90), 300), half: 0.35,
      axis: Axis(
        "Drum", range: -0.5...Double(max(numbers.count, 1)) - 0.5,
        ticks: numbers.enumerated().map { .init(Double($0), "\($1)") }, hasGrid: true),
      colours: nil
    ) { rows[$0.pitch] ?? 0 }
  }

  private func notePanel(
    _ name: String, ground: [Layer], height: Double, half: Double, axis: Axis,
    colours: Panel.ColourScale?, row: (Note) -> Double
  ) -> Panel {
    // A stroke has no length that would mean anything.
    let strokeSeconds = (span.upperBound - span.lowerBound) / 300
    let boxes = players.enumerated().flatMap { index, player in
      player.notes.compactMap { note -> Box? in
        guard levels == nil || note.kind == .pitched else { return nil }
        let end = levels == nil ? note.onsetSeconds + strokeSeconds : note.releaseSeconds
        guard end > note.onsetSeconds, let x = shown(note.onsetSeconds..<end) else { return nil }
        return Box(
          x: x, y: row(note) - half...row(note) + half,
          colour: colour(ofPlayer: index))
      }
    }
    return Panel(
      name, height: height, x: time, y: axis, layers: ground + [.boxes(boxes)], colours: colours,
      legend: legend)
  }

  private var legend: [(name: String, colour: Colour)] {
    let named = players.enumerated().prefix(Self.bright.count - 1).filter { !$1.name.isEmpty }.map {
      ($1.name, colour(ofPlayer: $0))
    }
    return players.count < Self.bright.count
      ? named : named + [("others", colour(ofPlayer: players.count - 1))]
  }

  /// Colours that stand out from the spectrogram's, or those of all pictures; the last one is that of all others.
  private func colour(ofPlayer index: Int) -> Colour {
    let index = min(index, Self.bright.count - 1)
    return levels == nil ? .series(index) : Self.bright[index]
  }

  // MARK: Agreement

  private static let mostAgreement = 1.6

  private var agreement: Panel? {
    guard let verdict = placement.verdict, !verdict.windows.isEmpty else { return nil }
    let boxes = verdict.windows.compactMap { window -> Box? in
      guard let value = window.agreement, let x = shown(window.seconds) else { return nil }
      // What does not fit at all is still seen.
      return Box(
        x: x, y: 0...min(max(value, 0.03), Self.mostAgreement),
        colour: value < Verdict.misfit ? Self.fails : Self.fits)
    }
    let least = Curve(
      "", points: [span.lowerBound, span.upperBound].map { ($0, Verdict.misfit) },
      colour: Colour(hex: 0x222222), isDashed: true)
    return Panel(
      "Agreement, 5 s by 5 s", height: 120, x: time,
      y: .numbers("Agreement", range: 0...Self.mostAgreement, count: 4, hasGrid: true),
      layers: [.boxes(boxes), .curves([least])],
      legend: [("fits", Self.fits), ("does not fit", Self.fails)])
  }
}

extension Score {
  /// Its notes by the label, or by the track and staff, that they belong to, by name.
  var players: [(name: String, notes: [Note])] {
    struct Player: Hashable {
      var label: String
      var track: Int
      var staff: Int?
    }
    var order: [Player] = []
    var notes: [Player: [Note]] = [:]
    for note in self.notes {
      let player = Player(label: note.label, track: note.track, staff: note.staff)
      if notes[player] == nil { order.append(player) }
      notes[player, default: []].append(note)
    }
    let hasTracks = Set(order.map(\.track)).count > 1
    return order.map { player in
      let track = trackNames.indices.contains(player.track - 1) ? trackNames[player.track - 1] : ""
      let words = [
        player.label.isEmpty
          ? (track.isEmpty && hasTracks ? "track \(player.track)" : track) : player.label,
        player.staff.map { "staff \($0)" } ?? "",
      ].filter { !$0.isEmpty }
      return (words.joined(separator: ", "), notes[player] ?? [])
    }.sorted { $0.name < $1.name }
  }
}
