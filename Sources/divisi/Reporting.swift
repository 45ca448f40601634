import ArgumentParser
import Glibc

/// Runs a command's work; an error becomes one line on standard error and exit code 1.
func reporting<Result>(_ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch let error as ExitCode {
    throw error
  } catch let error as ValidationError {
    throw error
  } catch {
    report(error)
    throw ExitCode.failure
  }
}

/// Writes an error as one line on standard error.
func report(_ error: any Error) {
  writeToStandardError("divisi: \("\(error)".printable)\n")
}
