import DivisiDSP
import Glibc
import Mosaics
import Plotting

/// A mosaic's source, target and activations, and what it sounds like.
struct MosaicFigure {
  let beginning: MadeMosaic.Beginning
  let title: String

  private static let floorDecibels = -70.0
  private static let lowestHertz = 30.0
  /// Rows and columns of a heat map, at most; the strongest of those that share one is shown.
  private static let mostPlaces = 1500

  private var frameRate: Double { beginning.source.grid.frameRate }
  private var colours: Panel.ColourScale { .init("dB", range: Self.floorDecibels...0) }

  /// All four, below each other.
  var figure: Figure {
    Figure(
      title,
      panels: [
        spectrogram("Source", beginning.source, from: 0),
        spectrogram("Target", beginning.target, from: beginning.startSeconds), activations,
        spectrogram("Mosaic", beginning.mosaic, from: beginning.startSeconds),
      ])
  }

  private func time(_ frames: Int, from start: Double, _ label: String = "Time (s)") -> Axis {
    .numbers(label, range: start...start + max(Double(frames) / frameRate, 0.1), count: 10)
  }

  private func spectrogram(_ title: String, _ sound: MosaicSource, from start: Double) -> Panel {
    let (grid, frames) = (sound.grid, sound.frameCount)
    let step = (frames + Self.mostPlaces - 1) / Self.mostPlaces
    var values: [Float] = []
    for first in stride(from: 0, to: frames, by: step) {
      var column = sound.magnitudes(ofFrame: first)
      for frame in (first + 1)..<max(first + 1, min(first + step, frames)) {
        for (bin, value) in sound.magnitudes(ofFrame: frame).enumerated() {
          column[bin] = max(column[bin], value)
        }
      }
      values += column
    }
    let map = HeatMap(
      rowCount: grid.binCount, columnCount: values.count / grid.binCount,
      values: decibels(values), columns: (start, Double(step) / frameRate),
      rows: (0, grid.frequency(ofBin: 1)))
    return Panel(
      title, height: 160, x: time(frames, from: start),
      y: .frequency(from: Self.lowestHertz, to: grid.frequency(ofBin: grid.binCount - 1)),
      layers: [.heatMap(map)], colours: colours)
  }

  private var activations: Panel {
    let (rows, columns) = (beginning.source.frameCount, beginning.lists.count)
    let rowStep = (rows + Self.mostPlaces - 1) / Self.mostPlaces
    let columnStep = (max(columns, 1) + Self.mostPlaces - 1) / Self.mostPlaces
    let rowCount = (rows + rowStep - 1) / rowStep
    let columnCount = (columns + columnStep - 1) / columnStep
    var values = [Float](repeating: 0, count: rowCount * columnCount)
    for (frame, list) in beginning.lists.enumerated() {
      for entry in list {
        let place = frame / columnStep * rowCount + Int(entry.index) / rowStep
        values[place] = max(values[place], entry.value)
      }
    }
    let map = HeatMap(
      rowCount: rowCount, columnCount: columnCount, values: decibels(values),
      columns: (beginning.startSeconds, Double(columnStep) / frameRate),
      rows: (0, Double(rowStep) / frameRate))
    return Panel(
      "Activations", height: 260, x: time(columns, from: beginning.startSeconds),
      y: time(rows, from: 0, "Time in the source (s)"),
      layers: [.heatMap(map)], colours: colours)
  }

  private func decibels(_ values: [Float]) -> [Float] {
    let peak = values.max() ?? 0
    return values.map { $0 > 0 && peak > 0 ? 20 * log10f($0 / peak) : -.infinity }
  }
}
