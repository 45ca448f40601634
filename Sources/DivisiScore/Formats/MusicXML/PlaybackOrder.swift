/// In which order the measures of a score with repeats and jumps are played.
///
/// Repeats with any number of endings; each D.C. and D.S. once, after which repeats are not taken
/// (unless marked so) and the last ending is; al Fine and to the coda, as the jump says.
struct PlaybackOrder {
  private let frames: [MeasureFrame]
  /// For each measure under an ending, how often its passage is played in all; else 0.
  private let endingPasses: [Int]
  /// The first measure of each segno.
  private let segnos: [String: Int]
  private let firstSegno: Int?
  /// All measures of each coda, and those of any, in order.
  private let codas: [String: [Int]]
  private let allCodas: [Int]

  /// Whether any jump says in words that it ends at the coda, or at Fine: others then do not.
  private let aims: Set<Jump.Aim>

  init(_ frames: [MeasureFrame]) {
    self.frames = frames
    aims = Set(frames.compactMap(\.jumpAim))
    endingPasses = Self.endingPasses(frames)
    let marked = frames.indices.compactMap { index in frames[index].segno.map { ($0, index) } }
    segnos = Dictionary(marked) { first, _ in first }
    firstSegno = marked.first?.1
    allCodas = frames.indices.filter { frames[$0].coda != nil }
    codas = Dictionary(grouping: allCodas) { frames[$0].coda ?? "" }
  }

  /// Indices of measures in the order of playing.
  ///
  /// - Parameter limit: of measures played.
  /// - Returns: nil if there would be more than the limit.
  func measures(limit: Int) -> [Int]? {
    var order: [Int] = []
    var index = 0
    var start = 0
    var pass = 1
    var hasJumped = false
    var hasReachedCoda = false
    var aim: Jump.Aim?
    var taken: Set<Int> = []
    // Measures skipped under an ending count too, so that the work is bounded.
    var steps = 0
    while index < frames.count {
      steps += 1
      if steps > 4 * limit { return nil }
      let frame = frames[index]
      if frame.beginsRepeat && index != start {
        start = index
        pass = 1
      }
      let passes = self.passes(at: index)
      let takesRepeats = !hasJumped || frame.repeatsAfterJump
      let bracketPass = takesRepeats ? pass : passes
      if !frame.endings.isEmpty && !frame.endings.contains(bracketPass) {
        if isLastOfEndings(index) {
          start = index + 1
          pass = 1
        }
        index += 1
        continue
      }
      order.append(index)
      if order.count > limit { return nil }

      if takesRepeats && frame.repeatPasses != nil && pass < passes {
        pass += 1
        index = start
        continue
      }
      if frame.repeatPasses != nil || isLastOfEndings(index) {
        start = index + 1
        pass = 1
      }
      if hasJumped && frame.isFine && ends(aim, at: .fine) { break }
      if hasJumped && !hasReachedCoda && ends(aim, at: .coda), let name = frame.toCoda {
        hasReachedCoda = true
        index = coda(name, after: index) ?? index + 1
      } else if !taken.contains(index), let target = jump(from: frame) {
        taken.insert(index)
        aim = frame.jumpAim
        hasJumped = true
        hasReachedCoda = false
        index = target
        start = target
        pass = 1
      } else {
        index += 1
      }
    }
    return order
  }

  /// Whether a jump of that aim ends at Fine, or leaves for the coda.
  private func ends(_ aim: Jump.Aim?, at place: Jump.Aim) -> Bool {
    aim.map { $0 == place } ?? !aims.contains(place)
  }

  private func passes(at index: Int) -> Int {
    frames[index].endings.isEmpty ? frames[index].repeatPasses ?? 1 : endingPasses[index]
  }

  private func isLastOfEndings(_ index: Int) -> Bool {
    let next = index + 1
    return !frames[index].endings.isEmpty
      && (next == frames.count || frames[next].endings.isEmpty)
  }

  private func coda(_ name: String, after index: Int) -> Int? {
    Self.first(of: codas[name] ?? [], after: index) ?? Self.first(of: allCodas, after: index)
  }

  /// The first of ascending numbers that is above another.
  private static func first(of numbers: [Int], after number: Int) -> Int? {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low < numbers.count ? numbers[low] : nil
  }

  private func jump(from frame: MeasureFrame) -> Int? {
    if frame.isDaCapo { return 0 }
    guard let name = frame.dalSegno else { return nil }
    return segnos[name] ?? firstSegno ?? 0
  }

  /// Adjacent endings belong together, and the highest number among them is how often the passage
  /// is played; a first ending that stands alone is left out the second time.
  private static func endingPasses(_ frames: [MeasureFrame]) -> [Int] {
    var result = [Int](repeating: 0, count: frames.count)
    var index = 0
    while index < frames.count {
      if frames[index].endings.isEmpty {
        index += 1
        continue
      }
      let end = frames[index...].firstIndex { $0.endings.isEmpty } ?? frames.count
      let group = frames[index..<end]
      let highest = group.flatMap(\.endings).max() ?? 1
      let brackets = group.filter(\.beginsEnding).count
      let standsAlone = brackets <= 1 && group.contains { $0.repeatPasses != nil }
      for i in index..<end { result[i] = standsAlone ? highest + 1 : highest }
      index = end
    }
    return result
  }
}
