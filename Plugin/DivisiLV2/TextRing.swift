// Thread: audio ⇄ worker

import DivisiRealtime

/// A queue of short texts between two threads, in the memory of a ``MessageRing``; valid as long as it.
///
/// - Thread: ``write(_:_:number:count:)`` and ``isFull`` on one thread, ``first`` and ``removeFirst()`` on
///   one other; all real-time safe.
struct TextRing: @unchecked Sendable {
  /// What a text is.
  enum Subject: UInt8, BitwiseCopyable {
    case score, modelFile, message
    /// The number of a score slot; no text.
    case slot
    /// The number of channels, and as bytes the values of the controls that shape a stream.
    case settings
    /// A request for the values of all subjects; no text.
    case get
    /// How the recording is to be followed, as `follow` says it; no text.
    case follow
    /// What the numbers of drums mean, as `drum_map` says it; no text.
    case drumMap
    /// A request of the plugin's own window to be told of the score; no text.
    case tell
    /// What it is told: see ``FaceMessage``.
    case notes, beats, heard
    /// The recording that a mosaic is made of, and by how many semitones it is transposed; the latter has no text.
    case source, transpose
  }

  /// A text in the queue, which stays until it is removed.
  struct Entry: BitwiseCopyable {
    let subject: Subject
    let number: Int
    /// UTF-8 without a zero at the end, or what the subject says.
    let bytes: UnsafePointer<UInt8>
    let count: Int
  }

  /// No text is longer: the longest path that Linux takes.
  static var maximumCount: Int {
    @_noLocks get { 4095 }
  }

  /// A ring in which so many of the longest texts may wait.
  static func ring(capacity: Int) -> MessageRing {
    MessageRing(capacity: capacity * (maximumCount + 1 + 16))
  }

  private let messages: MessageRing.View

  init(_ ring: borrowing MessageRing) { messages = ring.view }

  /// Appends a text.
  ///
  /// - Returns: false if the queue is full or the text too long, and then nothing has happened.
  @_noLocks
  func write(
    _ subject: Subject, _ text: UnsafePointer<UInt8>? = nil, number: Int = 0, count: Int = 0
  ) -> Bool {
    count <= Self.maximumCount
      && messages.write(
        UInt32(subject.rawValue), number: number, UnsafeRawPointer(text), count: count)
  }

  /// Appends a text, as much of it as there may be; not on an audio thread.
  func write(_ subject: Subject, _ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return write(subject) }
      return write(subject, start, count: min(bytes.count, Self.maximumCount))
    }
  }

  /// The oldest text; nil if there is none.
  var first: Entry? {
    @_noLocks get {
      guard let message = messages.first else { return nil }
      return Entry(
        subject: Subject(rawValue: UInt8(truncatingIfNeeded: message.kind)) ?? .get,
        number: message.number, bytes: message.bytes.assumingMemoryBound(to: UInt8.self),
        count: message.count)
    }
  }

  /// Whether nothing waits; for the reading thread.
  var isEmpty: Bool {
    @_noLocks get { messages.isEmpty }
  }

  /// Whether a text of the greatest length finds no room now; for the writing thread.
  var isFull: Bool {
    @_noLocks get { !messages.hasRoom(forCount: Self.maximumCount) }
  }

  /// Whether a text of so many bytes finds room now; for the writing thread.
  @_noLocks
  func hasRoom(forCount count: Int) -> Bool { messages.hasRoom(forCount: count) }

  /// Makes room for another text in the place of the oldest.
  @_noLocks
  func removeFirst() { messages.removeFirst() }
}
