// Thread: audio ⇄ worker

import DivisiDSP

/// What the audio thread needs to turn a single frame into activations: templates and encoder rows
/// of every pitch of each instrument or articulation that might be struck.
final class LiveModel: Sendable {
  /// One component as the audio thread sees it.
  struct Component: BitwiseCopyable {
    /// Templates that sum to 1, `stateCount` columns of `stride` values: the first for frame
    /// `firstAge` of a note, the last for all frames from its own on.
    var templates: UnsafePointer<Float>
    /// The encoder's row and what its result is multiplied by; nil where gains follow the note's
    /// course instead, or are known.
    var encoder: UnsafePointer<Float>?
    /// Of what sounds besides drums, the gain itself.
    var encoderGain: Float
    /// The gain of each state at velocity 100; only where there is no encoder.
    var course: UnsafePointer<Float>?
    /// Bins that the templates may use.
    var blocks: UnsafeBufferPointer<Int32>
    /// Frames of a note in which the component sounds, counted from its onset; `endAge` is where it
    /// ends, at the note's end if it is `Int32.max`.
    var firstAge: Int32
    var endAge: Int32
    var stateCount: Int32
  }

  /// The components of a pitch or an articulation.
  struct Voice: BitwiseCopyable {
    var first: Int32 = 0
    var count: Int32 = 0
  }

  struct View: BitwiseCopyable {
    /// As many as the layout has; see ``StreamLayout/voiceCount``.
    let voices: UnsafePointer<Voice>
    /// What sounds besides drums; no components for nothing.
    let rest: Voice
    let components: UnsafePointer<Component>
    let stride: Int
    /// How long a note sounds after it is damped, in seconds.
    let releaseSeconds: Double
  }

  nonisolated(unsafe) let view: View
  nonisolated(unsafe) private let voices: UnsafeMutablePointer<Voice>
  nonisolated(unsafe) private let components: UnsafeMutableBufferPointer<Component>
  /// What the components point to.
  private let owners: [any AnyObject & Sendable]

  init(
    voices table: [Voice], rest: Voice = Voice(), components list: [Component],
    owners: [any AnyObject & Sendable],
    stride: Int, releaseSeconds: Double
  ) {
    voices = .allocate(capacity: table.count)
    _ = UnsafeMutableBufferPointer(start: voices, count: table.count).initialize(from: table)
    components = .allocate(capacity: max(list.count, 1))
    _ = components.initialize(from: list)
    self.owners = owners
    view = View(
      voices: voices, rest: rest, components: UnsafePointer(components.baseAddress!),
      stride: stride,
      releaseSeconds: releaseSeconds)
  }

  deinit {
    voices.deallocate()
    components.deallocate()
  }
}
