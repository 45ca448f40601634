// Thread: any

import DivisiControls

/// Where the ports are that the audio thread reads and writes.
struct PortMap: BitwiseCopyable {
  /// Left and right follow each other everywhere.
  let firstInput: Int
  let firstMix: Int
  /// The first stem's output, with the others behind it; −1 where stems have none.
  let firstStem: Int
  let control: Int
  /// −1 where there is none.
  let midi: Int
  let notify: Int
  let enabled: Int
  let freewheel: Int
  let latency: Int
  let late: Int
  let progress: Int
  /// Gain, mute, solo and pan of the first stem, with the others behind it.
  let firstRemix: Int
  let firstLevel: Int
  let scoreSource: Int
  let scoreOffset: Int
  let sync: Int
  let scoreSlot: Int
  let follow: Int
  let scorePosition: Int
  let verdict: Int
  let scoreState: Int
  let drumMap: Int

  init(_ kind: PluginKind) {
    let symbols = kind.ports.map(\.symbol)
    func place(_ symbol: String) -> Int { symbols.firstIndex(of: symbol) ?? -1 }
    let first = kind.stems[0].name
    firstInput = place("in_l")
    firstMix = place("mix_l")
    firstStem = place("\(first)_l")
    control = place("control")
    midi = place("midi")
    notify = place("notify")
    enabled = place("enabled")
    freewheel = place("freewheel")
    latency = place("latency")
    late = place("late")
    progress = place("progress")
    firstRemix = place("gain_\(first)")
    firstLevel = place("level_\(first)")
    scoreSource = place("score_source")
    scoreOffset = place("score_offset")
    sync = place("sync")
    scoreSlot = place("score_slot")
    follow = place("follow")
    scorePosition = place("score_position")
    verdict = place("verdict")
    scoreState = place("score_state")
    drumMap = place("drum_map")
  }
}
