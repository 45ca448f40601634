import DivisiDSP
import DivisiScore
import Testing

@testable import DivisiEngine

struct PitchConstraintsTests {
  private let grid = TimeGrid(sampleRate: 10_000, windowLength: 400, hopSize: 100)
  private let frameCount = 200

  private func drawn(_ parts: [Part], _ change: (inout SeparationSettings) -> Void)
    -> Constraints
  {
    var settings = SeparationSettings()
    settings.toleranceSeconds = 0.03
    change(&settings)
    return PitchConstraints(parts: parts, releaseSeconds: 0.2).constraints(
      comb: PitchComb(tuningCents: 0, shape: .lobes), grid: grid, frameCount: frameCount,
      binCount: grid.binCount, settings: settings)
  }

  private func frames(_ constraints: borrowing Constraints, _ component: Int) -> [Int] {
    constraints.pattern.entries(ofComponent: component).map { Int(constraints.pattern.frames[$0]) }
  }

  /// Frames are 10 ms apart: from the tolerance before the onset to the release after the note.
  @Test func componentsSoundWhenTheyMay() {
    let constraints = drawn([Part(name: "a", notes: [note(60, 0.5, 1.0)])]) { _ in }
    #expect(constraints.pattern.componentCount == 3)
    #expect(frames(constraints, 0) == Array(47...120))
    #expect(frames(constraints, 1) == Array(47...80))
    #expect(frames(constraints, 2) == Array(47...65))
  }

