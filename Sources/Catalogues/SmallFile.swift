internal import Glibc
internal import InputFiles

/// The bytes of a file; nil where there is none.
///
/// - Parameter what: what the file should be, for the error.
/// - Throws: one line for what cannot be read.
func readSmallFile(
  _ path: String, limit: Int, expecting what: String
) throws(CatalogueError) -> [UInt8]? {
  do throws(InputFile.Failure) {
    return try InputFile.read(path, limit: limit)
  } catch .unreadable(ENOENT) {
    return nil
  } catch {
    throw CatalogueError("\(path): \(error.problem(expecting: what))")
  }
}
