internal import CSndfile
internal import Synchronization

/// Opens files with libsndfile, which keeps in one place for all threads why it could not open the last one.
enum LibraryOpening {
  /// Why libsndfile could not open a file.
  struct Refusal: Error {
    /// One of libsndfile's numbers.
    var number: CInt
    var message: String
  }

  private static let turn = Mutex(())

  /// - Parameter open: opens the file; other threads wait until it has done so.
  static func open(_ open: () -> OpaquePointer?) throws(Refusal) -> OpaquePointer {
    let (file, refusal) = turn.withLock { _ -> (OpaquePointer?, Refusal?) in
      if let file = open() { return (file, nil) }
      return (nil, Refusal(number: sf_error(nil), message: libraryMessage(nil)))
    }
    if let refusal { throw refusal }
    return file!
  }
}
