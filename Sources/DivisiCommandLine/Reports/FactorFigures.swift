import DivisiDSP
import DivisiEngine
import DivisiScore
import DivisiSeparation
import Glibc
import Plotting

/// Pictures of what was learnt from one recording.
struct FactorFigures {
  let factors: Factorisation
  /// W as it started, K × (R · T) values.
  let startTemplates: [Float]
  /// What is shown of the recording, in seconds.
  let span: ClosedRange<Double>
  /// What the pictures are of.
  let title: String

  private static let floorDecibels = -60.0
  private static let lowestHertz = 30.0

  private var model: ConvolutiveNMF { factors.model }
  private var binCount: Int { model.binCount }
  /// The frames that are shown.
  private var shownFrames: Range<Int> {
    let rate = factors.grid.frameRate
    let last = min(Int((span.upperBound * rate).rounded(.up)), model.V.frameCount - 1)
    return min(max(0, Int(span.lowerBound * rate)), last)..<last + 1
  }
  private var hertzPerBin: Double { factors.grid.frequency(ofBin: 1) }
  private var time: Axis { .numbers("Time (s)", range: span, count: 10) }
  private var decibels: Panel.ColourScale { .init("dB", range: Self.floorDecibels...0) }

  private func frequency(binCount: Int) -> Axis {
    .frequency(from: Self.lowestHertz, to: Double(binCount - 1) * hertzPerBin)
  }

  private static func decibels(_ value: Float, below peak: Float) -> Float {
    value > 0 && peak > 0 ? 20 * log10f(value / peak) : -.infinity
  }

  // MARK: Templates

  /// W at the start and at the end, and the encoder if there is one, each template below its own
  /// maximum.
  var templates: Figure {
    let learnt = values(of: model.W)
    var panels = [
      templatePanel("Templates W at the start", startTemplates),
      templatePanel("Templates W learnt", learnt),
    ]
    if let encoder = factors.encoder {
      panels.append(
        templatePanel("Encoder W_E, a row per column", values(of: encoder.templates)))
    }
    if factors.encoder != nil, let inverse = factors.pseudoInverse() {
      panels.append(
        templatePanel(
          "What W_E would be if it undid W: its pseudo-inverse",
          inverse.flatMap { $0.map(Float.init) }))
    }
    return Figure(title, panels: panels)
  }

  /// K × (R · T) values of templates.
  static func values(of W: borrowing Templates) -> [Float] {
    (0..<W.componentCount * W.frameCount).flatMap { column in
      Array(UnsafeBufferPointer(start: W.values.column(column), count: W.binCount))
    }
  }

  private func values(of W: borrowing Templates) -> [Float] { Self.values(of: W) }

  private func templatePanel(_ title: String, _ values: [Float]) -> Panel {
    let frames = model.W.frameCount
    let perComponent = binCount * frames
    // All tones first, then attacks, then onsets: each a staircase of its own.
    let roles: [Factorisation.Component.Role] = [.tone, .stroke, .attack, .onset]
    let order = roles.flatMap { role in
      factors.components.indices.filter { factors.components[$0].role == role }
    }
    var shown: [Float] = []
    shown.reserveCapacity(values.count)
    for component in order {
      let column = values[component * perComponent..<(component + 1) * perComponent]
      let peak = column.max() ?? 0
      shown += column.map { Self.decibels($0, below: peak) }
    }
    let count = max(order.count, 1)
    // Column c is the middle of a place that is 1 / T wide.
    let step = 1 / Double(frames)
    let map = HeatMap(
      rowCount: binCount, columnCount: order.count * frames, values: shown,
      columns: (step / 2, step), rows: (0, hertzPerBin))
    let borders = order.indices.dropFirst().filter { index in
      frames > 1
        || factors.components[order[index]].role != factors.components[order[index - 1]].role
    }.map { index in
      Box(
        x: Double(index)...Double(index), y: Self.lowestHertz...Double(binCount) * hertzPerBin,
        colour: Colour(hex: 0xFFFFFF))
    }
    let kinds = roles.filter { role in factors.components.contains { $0.role == role } }
    let label =
      kinds.map { "\($0.rawValue)s" }.joined(separator: ", ")
      + (frames > 1 ? ", \(frames) frames each" : "")
    return Panel(
      title, height: 210,
      x: Axis(
        "Components: " + label, range: 0...Double(count),
        ticks: order.enumerated().map { index, component in
          let component = factors.components[component]
          let pitch = Factorisation.Component.name(ofPitch: component.pitch)
          return .init(Double(index) + 0.5, component.role == .stroke ? component.name : pitch)
        }),
      y: frequency(binCount: binCount), layers: [.heatMap(map), .boxes(borders)], colours: decibels)
  }

  // MARK: Activations