  @Test(arguments: [false, true], [false, true])
  func componentsPerPitchFollowTheSettings(hasOnset: Bool, hasAttack: Bool) {
    let parts = [Part(name: "a", notes: [note(60, 0.5, 1), note(64, 0.5, 1), note(60, 1.2, 1.4)])]
    var all = SeparationSettings()
    let constraints = drawn(parts) {
      $0.hasOnsetTemplates = hasOnset
      $0.hasAttackTemplates = hasAttack
      all = $0
    }
    let perPitch = 1 + (hasOnset ? 1 : 0) + (hasAttack ? 1 : 0)
    #expect(constraints.pattern.componentCount == 2 * perPitch)
    #expect(
      PitchConstraints.tonalComponents(ofSoundAt: 1, settings: all)
        == perPitch..<perPitch + (hasAttack ? 2 : 1))
  }

  @Test func framesBelongToWhoeverStruckLast() {
    let parts = [
      Part(name: "left", notes: [note(60, 0.2, 1.0)]),
      Part(name: "right", notes: [note(60, 0.6, 0.7)]),
    ]
    let constraints = drawn(parts) {
      $0.hasOnsetTemplates = false
      $0.hasAttackTemplates = false
    }
    let pattern = constraints.pattern
    for entry in pattern.entries(ofComponent: 0) {
      let frame = Int(pattern.frames[entry])
      let belongsToSecond = (57...90).contains(frame)
      #expect(pattern.parts[entry] == (belongsToSecond ? 1 : 0), "frame \(frame)")
    }
    #expect(frames(constraints, 0) == Array(17...120))
  }

  /// A key that two hands strike at once is shared by their velocities for as long as both hold it; a later stroke is of
  /// one hand again.
  @Test func aUnisonIsShared() {
    let parts = [
      Part(name: "left", notes: [note(60, 0.2, 0.6, velocity: 30)]),
      Part(name: "right", notes: [note(60, 0.22, 0.4, velocity: 90), note(60, 1.2, 1.3)]),
    ]
    let constraints = drawn(parts) {
      $0.hasOnsetTemplates = false
      $0.hasAttackTemplates = false
    }
    let pattern = constraints.pattern
    for entry in pattern.entries(ofComponent: 0) {
      let expected: [Float] =
        switch pattern.frames[entry] {
        case 19...60: [0.25, 0.75]
        case 117...: [0, 1]
        default: [1, 0]
        }
      #expect(
        [0, 1].map { pattern.amount(ofEntry: entry, part: $0) } == expected,
        "frame \(pattern.frames[entry])")
      #expect(pattern.amount(ofEntry: entry, part: nil) == 1)
    }
  }

  @Test func threePartsShareAKey() {
    let parts = [(0.2, 1.0, 30), (0.22, 0.8, 90), (0.24, 0.6, 60)].enumerated().map {
      index, strike in
      Part(name: "\(index)", notes: [note(60, strike.0, strike.1, velocity: strike.2)])
    }
    let pattern = drawn(parts) {
      $0.hasOnsetTemplates = false
      $0.hasAttackTemplates = false
    }.pattern
    let amounts = pattern.entries(ofComponent: 0).map { entry in
      (0..<3).map { pattern.amount(ofEntry: entry, part: $0) }
    }
    let expected: [[Float]] = [[1, 0, 0], [1 / 6, 1 / 2, 1 / 3], [1 / 4, 3 / 4, 0]]
    for wanted in expected {
      #expect(amounts.contains { zip($0, wanted).allSatisfy { abs($0 - $1) < 1e-5 } }, "\(wanted)")
    }
    #expect(amounts.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
  }

  /// What one instrument strikes takes nothing from another, whatever their parts are.
  @Test func instrumentsInUnisonKeepTheirFrames() {
    let parts = [
      Part(name: "violin", notes: [note(60, 0.2, 1.0)]),
      Part(name: "flute", notes: [note(60, 0.6, 0.7)], instrument: 1),
    ]
    let constraints = drawn(parts) {
      $0.hasOnsetTemplates = false
      $0.hasAttackTemplates = false
    }
    let pattern = constraints.pattern
    #expect(pattern.componentCount == 2)
    #expect(frames(constraints, 0) == Array(17...120))
    #expect(frames(constraints, 1) == Array(57...90))
    for component in 0..<2 {
      let owners = Set(pattern.entries(ofComponent: component).map { Int(pattern.parts[$0]) })
      #expect(owners == [component])
    }
  }

  /// Five tones to a pitch, from 40 cents below it to 40 above.
  @Test func shiftedCombsHaveFiveTones() throws {
    let parts = [Part(name: "a", notes: [note(69, 0.5, 1)])]
    let constraints = drawn(parts) {
      $0.hasOnsetTemplates = false
      $0.hasAttackTemplates = false
      $0.comb = .shifts
    }
    #expect(constraints.pattern.componentCount == 5)
    let centres = (0..<5).map { component -> Double in
      let template = constraints.templates.frame(0, ofComponent: component)
      let first = 0..<Int(grid.bin(atHertz: 660))
      let sum = first.reduce(0.0) { $0 + Double(template[$1]) }
      return first.reduce(0.0) { $0 + Double($1) * Double(template[$1]) } / sum
    }
    #expect(zip(centres, centres.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs(centres[2] - grid.bin(atHertz: 440)) < 0.05)
  }

  /// How strictly templates keep to partials, as the literature's yardsticks have it.
  @Test func combsAreHardSoftOrNone() {
    func template(_ mask: TemplateMask) -> [Float] {
      let constraints = drawn([Part(name: "a", notes: [note(69, 0.5, 1)])]) {
        $0.templateMask = mask
        $0.hasOnsetTemplates = false
        $0.hasAttackTemplates = false
      }
      let start = constraints.templates.frame(0, ofComponent: 0)
      return (0..<grid.binCount).map { start[$0] }
    }
    let (hard, soft, flat) = (template(.hard), template(.soft), template(.none))
    let closed = hard.indices.filter { hard[$0] == 0 }
    #expect(closed.count > grid.binCount / 2 && closed.count < grid.binCount)
    #expect(soft.allSatisfy { $0 > 0 })
    #expect(closed.allSatisfy { soft[$0] < soft.max()! / 100 })
    #expect(flat.allSatisfy { $0 == flat[0] && $0 > 0 })
  }

  /// Without dropout all frames are open to an encoder, and what the score says against each is kept for the regulariser.
  @Test func dropoutCanBeOff() {
    let parts = [Part(name: "a", notes: [note(60, 0.5, 1.0)])]
    let constraints = drawn(parts) {
      $0.model = .nae
      $0.hasDropout = false
    }
    #expect(frames(constraints, 0) == Array(0..<frameCount))
    let outside = constraints.outside ?? []
    let entries = constraints.pattern.entries(ofComponent: 0)
    #expect(outside.count == constraints.pattern.entryCount)
    guard outside.count >= entries.upperBound else { return }
    #expect(entries.filter { outside[$0] == 0 }.map { $0 - entries.lowerBound } == Array(47...120))
    #expect(entries.allSatisfy { outside[$0] == 0 || outside[$0] == 1 })
    // Where there is no encoder, nothing is dropped from it.
    #expect(
      frames(
        drawn(parts) {
          $0.model = .nmf
          $0.hasDropout = false
        }, 0) == Array(47...120))
  }

  @Test func notesOutsideTheRecordingOpenNothing() {
    let notes = [note(60, -5, -4), note(61, 99, 100), note(62, -1, 0.1)]
    let constraints = drawn([Part(name: "a", notes: notes)]) { _ in }
    #expect(frames(constraints, 0).isEmpty)
    #expect(frames(constraints, 3).isEmpty)
    #expect(frames(constraints, 6) == Array(0...30))
  }

  @Test func randomStartsAreSeededAndFree() {
    let parts = [Part(name: "a", notes: [note(60, 0.5, 1.0)])]
    func draw(_ seed: UInt64) -> (templates: [Float], activations: [Float]) {
      let constraints = drawn(parts) {
        $0.templates = .random
        $0.activations = .random
        $0.seed = seed
      }
      let columns = constraints.templates.values.columnCount
      var templates: [Float] = []
      for column in 0..<columns {
        for bin in 0..<grid.binCount { templates.append(constraints.templates.values[bin, column]) }
      }
      return (templates, constraints.activations)
    }
    let (a, b, c) = (draw(1), draw(1), draw(2))
    #expect(a == b)
    #expect(a.templates != c.templates)
    #expect(a.activations != c.activations)
    #expect(a.activations.count == 3 * frameCount)
    #expect((a.templates + a.activations).allSatisfy { $0 > 0 && $0 <= 1 })
  }
}
