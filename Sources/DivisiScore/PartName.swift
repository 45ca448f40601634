/// Names of parts, which become file names.
public enum PartName {
  /// What is left over is written under this name, so no part can have it.
  public static let reserved = NamedPart.residual.name
  /// In bytes of UTF-8, so that an extension fits on every file system.
  static let maximumLength = 100

  /// Whether a name is safe as a file name everywhere.
  ///
  /// Letters and digits of any script, space, hyphen, underscore and dot; neither a dot at the
  /// start (hidden, `.` and `..`) nor a space at either end; at most 100 bytes; not the reserved
  /// word.
  public static func isValid(_ name: String) -> Bool {
    name.unicodeScalars.allSatisfy(isAllowed) && !name.isEmpty && name.first != "."
      && name.trimmed == name && name.utf8.count <= maximumLength
      && name.lowercased() != reserved
  }

  /// A valid name as close as possible to one from a score, and unlike those already used.
  ///
  /// - Parameters:
  ///   - name: may be anything.
  ///   - fallback: a valid name for when nothing usable is left.
  ///   - used: lower-case names that are taken; the result is added.
  static func cleaned(_ name: String, fallback: String, used: inout Set<String>) -> String {
    var scalars = String.UnicodeScalarView(name.unicodeScalars.map { isAllowed($0) ? $0 : "_" })
    while scalars.first == "." || scalars.first == " " { scalars.removeFirst() }
    while String(scalars).utf8.count > maximumLength - 10 { scalars.removeLast() }
    var base = String(String(scalars).trimmed)
    if base.allSatisfy({ $0 == "_" }) { base = fallback }
    var result = base
    var number = 2
    while used.contains(result.lowercased()) || !isValid(result) {
      result = "\(base) \(number)"
      number += 1
    }
    used.insert(result.lowercased())
    return result
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "-", "_", ".": true
    default:
      scalar.isASCII
        ? scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        : scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || scalar.properties.generalCategory == .nonspacingMark
    }
  }
}
