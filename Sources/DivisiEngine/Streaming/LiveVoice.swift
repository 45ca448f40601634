// Thread: audio ⇄ worker

import DivisiDSP

/// What is known of one pitch or articulation, copied for the audio thread; never changes.
final class LiveVoice: Sendable {
  /// Point into memory of this object.
  nonisolated(unsafe) let components: [LiveModel.Component]
  private let values: Matrix
  /// The course of strokes, one column.
  private let course: Matrix
  /// What the components' blocks belong to.
  private let supports: [BinBlocks]

  /// A pitch.
  ///
  /// - Parameters:
  ///   - ages: of each component, the frames of a note in which it sounds.
  ///   - hasEncoder: whether the model learns one; else templates are matched filters.
  init(memories: [RecursiveMemory], ages: [Range<Int32>], hasEncoder: Bool) {
    precondition(memories.count == ages.count, "\(memories.count) components")
    let binCount = memories[0].binCount
    values = Matrix(rowCount: binCount, columnCount: 2 * memories.count)
    course = Matrix(rowCount: 0, columnCount: 0)
    supports = memories.map(\.support)
    var list: [LiveModel.Component] = []
    for (index, memory) in memories.enumerated() {
      let template = values.column(2 * index)
      let encoder = values.column(2 * index + 1)
      let isEncoded = memory.isLearnt && hasEncoder
      var energy: Float = 0
      for bin in 0..<binCount {
        template[bin] = memory.template(0)[bin]
        encoder[bin] = isEncoded ? memory.encoder[bin] : template[bin]
        energy += template[bin] * template[bin]
      }
      list.append(
        LiveModel.Component(
          templates: UnsafePointer(template), encoder: UnsafePointer(encoder),
          encoderGain: isEncoded ? 1 : energy > 0 ? 1 / energy : 0, course: nil,
          blocks: memory.support.blocks, firstAge: ages[index].lowerBound,
          endAge: ages[index].upperBound, stateCount: 1))
    }
    components = list
  }

  /// What sounds besides drums, as strongly as it did last.
  init(rest: StreamRest) {
    let (memories, gains) = (rest.memories, rest.gains)
    let binCount = memories[0].binCount
    values = Matrix(rowCount: binCount, columnCount: memories.count)
    course = Matrix(rowCount: 0, columnCount: 0)
    supports = memories.map(\.support)
    var list: [LiveModel.Component] = []
    for (index, memory) in memories.enumerated() {
      values.column(index).update(from: memory.template(0), count: binCount)
      list.append(
        LiveModel.Component(
          templates: UnsafePointer(values.column(index)), encoder: nil, encoderGain: gains[index],
          course: nil, blocks: memory.support.blocks, firstAge: 0, endAge: .max, stateCount: 1))
    }
    components = list
  }

  /// An articulation; its ages count from the first frame that may belong to a stroke.
  init(states: consuming StrokeStates) {
    let (binCount, ageCount) = (states.templates.rowCount, states.ageCount)
    let full = BinBlocks.full(binCount: binCount)
    supports = [full]
    // Not a column of the same matrix: there may be more ages than bins, and the templates' stride is
    // that of the bins.
    values = Matrix(rowCount: binCount, columnCount: ageCount)
    course = Matrix(rowCount: ageCount, columnCount: 1)
    let gains = course.column(0)
    for age in 0..<ageCount {
      let (source, target) = (states.templates.column(age), values.column(age))
      var sum: Float = 0
      for bin in 0..<binCount { sum += source[bin] }
      gains[age] = sum
      for bin in 0..<binCount where sum > 0 { target[bin] = source[bin] / sum }
    }
    components = [
      LiveModel.Component(
        templates: UnsafePointer(values.column(0)), encoder: nil, encoderGain: 0,
        course: UnsafePointer(gains), blocks: full.blocks, firstAge: 0,
        endAge: Int32(ageCount), stateCount: Int32(ageCount))
    ]
  }
}
