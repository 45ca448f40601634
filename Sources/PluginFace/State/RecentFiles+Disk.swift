/// Where all windows find the list.
extension RecentFiles {
  private static let file = StateFile(name: "recent")

  /// The list as it is now; empty where there is none.
  static func read() -> RecentFiles { RecentFiles(text: file.text()) }

  /// Adds a file to the list on the disk.
  static func note(_ used: FaceFile, path: String) {
    file.change { text in
      let old = RecentFiles(text: text)
      var new = old
      new.add(used, path: path)
      return new == old ? nil : new.text
    }
  }
}
