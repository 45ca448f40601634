import DivisiScore
import Glibc

/// Files beside the tests.
enum TestFiles {
  private static let folder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!))

  static func fixture(_ name: String) -> String { "\(folder)/Fixtures/\(name)" }

  /// The benchmark data lies beside the package, if it is there.
  static let data = "\(folder)/../../../shared/data"

  static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// The entries of a folder, sorted, without hidden ones.
  static func entries(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "wb") else { return }
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
  }

  static func remove(_ path: String) { unlink(path) }

  static func bytes(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return result }
      result += chunk[..<count]
    }
  }
}

/// The one line a score is refused with; nil if it is accepted.
func refusal(_ bytes: [UInt8], _ name: String) -> String? {
  do throws(ScoreError) {
    _ = try Score.parse(bytes: bytes, name: name)
    return nil
  } catch {
    return error.description
  }
}

/// A note as text, to compare lists at a glance: milliseconds, `500-1000(1500) 60 v80`.
func line(_ note: Note) -> String {
  let times = [note.onsetSeconds, note.releaseSeconds, note.dampedSeconds].map(milliseconds)
  let damped = times[2] == times[1] ? "" : "(\(times[2]))"
  return "\(times[0])-\(times[1])\(damped) \(note.pitch) v\(note.velocity)"
}

private func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }

/// A generator with a seed (SplitMix64), so that failures repeat.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
