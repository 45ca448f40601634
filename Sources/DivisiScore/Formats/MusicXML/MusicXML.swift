/// MusicXML scores, partwise or timewise, plain or compressed (.mxl).
///
/// Played at the printed tempo and dynamics, with tremolos, trills, mordents, turns, spread chords and
/// swing. Articulations are not interpreted; other marks that are not played are counted in a warning.
///
/// - SeeAlso: MusicXML 4.0, W3C Music Notation Community Group, 2021.
enum MusicXML {
  /// Reads an uncompressed document.
  static func parse(
    bytes: [UInt8], name: String, _ abandonment: Abandonment
  ) throws(ScoreError) -> Score {
    var reader = MusicXMLReader(name: name)
    return try reader.read(bytes, abandonment).performed(name: name)
  }

  /// Reads a .mxl archive: the container names the document.
  static func parse(
    compressed bytes: [UInt8], name: String, _ abandonment: Abandonment
  ) throws(ScoreError) -> Score {
    let archive = try ZipArchive(bytes: bytes, fileName: name, abandonment)
    let containerName = "META-INF/container.xml"
    let container = try archive.contents(of: containerName, limit: 1 << 20)
    let reader = try XMLReader(
      bytes: container, fileName: "\(name)(\(containerName))", wholeElements: ["rootfile"],
      abandonment)
    var rootPath: String?
    while let events = try reader.nextEvents() {
      for case .whole(let element) in events {
        rootPath = rootPath ?? element.attributes["full-path"]
      }
    }
    guard let rootPath else {
      throw ScoreError(
        in: "\(name)(\(containerName))", expected: "a rootfile with a full-path", found: "none")
    }
    let document = try archive.contents(of: rootPath, limit: ScoreLimits.fileBytes)
    return try parse(bytes: document, name: "\(name)(\(rootPath))", abandonment)
  }
}
