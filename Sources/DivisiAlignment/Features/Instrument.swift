public import DivisiDSP
import DivisiScore
internal import Glibc

/// What plays a score: how its notes sound, and how they are looked for.
public struct Instrument: Sendable {
  /// How a note sounds in bands.
  struct Sound: Sendable {
    /// The bands that are not zero.
    var bands: [Int] = []
    /// Their magnitudes when the note begins, with a sum of squares of 1.
    var magnitudes: [Float] = []
    /// Their magnitudes from then on, frame by frame of 20 ms; none for a note that is held as long as the score says.
    var frames: [[Float]] = []
  }

  private var sounds: [Sound]
  /// For each MIDI number the one that it is looked for under: of drums, those that sound alike share one.
  private let numbers: [Int]
  /// Whether it has drums, and no pitches.
  let isPercussive: Bool

  private init(sounds: [Sound], numbers: [Int] = Array(0..<128), isPercussive: Bool) {
    self.sounds = sounds
    self.numbers = numbers
    self.isPercussive = isPercussive
  }

  var bandCount: Int { isPercussive ? Bands.thirdsOfOctaves.count : Bands.pitches.count }

  /// - Returns: nothing outside 0 to 127.
  subscript(pitch: Int) -> Sound { sounds.indices.contains(pitch) ? sounds[pitch] : Sound() }

  /// Whether it plays a note.
  func plays(_ note: Note) -> Bool {
    // Tables do not tell drums from pitches.
    isPercussive ? note.kind != .click : note.kind == .pitched
  }

  /// Notes under the numbers that they are looked for under.
  func numbered(_ notes: [Note]) -> [Note] {
    notes.map { note in
      var note = note
      if numbers.indices.contains(note.pitch) { note.pitch = numbers[note.pitch] }
      return note
    }
  }

  /// - Parameter tuningCents: against A4 = 440 Hz.
  func bands(tuningCents: Double) -> Bands {
    isPercussive ? .thirdsOfOctaves : .semitones(tuningCents: tuningCents)
  }

  // MARK: Tones

  private static let partials = 16
  private static let decay = 0.8

  /// Strings, pipes and voices, which combs of partials fit alike: templates that are learnt from the recording, or
  /// those of a piano, align no better.
  public static let pitched = Instrument(
    sounds: (0..<128).map { pitch in
      let amplitudes = comb(ofPitch: pitch)
      let bands = amplitudes.indices.filter { amplitudes[$0] > 0 }
      return Sound(bands: bands, magnitudes: bands.map { amplitudes[$0] })
    }, isPercussive: false)

  /// Partials of amplitude 0.8^(h − 1) by band, of unit norm; a partial between two bands is shared by both.
  static func comb(ofPitch pitch: Int) -> [Float] {
    var result = [Float](repeating: 0, count: Bands.pitches.count)
    for partial in 1...partials {
      let place = Double(pitch) + 12 * log2(Double(partial))
      let lower = Int(place.rounded(.down))
      let share = place - Double(lower)
      for (band, weight) in [(lower, 1 - share), (lower + 1, share)]
      where Bands.pitches.contains(band) {
        result[band - Bands.pitches.lowerBound] +=
          Float(pow(decay, Double(partial - 1)) * weight)
      }
    }
    return normalised(result)
  }

  private static func normalised(_ values: [Float]) -> [Float] {
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm > 0 ? values.map { $0 / norm } : values
  }

  // MARK: Strokes

  /// The same with other attacks.
  ///
  /// - Parameter attacks: by number, magnitudes of all bands.
  func struck(as attacks: [Int: [Float]]) -> Instrument {
    var result = self
    for (number, magnitudes) in attacks {
      result.sounds[number].bands = Array(magnitudes.indices)
      result.sounds[number].magnitudes = Self.normalised(magnitudes)
    }
    return result
  }

  /// Seconds from one frame of a sound to the next.
  private static let frameSeconds = 0.02
  /// Frames of a patch that make its attack: 46 ms of a kit.
  private static let attackFrames = 4

  /// Drums that sound like those of a kit.
  ///
  /// - Parameters:
  ///   - patches: by General MIDI number, K magnitudes frame after frame; at least as long as the attack.
  ///   - grid: of the patches.
  ///   - number: the number of the drum that one sounds like, which may be itself.
  public static func drums(
    _ patches: [Int: [Float]], grid: TimeGrid, number: (_ pitch: Int) -> Int = { $0 }
  ) -> Instrument {
    let filter = BandFilter(.thirdsOfOctaves, grid: grid)
    var sounds = [Sound](repeating: Sound(), count: 128)
    for (pitch, patch) in patches where sounds.indices.contains(pitch) {
      let spectra = stride(from: 0, to: patch.count - grid.binCount + 1, by: grid.binCount).map {
        start in
        var values = [Float](repeating: 0, count: filter.count)
        let power = patch[start..<start + grid.binCount].map { $0 * $0 }
        filter.magnitudes(ofPower: power, scale: 1, into: &values)
        return values
      }
      guard !spectra.isEmpty else { continue }
      let seconds = Double(spectra.count) / grid.frameRate
      let frames = (0..<Int(seconds / frameSeconds)).map { frame in
        spectra[min(Int(Double(frame) * frameSeconds * grid.frameRate), spectra.count - 1)]
      }
      var attack = [Float](repeating: 0, count: filter.count)
      for spectrum in spectra.prefix(attackFrames) {
        for band in attack.indices { attack[band] += spectrum[band] }
      }
      let norm = frames.joined().max() ?? 0
      sounds[pitch] = Sound(
        bands: Array(attack.indices), magnitudes: normalised(attack),
        frames: frames.map { frame in frame.map { $0 / max(norm, .leastNormalMagnitude) } })
    }
    return Instrument(sounds: sounds, numbers: (0..<128).map(number), isPercussive: true)
  }
}
