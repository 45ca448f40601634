/// A place in the face, in points from its top left corner.
struct Place: Equatable, Sendable {
  var x: Double
  var y: Double
}

/// A rectangle in points.
struct Rectangle: Equatable, Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middle: Place { Place(x: x + width / 2, y: y + height / 2) }

  func contains(_ place: Place) -> Bool {
    place.x >= x && place.x < right && place.y >= y && place.y < bottom
  }

  /// Smaller by so much on each side, but never less than nothing.
  func inset(_ horizontal: Double, _ vertical: Double) -> Rectangle {
    let width = max(0, self.width - 2 * horizontal)
    let height = max(0, self.height - 2 * vertical)
    return Rectangle(
      x: middle.x - width / 2, y: middle.y - height / 2, width: width, height: height)
  }

  /// Takes a slice off the top.
  mutating func takeTop(_ height: Double) -> Rectangle {
    let slice = Rectangle(x: x, y: y, width: width, height: min(height, self.height))
    y += slice.height
    self.height -= slice.height
    return slice
  }

  /// Takes a slice off the bottom.
  mutating func takeBottom(_ height: Double) -> Rectangle {
    let length = min(height, self.height)
    self.height -= length
    return Rectangle(x: x, y: bottom, width: width, height: length)
  }

  /// Takes a slice off the right side.
  mutating func takeRight(_ width: Double) -> Rectangle {
    let length = min(width, self.width)
    self.width -= length
    return Rectangle(x: right, y: y, width: length, height: height)
  }

  /// Equal columns with gaps between them.
  func columns(_ count: Int, gap: Double) -> [Rectangle] {
    columns(Array(repeating: 1, count: count), gap: gap)
  }

  /// Columns with gaps between them, as wide as their shares say.
  func columns(_ shares: [Double], gap: Double) -> [Rectangle] {
    let room = max(0, width - gap * Double(shares.count - 1))
    let whole = shares.reduce(0, +)
    var left = x
    return shares.map { share in
      defer { left += room * share / whole + gap }
      return Rectangle(x: left, y: y, width: room * share / whole, height: height)
    }
  }
}
