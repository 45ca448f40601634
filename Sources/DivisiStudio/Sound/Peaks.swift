import AudioFiles

/// The outline of a recording: the lowest and the highest sample of each stretch, in 127ths.
enum Peaks {
  /// Samples of each channel in a stretch.
  static let stretch = 512

  /// Two signed bytes for each stretch; kept in the project's cache.
  static func bytes(of recording: String, in project: Project, _ asker: Asker) throws -> [UInt8] {
    try project.cached("peaks", of: recording) { try computed(recording, asker) }
  }

  private static func computed(_ recording: String, _ asker: Asker) throws -> [UInt8] {
    let reader = try AudioFileReader(path: recording)
    let width = reader.channelCount
    var block = [Float](repeating: 0, count: stretch * width)
    var bytes: [UInt8] = []
    while case let count = try reader.read(into: &block), count > 0 {
      try asker.check()
      var (low, high) = (Float(0), Float(0))
      for sample in block[..<(count * width)] {
        low = min(low, sample)
        high = max(high, sample)
      }
      bytes.append(UInt8(bitPattern: Int8(max(-1, low) * 127)))
      bytes.append(UInt8(bitPattern: Int8(min(1, high) * 127)))
    }
    return bytes
  }
}
