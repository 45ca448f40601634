// Thread: audio

internal import CCPU
import DivisiDSP

/// Separates a single frame with what the worker has learnt so far: encoder, a few steps on the
/// frame's activations, masks.
struct FrameSeparator: ~Copyable {
  private var frame: FrameModel
  private let mask: WienerMask
  private let binCount: Int
  private let scale: Float
  private let grid: TimeGrid
  private let refinements: Int
  /// Two columns of scratch, and what owns them.
  private let total: UnsafeMutablePointer<Float>
  private let largest: UnsafeMutablePointer<Float>
  private let scratch: Matrix
  private let toleranceFrames: Int
  private let restPart: Int
  /// Where the stroke of each entry is, of streams of drums, and its gain at velocity 100.
  private let places: UnsafeMutablePointer<Int>
  private let courses: UnsafeMutablePointer<Float>

  /// A frame has no more active components than this; more are left out.
  private static let capacity = 256

  /// No stroke is taken to be weaker than this against its velocity, −40 dB of power, or stronger than
  /// the inverse: where a course is next to nothing, what is divided by it would overflow.
  private static var leastGain: Float {
    @_noLocks get { 1e-4 }
  }
  /// Steps on a frame where the settings want none, as for drums.
  private static let leastRefinements = 2

  init(_ plan: StreamPlan) {
    let settings = plan.separation
    grid = plan.grid
    mask = plan.mask
    scale = plan.magnitudeScale
    binCount = plan.fittedBinCount
    refinements = max(settings.refinements, Self.leastRefinements)
    restPart = plan.restPart ?? -1
    toleranceFrames = Int((settings.toleranceSeconds * grid.frameRate).rounded())
    frame = FrameModel(binCount: binCount, capacity: Self.capacity)
    places = .allocate(capacity: Self.capacity)
    places.initialize(repeating: 0, count: Self.capacity)
    courses = .allocate(capacity: Self.capacity)
    courses.initialize(repeating: 0, count: Self.capacity)
    scratch = Matrix(rowCount: grid.binCount, columnCount: 2)
    total = scratch.column(0)
    largest = scratch.column(1)
  }

  deinit {
    places.deallocate()
    courses.deallocate()
  }

  /// Computes the masks of a frame.
  ///
  /// - Parameters:
  ///   - spectra: K values per channel.
  ///   - masks: S columns of `stride` values.
  /// - Returns: false where no part sounds, and the masks are left as they are.
  @_noLocks
  mutating func separate(
    spectra: UnsafePointer<SIMD2<Float>>, channelCount: Int, timeline: borrowing NoteTimeline,
    model: LiveModel.View, frame index: Int, into masks: UnsafeMutablePointer<Float>, stride: Int
  ) -> Bool {
    magnitude(spectra, channelCount: channelCount)
    if timeline.isPercussive {
      openStrokes(timeline, model, frame: index)
    } else {
      open(timeline, model, frame: index)
    }
    guard frame.count > 0 else { return false }
    let strokeCount = frame.count
    openRest(model)
    var step = 0
    while step < refinements {
      frame.refine()
      step &+= 1
    }
    if timeline.isPercussive { remember(timeline, count: strokeCount) }
    var part = 0
    while part < mask.partCount {
      let column = masks + part &* stride
      SpectrumKernels.clear(column, count: stride)
      frame.addApproximation(part: part, to: column)
      part &+= 1
    }
    mask.share(
      V: frame.V, fitted: binCount, masks: masks, stride: stride, binCount: grid.binCount,
      total: total, largest: largest)
    return true
  }

  @_noLocks
  private func magnitude(_ spectra: UnsafePointer<SIMD2<Float>>, channelCount: Int) {
    SpectrumKernels.clear(frame.V, count: binCount)
    var channel = 0
    while channel < channelCount {
      SpectrumKernels.addPower(
        of: spectra + channel &* grid.binCount, to: frame.V, count: binCount)
      channel &+= 1
    }
    SpectrumKernels.formMagnitude(frame.V, scale: scale, count: binCount)
  }

