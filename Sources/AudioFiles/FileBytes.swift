internal import Glibc

/// Bytes at a place of an open file, whose position is not moved; fewer than asked for at its end.
func bytes(of descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    filled = max(0, pread(descriptor, buffer.baseAddress, count, offset))
  }
}

/// The number that some bytes are, at most eight of them.
func integer(_ bytes: some Collection<UInt8>, bigEndian: Bool) -> UInt64 {
  let ordered = bigEndian ? Array(bytes) : bytes.reversed()
  return ordered.reduce(0) { $0 << 8 | UInt64($1) }
}
