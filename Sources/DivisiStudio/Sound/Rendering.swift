import FoundationEssentials
import Glibc
import Synchronization
import Terminal

/// All stems of a take at another speed or another pitch, on their way into a file of the project's cache.
///
/// Pieces can be read as soon as they are there. The file has 16-bit samples of all channels, interleaved, at half their
/// level, since what is stretched may become louder.
final class Rendering: Sendable {
  /// What is rendered.
  struct Wish: Hashable, Sendable {
    /// In percent of the recording's speed.
    let speed: Int
    let semitones: Int

    static let speeds = 40...120
    static let pitches = -6...6

    var fileName: String { "speed \(speed) pitch \(semitones)" }
  }

  private struct Progress {
    var count = 0
    var isCancelled = false
    var problem: String?
    /// The file, which is read even when its name is gone.
    var descriptor: Int32 = -1
  }

  let wish: Wish
  /// Samples of each channel that there will be.
  let sampleCount: Int
  private let reader: TakeReader
  private let sampleRate: Int
  /// Channels of all stems.
  private let width: Int
  private let folder: String
  private let path: String
  private let progress = Mutex(Progress())

  private static let scale: Float = 16_384

  init(_ wish: Wish, take: Take, of project: Project, reader: TakeReader) {
    self.wish = wish
    self.reader = reader
    sampleRate = take.sampleRate
    width = take.channelCount * take.stems.count
    sampleCount = Int((Double(take.sampleCount) * 100 / Double(wish.speed)).rounded())
    folder = project.cache
    path = "\(project.cache)/take \(take.number) \(wish.fileName).pcm"
    // It gets this name when it is complete.
    guard let file = OpenFile(path) else { return }
    let descriptor = file.take()
    var status = stat()
    let isWhole =
      fstat(descriptor, &status) == 0 && Int(status.st_size) == sampleCount * width * 2
    guard isWhole else {
      close(descriptor)
      return
    }
    progress.withLock { $0 = Progress(count: sampleCount, descriptor: descriptor) }
  }

  deinit {
    let descriptor = progress.withLock { $0.descriptor }
    if descriptor >= 0 { close(descriptor) }
  }

  /// What is there of it, from 0 to 1.
  var fraction: Double {
    Double(progress.withLock { $0.count }) / Double(max(1, sampleCount))
  }

  var isComplete: Bool { progress.withLock { $0.count } == sampleCount }

  /// Whether it will never be complete.
  var hasFailed: Bool { progress.withLock { $0.problem != nil || $0.isCancelled } }

  /// Ends the work.
  func cancel() { progress.withLock { $0.isCancelled = true } }

  /// Renders all of it, unless it is there; for a thread of its own.
  func run() {
    guard !isComplete else { return }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try render()
    } catch {
      unlink(partial)
      progress.withLock { $0.problem = Failure(of: error).description }
    }
  }

  private var partial: String { path + ".part" }

  private func render() throws {
    let descriptor = open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw Failure("\(partial): \(String(cString: strerror(errno)))") }
    progress.withLock { $0.descriptor = descriptor }
    let stretcher = Stretcher(
      sampleRate: sampleRate, channelCount: width, speed: Double(wish.speed) / 100,
      semitones: wish.semitones)
    var position = 0
    var written = 0
    while written < sampleCount {
      guard !progress.withLock({ $0.isCancelled }) else {
        unlink(partial)
        return
      }
      // Silence behind the end brings the end out.
      let output = stretcher.stretch(
        try reader.piece(position..<position + Stretcher.blockLength))
      position += Stretcher.blockLength
      let count = min(output[0].count, sampleCount - written)
      try write(output, count, to: descriptor)
      written += count
      progress.withLock { $0.count = min(written, sampleCount - 1) }
    }
    // Where the cache is gone, it is kept for as long as it is used.
    _ = rename(partial, path)
    progress.withLock { $0.count = sampleCount }
  }

  private func write(_ channels: [[Float]], _ count: Int, to descriptor: Int32) throws {
    var samples = [Int16](repeating: 0, count: count * width)
    for (channel, values) in channels.enumerated() {
      for index in 0..<count {
        samples[index * width + channel] = Int16(
          max(-32_768, min(32_767, (values[index] * Self.scale).rounded())))
      }
    }
    try samples.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Samples as of ``TakeReader/piece(_:)``; nil where they are not there yet.
  func piece(_ range: Range<Int>) throws -> [[Float]]? {
    var channels = [[Float]](
      repeating: [Float](repeating: 0, count: range.count), count: width)
    let end = min(range.upperBound, sampleCount)
    guard range.lowerBound < end else { return channels }
    let known = progress.withLock { $0 }
    if let problem = known.problem { throw Failure(problem) }
    guard end <= known.count else { return nil }
    let count = (end - range.lowerBound) * width
    var samples = [Int16](repeating: 0, count: count)
    let found = samples.withUnsafeMutableBytes {
      pread(known.descriptor, $0.baseAddress, $0.count, off_t(range.lowerBound * width * 2))
    }
    guard found == count * 2 else { return nil }
    for index in 0..<count {
      channels[index % width][index / width] = Float(samples[index]) / Self.scale
    }
    return channels
  }
}
