import DivisiDSP
import Testing

struct ActivationPatternTests {
  @Test func bothOrdersListTheSameEntries() {
    var generator = SeededGenerator(seed: 3)
    let frameCount = 19
    let rows = (0..<6).map { component in
      var row = ActivationPattern.Row(frameCount: frameCount)
      for frame in 0..<frameCount where component != 4 && generator.nextUnit() < 0.3 {
        row.weights[frame] = generator.nextUnit()
        row.parts[frame] = Int16(component % 3)
      }
      return row
    }
    let pattern = ActivationPattern(rows: rows, frameCount: frameCount)
    #expect(pattern.componentCount == 6)
    #expect(pattern.entries(ofComponent: 4).isEmpty)
    #expect(pattern.entryCount == rows.reduce(0) { $0 + $1.weights.count { $0 > 0 } })
    var seen = 0
    for component in rows.indices {
      let entries = pattern.entries(ofComponent: component)
      let frames = entries.map { Int(pattern.frames[$0]) }
      #expect(frames == (0..<frameCount).filter { rows[component].weights[$0] > 0 })
      for (entry, frame) in zip(entries, frames) {
        #expect(pattern.weights[entry] == rows[component].weights[frame])
        #expect(pattern.parts[entry] == rows[component].parts[frame])
        #expect(Int(pattern.components[entry]) == component)
      }
    }
    for frame in 0..<frameCount {
      let entries = pattern.entries(inFrame: frame).map(Int.init)
      #expect(entries.allSatisfy { Int(pattern.frames[$0]) == frame })
      #expect(
        entries.map { Int(pattern.components[$0]) }
          == rows.indices.filter { rows[$0].weights[frame] > 0 })
      seen += entries.count
    }
    #expect(seen == pattern.entryCount)
  }

  @Test func laterNotesOverruleAndRangesAreClipped() {
    var row = ActivationPattern.Row(frameCount: 5)
    row.open(-3..<3, part: 0)
    row.open(2..<99, part: 1, weight: 0.5)
    #expect(row.weights == [1, 1, 0.5, 0.5, 0.5])
    #expect(row.parts == [0, 0, 1, 1, 1])
  }

  @Test func noRowsAndNoFramesHold() {
    #expect(ActivationPattern(rows: [], frameCount: 4).entries(inFrame: 3).isEmpty)
    let noFrames = ActivationPattern(rows: [.init(frameCount: 0)], frameCount: 0)
    #expect(noFrames.entryCount == 0)
  }
}

struct TemplatesTests {
  @Test func scalingKeepsToTheComponent() {
    let supports = [BinBlocks.full(binCount: 10), BinBlocks(binCount: 10) { $0 == 9 }]
    let templates = Templates(binCount: 10, supports: supports, frameCount: 2)
    for frame in 0..<2 {
      templates.frame(frame, ofComponent: 0).update(repeating: 1, count: 10)
      templates.frame(frame, ofComponent: 1)[9] = Float(frame + 1)
    }
    let copy = templates.copy()
    templates.scale(component: 1, by: 3)
    #expect(templates.sum(ofComponent: 0) == 20)
    #expect(templates.sum(ofComponent: 1) == 9)
    #expect(copy.sum(ofComponent: 1) == 3)
    #expect(templates.values[9, 3] == 6)
  }
}
