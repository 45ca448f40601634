import Glibc

/// The parser that `FUZZ_PARSER` names.
private let parser: Parser = {
  let name = getenv("FUZZ_PARSER").map { String(cString: $0) } ?? ""
  guard let parser = Parser(rawValue: name) else {
    let names = Parser.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("FUZZ_PARSER: expected one of \(names), found '\(name)'")
  }
  return parser
}()

/// What libFuzzer calls once: writes seeds and ends where `FUZZ_SEEDS` names a folder for them.
@_cdecl("LLVMFuzzerInitialize")
public func initialise(
  _ count: UnsafeMutablePointer<CInt>?,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
  if let folder = getenv("FUZZ_SEEDS") { Seeds.write(to: String(cString: folder)) }
  return 0
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func parse(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  parser(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
