import Glibc
import Terminal

/// The path of a file that is there, from the root.
package func absolutePath(_ path: String) throws -> String {
  guard let resolved = realpath(path, nil) else {
    throw Failure("\(path): expected a readable file: \(String(cString: strerror(errno)))")
  }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The name of a file, without its folder and extension.
package func stem(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
  return String(name[..<dot])
}