  /// H over pitches or drums, and the notes of the score on the same axes.
  var activations: Figure {
    let rows = FactorRows(factors)
    let frameCount = model.V.frameCount
    var sums = [Float](repeating: 0, count: rows.count * frameCount)
    for entry in 0..<model.pattern.entryCount {
      let row = rows.row(ofComponent: Int(model.pattern.components[entry]))
      let template = model.W.sum(ofComponent: Int(model.pattern.components[entry]))
      sums[Int(model.pattern.frames[entry]) * rows.count + row] += model.H[entry] * template
    }
    let peak = sums.max() ?? 0
    let map = HeatMap(
      rowCount: rows.count, columnCount: frameCount,
      values: sums.map { Self.decibels($0, below: peak) },
      columns: (0, 1 / factors.grid.frameRate), rows: (rows.first, 1))
    let height = rows.height
    let kind = factors.components.contains { $0.role == .attack || $0.role == .onset }
    return Figure(
      title,
      panels: [
        Panel(
          kind ? "Activations H, all components of a pitch" : "Activations H", height: height,
          x: time, y: rows.axis, layers: [.heatMap(map)], colours: decibels),
        notePanel("Notes of the score", rows, height: height),
      ])
  }

  /// The notes of the score, in the colours of their parts or in another, and layers over them.
  func notePanel(
    _ name: String, _ rows: FactorRows, height: Double, colour: Colour? = nil,
    over layers: [Layer] = []
  ) -> Panel {
    // A stroke has no length that would mean anything.
    let strokeSeconds = (span.upperBound - span.lowerBound) / 250
    var boxes: [Box] = []
    for (index, part) in factors.parts.enumerated() {
      for note in part.notes {
        guard let row = rows.row(ofPitch: note.pitch) else { continue }
        let end = rows.isPitched ? note.releaseSeconds : note.onsetSeconds + strokeSeconds
        let half = rows.isPitched ? 0.42 : 0.1 + 0.3 * Double(note.velocity) / 127
        boxes.append(
          Box(
            x: note.onsetSeconds...max(end, note.onsetSeconds), y: row - half...row + half,
            colour: colour ?? .series(index)))
      }
    }
    let grid = Axis(
      rows.axis.label, range: rows.axis.range, ticks: rows.axis.ticks, hasGrid: true)
    return Panel(
      name, height: height, x: time, y: grid, layers: [.boxes(boxes)] + layers,
      legend: factors.parts.enumerated().map { ($1.name, .series($0)) })
  }

  // MARK: Spectrograms

  /// V and V̂ on one scale.
  var approximation: Figure {
    let V = frames { frame, column in
      column.update(from: model.V.values.column(frame), count: binCount)
    }
    let approximation = frames { frame, column in
      model.approximation(ofFrame: frame, into: column)
    }
    let peak = V.max() ?? 0
    let (error, norm) = model.distance()
    let share = norm > 0 ? 100 * error / norm : 0
    func panel(_ title: String, _ values: [Float]) -> Panel {
      Panel(
        title, height: 220, x: time, y: frequency(binCount: binCount),
        layers: [
          .heatMap(spectrogram(values.map { Self.decibels($0, below: peak) }, rowCount: binCount))
        ], colours: decibels)
    }
    return Figure(
      title,
      panels: [
        panel("Spectrogram V", V),
        panel("Approximation, error \(fixed(share, digits: 1)) % of ‖V‖", approximation),
      ])
  }

  /// The mask of each part.
  var masks: Figure {
    let count = factors.grid.binCount
    var shown = factors.parts.map { _ in [Float]() }
    let columns = Matrix(rowCount: count, columnCount: factors.parts.count)
    let scratch = Matrix(rowCount: count, columnCount: 2 + factors.parts.count)
    for frame in shownFrames {
      factors.masks(ofFrame: frame, into: columns, scratch: scratch)
      for part in factors.parts.indices {
        shown[part] += UnsafeBufferPointer(start: columns.column(part), count: count)
      }
    }
    return Figure(
      title,
      panels: zip(factors.parts, shown).map { part, values in
        Panel(
          "Mask of \(part.name)", height: 180, x: time, y: frequency(binCount: count),
          layers: [.heatMap(spectrogram(values, rowCount: count))],
          colours: .init("share", range: 0...1))
      })
  }

  private func spectrogram(_ values: [Float], rowCount: Int) -> HeatMap {
    HeatMap(
      rowCount: rowCount, columnCount: shownFrames.count, values: values,
      columns: (
        Double(shownFrames.lowerBound) / factors.grid.frameRate, 1 / factors.grid.frameRate
      ),
      rows: (0, hertzPerBin))
  }

  /// K values for each frame that is shown.
  private func frames(_ fill: (Int, UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    let column = Matrix(rowCount: binCount, columnCount: 1)
    var values: [Float] = []
    values.reserveCapacity(binCount * shownFrames.count)
    for frame in shownFrames {
      fill(frame, column.column(0))
      values += UnsafeBufferPointer(start: column.column(0), count: binCount)
    }
    return values
  }
}
