enum MusicXML {
  static func parse(bytes: [UInt8], name: String) throws(ScoreError) -> Score {
    throw ScoreError(fileName: name, problem: "")
  }
  static func parse(compressed bytes: [UInt8], name: String) throws(ScoreError) -> Score {
    throw ScoreError(fileName: name, problem: "")
  }
}