  /// Gathers the components that may sound, with the encoder's gains.
  @_noLocks
  private mutating func open(
    _ timeline: borrowing NoteTimeline, _ model: LiveModel.View, frame index: Int
  ) {
    frame.count = 0
    let release = grid.nearestFrame(atSeconds: model.releaseSeconds)
    var place = 0
    while place < timeline.voices.count {
      // Parts that struck a key at once share it by their velocities.
      var velocities: Float = 0
      var number = 0
      while number <= SoundingVoices.partnerCount {
        let sounding = timeline.voices.sounding(number, ofVoice: place)
        if isHeard(sounding, frame: index, release: release) {
          velocities += Float(max(1, sounding.note.velocity))
        }
        number &+= 1
      }
      number = 0
      while velocities > 0 && number <= SoundingVoices.partnerCount {
        let sounding = timeline.voices.sounding(number, ofVoice: place)
        if isHeard(sounding, frame: index, release: release) {
          add(
            model.voices[place], model: model, age: index &- sounding.onsetFrame,
            part: Int(sounding.note.part),
            share: Float(max(1, sounding.note.velocity)) / velocities)
        }
        number &+= 1
      }
      place &+= 1
    }
  }

  @_noLocks
  private func isHeard(_ sounding: SoundingVoices.Sounding, frame index: Int, release: Int) -> Bool
  {
    sounding.endFrame != .min
      && (index &- release <= sounding.endFrame || index &- sounding.onsetFrame <= toleranceFrames)
  }

  /// Gathers the components of a voice for a part that has a share of it.
  @_noLocks
  private mutating func add(
    _ voice: LiveModel.Voice, model: LiveModel.View, age: Int, part: Int, share: Float
  ) {
    var number = voice.first
    while number < voice.first &+ voice.count && frame.count < Self.capacity {
      add(model.components[Int(number)], model: model, age: age, part: part, share: share)
      number &+= 1
    }
  }

  @_noLocks
  private mutating func add(
    _ component: LiveModel.Component, model: LiveModel.View, age: Int, part: Int, share: Float
  ) {
    guard age >= Int(component.firstAge), age < Int(component.endAge),
      let encoder = component.encoder
    else { return }
    var entry = FrameModel.Entry(
      template: component.templates, blocks: component.blocks, part: part, gain: 0)
    // Steps keep the shares, since they change all that has one template alike.
    entry.gain = share * (component.encoderGain * frame.encode(encoder, entry))
    frame.entries[frame.count] = entry
    frame.count &+= 1
  }

  // MARK: Drums

  /// Gathers the strokes that are felt in a frame, as strong as they were in the frame before and as
  /// their velocities say: the geometric mean.
  @_noLocks
  private mutating func openStrokes(
    _ timeline: borrowing NoteTimeline, _ model: LiveModel.View, frame index: Int
  ) {
    frame.count = 0
    var place = 0
    while place < NoteTimeline.strokeCapacity {
      let stroke = timeline.strokes[place]
      let voice = model.voices[Int(stroke.note.pitch)]
      let age = index &- stroke.onsetFrame
      if voice.count > 0 {
        let component = model.components[Int(voice.first)]
        let state = age &- Int(component.firstAge)
        if let course = component.course, state >= 0, state < Int(component.stateCount),
          course[state] > 0
        {
          let velocity = Float(stroke.note.velocity) / 100
          let expected = velocity * velocity
          let before = min(
            max(stroke.gain, Self.leastGain * expected), expected / Self.leastGain)
          let gain = stroke.gain < 0 ? expected : divisi_sqrtf(before * expected)
          frame.entries[frame.count] = FrameModel.Entry(
            template: component.templates + state &* model.stride, blocks: component.blocks,
            part: Int(stroke.note.part), gain: gain * course[state])
          places[frame.count] = place
          courses[frame.count] = course[state]
          frame.count &+= 1
        }
      }
      place &+= 1
    }
  }

  /// Adds what sounds besides drums, as strongly as the worker last heard it.
  @_noLocks
  private mutating func openRest(_ model: LiveModel.View) {
    var number = model.rest.first
    while number < model.rest.first &+ model.rest.count && frame.count < Self.capacity {
      let component = model.components[Int(number)]
      frame.entries[frame.count] = FrameModel.Entry(
        template: component.templates, blocks: component.blocks, part: restPart,
        gain: component.encoderGain)
      frame.count &+= 1
      number &+= 1
    }
  }

  /// Keeps what was found of strokes for the next frame.
  @_noLocks
  private func remember(_ timeline: borrowing NoteTimeline, count: Int) {
    var index = 0
    while index < count {
      timeline.strokes[places[index]].gain = frame.entries[index].gain / courses[index]
      index &+= 1
    }
  }
}
