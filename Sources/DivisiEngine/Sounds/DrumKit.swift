public import DivisiDSP
public import DivisiScore
internal import Glibc

/// Spectrogram patches of drum strokes: what each articulation of a kit sounds like, frame by
/// frame.
///
/// Patches lie on one fixed grid (2048 / 512 at 44.1 kHz) and are interpolated onto the grid of a
/// recording.
public struct DrumKit: Sendable {
  /// One articulation: K × T magnitudes, frame after frame, scaled to a maximum of 1.
  public typealias Patch = [Float]

  /// The grid of all patches.
  public static let grid = TimeGrid(sampleRate: 44_100, windowLength: 2048, hopSize: 512)
  /// T of all patches.
  public static let frameCount = 32

  /// Patches by General MIDI drum number.
  public var patches: [Int: Patch]
  /// Where the sounds come from, and their licences.
  public var origin: String

  /// Makes a kit of patches of K · ``frameCount`` values.
  public init(patches: [Int: Patch], origin: String) {
    self.patches = patches
    self.origin = origin
  }

  /// The drum that stands for a General MIDI number: two kicks are one, and so are two snares.
  ///
  /// Drums that sound differently stay apart even where they belong to one part, as the ways to
  /// strike a hi-hat do.
  public static func articulation(ofPitch pitch: Int) -> Int {
    switch pitch {
    case 35: 36
    case 40: 38
    default: pitch
    }
  }

  /// A score in which every drum of the kit is struck at the start: what may sound where no score says
  /// what does.
  public var score: Score {
    Score(
      notes: patches.keys.sorted().map {
        Note(onsetSeconds: 0, releaseSeconds: 1, pitch: $0, channel: 10)
      }, trackNames: [], hasPedal: false)
  }

  /// The patch of a drum; where the kit lacks it, that of a similar drum.
  ///
  /// - Parameter pitch: a General MIDI number.
  public func patch(ofPitch pitch: Int) -> Patch {
    let articulation = Self.articulation(ofPitch: pitch)
    return patches[articulation] ?? GenericDrum.patch(articulation: articulation, kit: self)
  }

  /// The patches of all drums that some notes strike, by articulation.
  public func patches(struckBy notes: [Note]) -> [Int: Patch] {
    let struck = Set(notes.map { Self.articulation(ofPitch: $0.pitch) })
    return Dictionary(uniqueKeysWithValues: struck.map { ($0, patch(ofPitch: $0)) })
  }

  /// Writes an articulation as the start of a template, on another grid.
  ///
  /// Where the kit lacks the articulation, ``GenericDrum`` serves. A template of one frame is the
  /// mean over the patch.
  func write(articulation: Int, component: Int, grid: TimeGrid, to templates: borrowing Templates) {
    let patch = patch(ofPitch: articulation)
    let binCount = Self.grid.binCount
    for frame in 0..<templates.frameCount {
      let values = templates.frame(frame, ofComponent: component)
      let seconds = Double(frame) / grid.frameRate
      for bin in 0..<templates.binCount {
        let position = min(Self.grid.bin(atHertz: grid.frequency(ofBin: bin)), Double(binCount - 1))
        values[bin] =
          templates.frameCount == 1
          ? (0..<Self.frameCount / 2).reduce(Float(0)) {
            $0 + Self.value(of: patch, bin: position, frame: Double($1))
          }
          : Self.value(of: patch, bin: position, frame: seconds * Self.grid.frameRate)
      }
    }
    let peak = (0..<templates.frameCount).reduce(Float(0)) { peak, frame in
      let values = templates.frame(frame, ofComponent: component)
      return (0..<templates.binCount).reduce(peak) { max($0, values[$1]) }
    }
    if peak.isNormal { templates.scale(component: component, by: 1 / peak) }
  }

  /// Linear interpolation; past the last frame its value.
  private static func value(of patch: Patch, bin: Double, frame: Double) -> Float {
    let binCount = grid.binCount
    let lowerBin = min(Int(bin), binCount - 2)
    let lowerFrame = min(Int(frame), frameCount - 2)
    let binFraction = Float(bin - Double(lowerBin))
    let frameFraction = Float(min(frame, Double(frameCount - 1)) - Double(lowerFrame))
    func across(_ frame: Int) -> Float {
      let start = frame * binCount + lowerBin
      return (1 - binFraction) * patch[start] + binFraction * patch[start + 1]
    }
    return (1 - frameFraction) * across(lowerFrame) + frameFraction * across(lowerFrame + 1)
  }
}
