/// Values on a regular raster, drawn as colours.
public struct HeatMap: Sendable {
  /// Rows, from the lower end of the vertical axis up.
  public let rowCount: Int
  /// Columns, from left to right.
  public let columnCount: Int
  /// Column after column.
  public let values: [Float]
  /// The centre of the first column on the horizontal axis, and the distance of the next.
  public let columns: (first: Double, step: Double)
  /// The centre of the first row on the vertical axis, and the distance of the next.
  public let rows: (first: Double, step: Double)

  /// - Precondition: there are as many values as the raster has places.
  public init(
    rowCount: Int, columnCount: Int, values: [Float], columns: (first: Double, step: Double),
    rows: (first: Double, step: Double)
  ) {
    precondition(
      values.count == rowCount * columnCount,
      "\(values.count) values for \(rowCount) × \(columnCount)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
    self.columns = columns
    self.rows = rows
  }
}

/// Points joined by a line.
public struct Curve: Sendable {
  /// What the legend says.
  public let name: String
  /// In the order of the horizontal axis.
  public let points: [(x: Double, y: Double)]
  /// Its colour.
  public let colour: Colour
  /// Whether it is broken.
  public let isDashed: Bool

  /// A curve.
  public init(
    _ name: String, points: [(x: Double, y: Double)], colour: Colour, isDashed: Bool = false
  ) {
    self.name = name
    self.points = points
    self.colour = colour
    self.isDashed = isDashed
  }
}

/// A rectangle in the units of the axes, such as a note or a bar.
public struct Box: Sendable {
  /// Its left and right ends.
  public let x: ClosedRange<Double>
  /// Its lower and upper ends.
  public let y: ClosedRange<Double>
  /// What fills it.
  public let colour: Colour

  /// A rectangle.
  public init(x: ClosedRange<Double>, y: ClosedRange<Double>, colour: Colour) {
    self.x = x
    self.y = y
    self.colour = colour
  }
}

/// What a panel shows; later layers lie on earlier ones.
public enum Layer: Sendable {
  /// Colours on a raster.
  case heatMap(HeatMap)
  /// Lines.
  case curves([Curve])
  /// Rectangles.
  case boxes([Box])
}

/// One pair of axes and what lies between them.
public struct Panel: Sendable {
  /// What the colours of heat maps mean.
  public struct ColourScale: Sendable {
    /// The unit or meaning.
    public let label: String
    /// The values at the two ends of the colours.
    public let range: ClosedRange<Double>

    /// A scale.
    public init(_ label: String, range: ClosedRange<Double>) {
      self.label = label
      self.range = range
    }
  }

  /// The line above it; may be empty.
  public let title: String
  /// The height of the space between its axes, in points.
  public let height: Double
  /// The horizontal axis.
  public let x: Axis
  /// The vertical axis.
  public let y: Axis
  /// From the ground up.
  public let layers: [Layer]
  /// The scale of its heat maps, drawn at its right side; nil where it has none.
  public let colours: ColourScale?
  /// What colours of boxes and curves mean.
  public let legend: [(name: String, colour: Colour)]

  /// A panel.
  public init(
    _ title: String, height: Double, x: Axis, y: Axis, layers: [Layer],
    colours: ColourScale? = nil, legend: [(name: String, colour: Colour)] = []
  ) {
    self.title = title
    self.height = height
    self.x = x
    self.y = y
    self.layers = layers
    self.colours = colours
    self.legend = legend
  }
}
