/// The scores and models that were used last, in any host, newest first.
struct RecentFiles: Equatable, Sendable {
  /// So many of a kind are kept.
  static let most = 10
  private static let words: [(file: FaceFile, word: Substring)] = [
    (.score, "score"), (.model, "model"),
  ]

  private var paths: [FaceFile: [String]] = [:]

  /// Reads a list: in each line what the file is, and its path behind a tab. What makes no sense is left out.
  init(text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      guard fields.count == 2,
        let file = Self.words.first(where: { $0.word == fields[0] })?.file,
        Self.isKept(fields[1]), self[file].count < Self.most
      else { continue }
      paths[file, default: []].append(String(fields[1]))
    }
  }

  /// As ``init(text:)`` reads it.
  var text: String {
    Self.words.map { file, word in self[file].map { "\(word)\t\($0)\n" }.joined() }.joined()
  }

  subscript(file: FaceFile) -> [String] { paths[file] ?? [] }

  /// Has a file be the newest; one that has no absolute path, or a control character in it, is left out.
  mutating func add(_ file: FaceFile, path: String) {
    guard Self.isKept(path) else { return }
    paths[file] = ([path] + self[file].filter { $0 != path }).prefix(Self.most).map { $0 }
  }

  private static func isKept(_ path: some StringProtocol) -> Bool {
    path.hasPrefix("/") && path.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
  }
}
