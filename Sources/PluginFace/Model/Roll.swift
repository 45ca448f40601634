import DivisiControls

/// The score over time, and what has been heard of it.
struct Roll: Sendable {
  /// What was heard, in the time of notes.
  struct Moment: Equatable, Sendable {
    let seconds: Double
    let part: Int
    let pitch: Int
    /// From 0 to 1.
    let level: Double
  }

  /// How long one moment lasts, in seconds.
  static let momentSeconds = 1 / FaceMessage.rate
  /// So many moments are kept: minutes of many voices.
  private static let capacity = 20_000
  /// Places by which what is heard finds its time: more than the latency of any stream takes.
  private static let placeCount = 400
  /// Without news for so long, in seconds, time stands still.
  private static let patienceSeconds = 0.25

  /// Ordered by their onsets.
  private(set) var notes: [FaceMessage.Note] = []
  private(set) var beats: [FaceMessage.Beat] = []
  /// Whether the plugin has told of its notes, all of them, even that there are none.
  private(set) var isTold = false
  private(set) var moments: [Moment] = []
  /// From the longest note, how far back one may begin that still sounds, in seconds.
  private(set) var longest = 0.0
  /// The pitches that the notes have, with a margin.
  private(set) var pitches = 48...84
  private var places: [FaceMessage.Place] = []
  private var placeSeconds = 0.0
  private var incomingNotes = Pieces<FaceMessage.Note>()
  /// When the last piece of a list came, in seconds.
  private var pieceSeconds = -Double.infinity
  private var incomingBeats = Pieces<FaceMessage.Beat>()

  /// Whether pieces of a score come one after the other, so that nobody has to ask again.
  func isBeingTold(at seconds: Double) -> Bool { seconds - pieceSeconds < 1 }

  /// Takes a piece of the score's notes; when the last is there, they take the place of the old ones, which go when the
  /// first of several comes.
  mutating func takeNotes(_ bytes: [UInt8], at seconds: Double) {
    pieceSeconds = seconds
    let notes = incomingNotes.take(bytes)
    isTold = notes != nil
    guard let notes else {
      (self.notes, beats, moments) = ([], [], [])
      return
    }
    self.notes = notes.filter { $0.onset.isFinite && $0.end.isFinite && $0.end >= $0.onset }
      .sorted { $0.onset < $1.onset }
    longest = self.notes.map { Double($0.end - $0.onset) }.max() ?? 0
    let numbers = self.notes.map { Int($0.pitch) }
    if let low = numbers.min(), let high = numbers.max() {
      let margin = max(2, (12 - (high - low)) / 2)
      pitches = (low - margin)...(high + margin)
    }
  }

  /// Takes a piece of the score's beats.
  mutating func takeBeats(_ bytes: [UInt8]) {
    if let beats = incomingBeats.take(bytes) {
      self.beats = beats.filter(\.seconds.isFinite).sorted { $0.seconds < $1.seconds }
    }
  }

  /// Takes what was heard; what belongs to no place that is known is left out.
  mutating func takeHeard(_ bytes: [UInt8]) {
    guard let (source, heard) = Self.read(FaceMessage.Source.self, FaceMessage.Heard.self, bytes)
    else { return }
    for sound in heard {
      let known = places.last {
        $0.stream == source.stream && $0.streamSeconds <= Double(sound.seconds)
      }
      guard let place = known ?? places.first(where: { $0.stream == source.stream }) else {
        continue
      }
      let passed = place.isRolling != 0 ? Double(sound.seconds) - place.streamSeconds : 0
      moments.append(
        Moment(
          seconds: place.seconds + passed, part: Int(sound.part), pitch: Int(sound.pitch),
          level: Double(sound.level) / 255))
    }
    if moments.count > Self.capacity { moments.removeFirst(moments.count - Self.capacity) }
  }

  /// Takes where the sound is.
  mutating func takePlace(_ bytes: [UInt8], at seconds: Double) {
    guard let (place, _) = Self.read(FaceMessage.Place.self, UInt8.self, bytes),
      place.seconds.isFinite, place.streamSeconds.isFinite, place.latencySeconds.isFinite
    else { return }
    // Who goes back hears again.
    if let last = places.last, place.seconds < last.seconds - Self.momentSeconds {
      moments.removeAll { $0.seconds >= place.seconds }
    }
    places.append(place)
    if places.count > Self.placeCount { places.removeFirst() }
    placeSeconds = seconds
  }

  /// Whether time goes on.
  func isRolling(at seconds: Double) -> Bool {
    places.last?.isRolling == 1 && seconds - placeSeconds < Self.patienceSeconds
  }

  /// How late the sound comes out, in seconds; nil where nobody has said.
  var latencySeconds: Double? { places.last?.latencySeconds }

  /// Where the sound that comes in is now; nil where nobody has said.
  func position(at seconds: Double) -> Double? {
    guard let place = places.last else { return nil }
    guard place.isRolling != 0 else { return place.seconds }
    return place.seconds + min(max(seconds - placeSeconds, 0), Self.patienceSeconds)
  }

  /// The notes that sound between two times, from the first onset.
  func notes(from start: Double, to end: Double) -> ArraySlice<FaceMessage.Note> {
    let first = notes.partition { Double($0.onset) >= start - longest }
    let last = notes.partition { Double($0.onset) > end }
    return notes[first..<max(first, last)]
  }

  /// The beats between two times, and the one before them.
  func beats(from start: Double, to end: Double) -> ArraySlice<FaceMessage.Beat> {
    let first = max(0, beats.partition { Double($0.seconds) >= start } - 1)
    let last = beats.partition { Double($0.seconds) > end }
    return beats[first..<max(first, last)]
  }

  /// The bar at a time; nil where none is known.
  func bar(at seconds: Double) -> Int? {
    let end = beats.partition { Double($0.seconds) > seconds }
    return beats[..<end].last { $0.bar >= 0 }.map { Int($0.bar) }
  }

  // MARK: Bytes

  /// A list that comes in pieces.
  private struct Pieces<Element: BitwiseCopyable & Sendable>: Sendable {
    private var edition: UInt32?
    private var elements: [Element] = []

    /// - Returns: the list, when its last piece has come.
    mutating func take(_ bytes: [UInt8]) -> [Element]? {
      guard let (head, piece) = Roll.read(FaceMessage.Head.self, Element.self, bytes) else {
        return nil
      }
      if head.first == 0 {
        edition = head.edition
        elements = []
      }
      // A piece that is lost spoils the list, and the one before it stays.
      guard head.edition == edition, Int(head.first) == elements.count else { return nil }
      elements += piece
      guard elements.count >= Int(head.total) else { return nil }
      defer { elements = [] }
      edition = nil
      return elements
    }
  }

  private static func read<Head: BitwiseCopyable, Element: BitwiseCopyable>(
    _ head: Head.Type, _ element: Element.Type, _ bytes: [UInt8]
  ) -> (Head, [Element])? {
    let start = MemoryLayout<Head>.size
    guard bytes.count >= start else { return nil }
    return bytes.withUnsafeBytes { bytes in
      let stride = MemoryLayout<Element>.stride
      let elements = (0..<(bytes.count - start) / stride).map {
        bytes.loadUnaligned(fromByteOffset: start + $0 * stride, as: element)
      }
      return (bytes.loadUnaligned(as: head), elements)
    }
  }
}

extension Array {
  /// The first place from which on something holds, of a list where it holds from one place on.
  fileprivate func partition(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
