internal import Terminal

/// What a file is called that a browser sends.
public enum UploadName {
  /// A name that is nothing but a name, and fits into a folder of any file system.
  ///
  /// - Parameters:
  ///   - name: as the browser calls it; folders in it are ignored.
  ///   - fallback: where nothing usable is left.
  public static func harmless(_ name: String, fallback: String) -> String {
    let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    var result = String(last.printable.drop { $0 == "." || $0 == " " })
    while result.utf8.count > 200 { result.removeFirst() }
    return result.isEmpty ? fallback : result
  }
}
