internal import Glibc

/// Files that others write, and files of two names.
extension StagedFiles {
  /// Lets a library write one file aside.
  ///
  /// - Parameters:
  ///   - name: as of ``write(_:name:as:)``.
  ///   - make: writes the file at a path that it is given.
  /// - Throws: what `make` throws, or one line if the name is no file name or is taken.
  public func write(name: String, _ make: (_ path: String) throws -> Void) throws {
    var failure: (any Error)?
    do throws(AudioFileError) {
      _ = try stage(name) { (temporary, destination) throws(AudioFileError) in
        do {
          try make(temporary)
        } catch {
          unlink(temporary)
          failure = error
        }
        // Libraries do not wait until the disk has it.
        let file = try HiddenFile(existing: temporary, named: destination)
        guard fsync(file.descriptor) == 0 else {
          let number = errno
          unlink(temporary)
          throw AudioFileError(destination, expected: "to write this file", errorNumber: number)
        }
        return file
      }
    } catch {
      throw failure ?? error
    }
  }

  /// Gives a file of this object one more name, or where the file system has no links makes a copy of it.
  ///
  /// - Parameters:
  ///   - name: as of ``write(_:name:as:)``.
  ///   - other: the name of a file that is complete.
  /// - Throws: one line if the name is no file name, is taken, or the file cannot be written.
  public func duplicate(_ other: String, as name: String) throws(AudioFileError) {
    let existing = path(of: other)
    _ = try stage(name) { (temporary, destination) throws(AudioFileError) in
      if link(existing, temporary) == 0 {
        return try HiddenFile(existing: temporary, named: destination)
      }
      let file = try HiddenFile(temporary, named: destination)
      guard FileCopy.append(existing, to: file.descriptor), fsync(file.descriptor) == 0 else {
        let number = errno
        unlink(temporary)
        throw AudioFileError(destination, expected: "to write this file", errorNumber: number)
      }
      return file
    }
  }

  /// Where a file lies before the commit.
  ///
  /// - Parameter name: of a file that was written or begun here.
  public func path(of name: String) -> String {
    guard let file = files.first(where: { $0.name == name }) else {
      preconditionFailure("no staged file \(name)")
    }
    return file.temporary
  }

  /// Removes what programs that are gone have left in the folder of a file.
  public static func removeLeftovers(beside path: String) {
    HiddenName.sweep(HiddenName.folder(of: path))
  }
}
