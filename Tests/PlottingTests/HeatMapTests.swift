@testable import Plotting
import Testing

@Suite struct HeatMapTests {
  private func raster(_ values: [Float], rows: Int, pixels: (Int, Int)) -> HeatMapRaster {
    let columns = values.count / rows
    let map = HeatMap(
      rowCount: rows, columnCount: columns, values: values, columns: (0, 1), rows: (0, 1))
    return HeatMapRaster(
      map, x: Axis("", range: -0.5...Double(columns) - 0.5, ticks: []),
      y: Axis("", range: -0.5...Double(rows) - 0.5, ticks: []), range: 0...1,
      columnCount: pixels.0, rowCount: pixels.1)
  }

  /// The first value of the first column lies at the bottom left.
  @Test func rowsGoUp() {
    let raster = raster([0, 1, 0.5, 0.25], rows: 2, pixels: (2, 2))
    #expect(raster.pixels == [1, 0.25, 0, 0.5].map(Viridis.pixel))
  }

  @Test func valuesWiderThanPixelsFillThem() {
    let raster = raster([0, 1], rows: 1, pixels: (6, 1))
    #expect(raster.pixels == [0, 0, 0, 1, 1, 1].map(Viridis.pixel))
  }

  /// One high value among a hundred survives whatever the number of pixels.
  @Test(arguments: [1, 3, 7, 50]) func peaksSurvive(pixelCount: Int) {
    for place in stride(from: 0, to: 100, by: 9) {
      var values = [Float](repeating: 0, count: 100)
      values[place] = 1
      let raster = raster(values, rows: 100, pixels: (1, pixelCount))
      #expect(raster.pixels.filter { $0 == Viridis.pixel(1) }.count == 1)
    }
  }

  @Test func whatLiesOutsideTheMapStaysBlank() {
    let map = HeatMap(rowCount: 1, columnCount: 2, values: [1, 1], columns: (0, 1), rows: (0, 1))
    let raster = HeatMapRaster(
      map, x: Axis("", range: -0.5...3.5, ticks: []), y: Axis("", range: -0.5...0.5, ticks: []),
      range: 0...1, columnCount: 4, rowCount: 1)
    let yellow = Viridis.pixel(1)
    #expect(raster.pixels == [yellow, yellow, 0xFFFF_FFFF, 0xFFFF_FFFF])
  }

  /// The ends of viridis, and a lightness that grows from step to step.
  @Test func coloursAreThoseOfViridis() {
    #expect(Viridis.pixel(-1) == 0xFF44_0154)
    #expect(Viridis.pixel(2) == 0xFFFD_E725)
    #expect(Viridis.pixel(.nan) == Viridis.pixel(0))
    let lightness = (0...64).map { step -> Double in
      let pixel = Viridis.pixel(Double(step) / 64)
      return 0.2126 * Double(pixel >> 16 & 0xFF) + 0.7152 * Double(pixel >> 8 & 0xFF)
        + 0.0722 * Double(pixel & 0xFF)
    }
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
  }
}
