import Plotting
import Testing

@Suite struct FigureTests {
  private func figure(_ title: String) -> Figure {
    Figure(
      title,
      panels: [
        Panel(
          "Map", height: 60, x: .numbers("Time (s)", range: 0...2),
          y: .frequency(from: 20, to: 2000),
          layers: [
            .heatMap(
              HeatMap(
                rowCount: 20, columnCount: 8, values: (0..<160).map { Float($0) },
                columns: (0, 0.25), rows: (0, 100))),
            .boxes([Box(x: 0.5...1, y: 100...200, colour: .series(1))]),
          ], colours: .init("dB", range: 0...160), legend: [("left", .series(0))]),
        Panel(
          "", height: 40, x: .numbers("Iteration", range: 0...3),
          y: .ratios("Loss", range: 1...100),
          layers: [
            .curves([Curve("NMF", points: [(0, 90), (1, 10), (3, 2)], colour: .series(0))])
          ]),
      ], width: 400)
  }

  private static let beginnings: [PictureFormat: [UInt8]] = [
    .png: [0x89] + Array("PNG".utf8), .svg: Array("<?xml".utf8), .pdf: Array("%PDF-".utf8),
  ]
  private static let endings: [PictureFormat: [UInt8]] = [
    .png: Array("IEND".utf8), .svg: Array("</svg>".utf8), .pdf: Array("%%EOF".utf8),
  ]

  @Test(arguments: PictureFormat.allCases)
  func picturesAreWholeAndAlwaysTheSame(format: PictureFormat) throws {
    let bytes = figure("A title").encoded(as: format)
    #expect(bytes.starts(with: try #require(Self.beginnings[format])))
    let ending = try #require(Self.endings[format])
    #expect(bytes.suffix(16).indices.contains { bytes[$0...].starts(with: ending) })
    // Through a program's run, cairo counts what SVG has to give names to.
    let isSame = figure("A title").encoded(as: format) == bytes
    #expect(isSame || format == .svg)
    let isOther = figure("Another").encoded(as: format) != bytes
    #expect(isOther)
  }

  /// Two pixels per point, in the header's big-endian numbers.
  @Test func pixelsAreTwoPerPoint() {
    let bytes = figure("").encoded(as: .png)
    let width = bytes[16..<20].reduce(0) { $0 << 8 | Int($1) }
    #expect(width == 800)
  }
}
