// Thread: worker

import DivisiDSP
import DivisiScore

/// Fits the stream's model window by window, for whatever material it has, and keeps the audio
/// thread's copy of what is known.
final class StreamLearner {
  /// How long notes sound after they are damped, in seconds.
  var releaseSeconds = 0.2 {
    didSet { pitches?.releaseSeconds = releaseSeconds }
  }

  private let settings: SeparationSettings
  private let grid: TimeGrid
  private let binCount: Int
  private let voiceCount: Int
  private let material: Material
  private let restPart: Int?
  private let banks: NoteBanks
  /// The pitches of the last model, by component; none of drums.
  var componentPitches: [UInt8] { pitches?.componentPitches ?? [] }

  private var pitches: PitchLearner?
  private var strokes: StrokeLearner?
  /// The largest magnitude that was learnt from.
  private var loudness: Float = 0
  /// Frames before it are noise.
  private var soundStart = Int.min
  /// What was learnt from sound weaker than this, against what sounds now, is forgotten: 30 dB, more
  /// than most music has between its movements. A score that moves while nobody plays would teach
  /// the noise of the room.
  private static let noise: Float = 0.03
  /// Of all that may be struck, the share that is guessed anew at each update.
  private static let turns = 12
  private var turn = 0
  /// By voice: a pitch of an instrument, or an articulation.
  private var voices: [Int: LiveVoice] = [:]

  /// - Parameters:
  ///   - voiceCount: see ``StreamLayout``.
  ///   - restPart: see ``StreamPlan``.
  init(
    settings: SeparationSettings, grid: TimeGrid, binCount: Int, voiceCount: Int = 128,
    material: Material, restPart: Int? = nil, banks: NoteBanks = NoteBanks()
  ) {
    self.restPart = restPart
    self.banks = banks
    self.settings = settings
    self.grid = grid
    self.binCount = binCount
    self.voiceCount = voiceCount
    self.material = material
    start()
  }

  /// Makes learners that know nothing.
  private func start() {
    switch material {
    case .pitched:
      let learner = PitchLearner(
        settings: settings, grid: grid, binCount: binCount, banks: banks, parallel: sequentially)
      learner.releaseSeconds = releaseSeconds
      pitches = learner
    case .drums(let kit):
      strokes = StrokeLearner(
        settings: settings, grid: grid, binCount: binCount, kit: kit, restPart: restPart,
        parallel: sequentially)
    }
  }

  /// Forgets what was learnt.
  func forget() {
    start()
    voices = [:]
    loudness = 0
  }

  /// Forgets what was learnt from notes in wrong places, and learns from the next windows what they still hold.
  func learnAnew() {
    forget()
    strokes?.catchUp()
  }

  /// Forgets what was learnt from noise, if this is the first window with sound.
  ///
  /// - Returns: the window's first frame to learn from.
  func firstFrame(of V: Spectrogram, firstFrame: Int) -> Int {
    let peak = V.values.maximum()
    if loudness < Self.noise * peak {
      if loudness > 0 { forget() }
      let sounding = (0..<V.frameCount).first { frame in
        let column = V.values.column(frame)
        return (0..<V.binCount).contains { column[$0] >= Self.noise * peak }
      }
      soundStart = firstFrame + (sounding ?? 0)
    }
    loudness = max(loudness, peak)
    return max(firstFrame, soundStart)
  }

  /// Fits one window.
  ///
  /// - Parameters:
  ///   - V: K × N magnitudes.
  ///   - parts: notes in seconds of the stream.
  ///   - firstFrame: the window's first frame on the stream's grid.
  ///   - leaving: frames at the window's start that the next window will not see.
  ///   - adapts: whether templates and encoder learn.
  ///   - due: frames whose masks are wanted, from the window's start.
  /// - Returns: nil where no note sounds.
  func fit(
    _ V: Spectrogram, parts: [Part], firstFrame: Int, leaving: Int, adapts: Bool, due: Range<Int>
  ) -> ConvolutiveNMF? {
    guard V.values.maximum() > 0 else { return nil }
    let model =
      pitches?.fit(
        V, parts: parts, firstFrame: firstFrame, leaving: leaving, adapts: adapts, due: due)
      ?? strokes?.fit(V, parts: parts, firstFrame: firstFrame, leaving: leaving, adapts: adapts)
    let played = parts.flatMap { part in part.notes.map { 128 * part.instrument + $0.pitch } }
    for number in Set(played) { voices[number] = voice(number) }
    return model
  }

  /// Makes sure that the audio thread knows some voices, learnt or not, and knows what sounds
  /// soon as well as possible: what is not learnt is guessed from what is.
  func prepare(_ wanted: Set<Int>, soon: Set<Int>) {
    for number in wanted where voices[number] == nil { voices[number] = voice(number) }
    for number in soon { voices[number] = voice(number) }
    // Where the future is not known, all have their turn.
    for number in wanted.sorted() where number % Self.turns == turn {
      voices[number] = voice(number)
    }
    turn = (turn + 1) % Self.turns
  }

  /// What is known by now, for the audio thread.
  func liveModel() -> LiveModel {
    var table = Array(repeating: LiveModel.Voice(), count: voiceCount)
    var components: [LiveModel.Component] = []
    for (number, voice) in voices.sorted(by: { $0.key < $1.key })
    where table.indices.contains(number) {
      table[number] = LiveModel.Voice(
        first: Int32(components.count), count: Int32(voice.components.count))
      components += voice.components
    }
    // What an instrument has not struck yet sounds as if the first one played it.
    for number in table.indices.dropFirst(128) where table[number].count == 0 {
      table[number] = table[number % 128]
    }
    var owners = Array(voices.values)
    var unscored = LiveModel.Voice()
    if let rest = strokes?.rest, rest.isLearnt {
      let voice = LiveVoice(rest: rest)
      unscored = LiveModel.Voice(
        first: Int32(components.count), count: Int32(voice.components.count))
      components += voice.components
      owners.append(voice)
    }
    return LiveModel(
      voices: table, rest: unscored, components: components, owners: owners,
      stride: Matrix.stride(rowCount: binCount), releaseSeconds: releaseSeconds)
  }

  private func voice(_ number: Int) -> LiveVoice {
    if let pitches {
      return LiveVoice(
        memories: pitches.components(
          of: Sound(instrument: number / 128, pitch: number % 128)),
        ages: PitchConstraints.ages(grid: grid, settings: settings),
        hasEncoder: settings.model.hasEncoder)
    }
    return LiveVoice(states: strokes!.states(ofArticulation: number))
  }
}
