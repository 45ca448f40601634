internal import ArgumentParser

/// What went wrong, as one line for standard error, and the exit code for it.
public struct Failure: Error, CustomStringConvertible {
  /// The line, without the program's name.
  public let description: String
  /// The exit code, not 0.
  public let code: Int32

  /// A failure in words: what is wrong, where, and what was expected.
  public init(_ description: String, code: Int32 = 1) {
    self.description = description
    self.code = code
  }

  /// The service that is needed is not there (`EX_UNAVAILABLE`).
  public static let unavailable: Int32 = 69
  /// Another program is at work with what is needed; later it may go (`EX_TEMPFAIL`).
  public static let temporary: Int32 = 75
}

/// Runs a command's work; an error becomes one line on standard error and an exit code.
///
/// - Throws: `ArgumentParser`'s `ExitCode`, or its error for wrong usage.
public func reporting<Result>(_ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch let error as ExitCode {
    throw error
  } catch let error as ValidationError {
    throw error
  } catch {
    printError("\(error)")
    throw ExitCode((error as? Failure)?.code ?? 1)
  }
}
