// Thread: audio ⇄ worker

import DivisiRealtime
import Synchronization

/// What the audio thread tells the worker, in the order of time.
struct StreamEvent: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// The score is at `seconds` from this sample on, and moves if `isRolling`.
    case locate
    /// Notes come from another ``NoteSource``, whose raw value is `pitch`.
    case source
    case noteOn, noteOff, pedalDown, pedalUp, allNotesOff
  }

  var kind: Kind
  /// The sample of the stream from which on it holds.
  var sample: Int
  var seconds = 0.0
  var isRolling = false
  /// 0…15.
  var channel: UInt8 = 0
  var pitch: UInt8 = 0
  var velocity: UInt8 = 0

  @_noLocks
  init(kind: Kind, sample: Int, seconds: Double = 0, isRolling: Bool = false) {
    self.kind = kind
    self.sample = sample
    self.seconds = seconds
    self.isRolling = isRolling
  }
}

/// A stretch of the stream in which the score moves evenly, or rests.
struct ScoreSegment: BitwiseCopyable {
  /// Where it begins, in samples of the stream.
  var sample = 0
  /// Where the score is then, in seconds.
  var seconds = 0.0
  var isRolling = false

  @_noLocks
  init(sample: Int = 0, seconds: Double = 0, isRolling: Bool = false) {
    self.sample = sample
    self.seconds = seconds
    self.isRolling = isRolling
  }
}

/// What both threads see of a stream.
struct StreamShared: ~Copyable, @unchecked Sendable {
  let events = SPSCRing(capacity: 8192, filledWith: StreamEvent(kind: .source, sample: 0))
  let snapshots = SnapshotExchange<StreamSnapshot>()
  let scores = SnapshotExchange<StreamScore>()
  /// The end of the frames that the newest request is about; the input up to its end is in the ring.
  let requestedEnd = Atomic<Int>(.min)
  /// The end of the frames that the last finished update was about.
  let servedEnd = Atomic<Int>(.min)
  /// Samples of input written to the rings.
  let writtenSamples = Atomic<Int>(0)
  /// Updates that were not done when the next was due, and so too late for their first frame; and events
  /// that found no room because none came.
  let lateUpdates = Atomic<Int>(0)
}

/// The masks of consecutive frames: K × S values each.
final class MaskBlock: Sendable {
  let frames: Range<Int>
  let stride: Int
  let partCount: Int
  nonisolated(unsafe) let values: UnsafeMutablePointer<Float>

  /// - Parameter stride: values from one part's mask to the next.
  init(frames: Range<Int>, stride: Int, partCount: Int) {
    self.frames = frames
    self.stride = stride
    self.partCount = partCount
    let count = max(1, frames.count * stride * partCount)
    values = .allocate(capacity: count)
    values.initialize(repeating: 0, count: count)
  }

  deinit { values.deallocate() }

  /// Lets the masks of the block before give way to these over the frames that both have.
  func fadeIn(after other: MaskBlock) {
    let shared = frames.clamped(to: other.frames)
    for (index, frame) in shared.enumerated() {
      let share = Float(index + 1) / Float(shared.count + 1)
      let (new, old) = (masks(ofFrame: frame), other.masks(ofFrame: frame))
      for value in 0..<stride * partCount {
        new[value] = old[value] + share * (new[value] - old[value])
      }
    }
  }

  /// The masks of a frame, one after the other.
  func masks(ofFrame frame: Int) -> UnsafeMutablePointer<Float> {
    values + (frame - frames.lowerBound) * stride * partCount
  }
}

/// What the worker has found out, for the audio thread: plain values, which never change again.
final class StreamSnapshot: Sendable {
  /// The audio thread's view of a ``MaskBlock``; empty where there is none.
  struct Masks: BitwiseCopyable {
    var firstFrame = 0
    var endFrame = 0
    var values: UnsafePointer<Float>?
  }

  nonisolated(unsafe) let previous: Masks
  nonisolated(unsafe) let current: Masks
  nonisolated(unsafe) let live: LiveModel.View
  private let blocks: [MaskBlock]
  private let model: LiveModel

  init(previous: MaskBlock?, current: MaskBlock?, live: LiveModel) {
    self.previous = Self.view(previous)
    self.current = Self.view(current)
    self.live = live.view
    model = live
    blocks = [previous, current].compactMap(\.self)
  }

  private static func view(_ block: MaskBlock?) -> Masks {
    guard let block else { return Masks() }
    return Masks(
      firstFrame: block.frames.lowerBound, endFrame: block.frames.upperBound, values: block.values)
  }
}

/// A score's notes, sorted by onset, for both threads.
final class StreamScore: Sendable {
  struct View: BitwiseCopyable {
    let notes: UnsafePointer<StreamNote>
    let count: Int
    /// No note sounds longer, in seconds.
    let longestSeconds: Double

    /// The first note not before a time.
    @_noLocks
    func firstNote(from seconds: Double) -> Int {
      var low = 0
      var high = count
      while low < high {
        let middle = (low &+ high) / 2
        if notes[middle].onsetSeconds < seconds { low = middle &+ 1 } else { high = middle }
      }
      return low
    }
  }

  let parts: [[StreamNote]]
  let hasPedal: Bool
  nonisolated(unsafe) let view: View
  nonisolated(unsafe) private let storage: UnsafeMutableBufferPointer<StreamNote>

  init(parts: [[StreamNote]], hasPedal: Bool) {
    self.parts = parts
    self.hasPedal = hasPedal
    let notes = parts.flatMap(\.self).sorted {
      ($0.onsetSeconds, $0.pitch, $0.part) < ($1.onsetSeconds, $1.pitch, $1.part)
    }
    storage = .allocate(capacity: max(notes.count, 1))
    _ = storage.initialize(from: notes)
    view = View(
      notes: UnsafePointer(storage.baseAddress!), count: notes.count,
      longestSeconds: notes.reduce(0) { max($0, $1.endSeconds - $1.onsetSeconds) })
  }

  deinit { storage.deallocate() }
}
