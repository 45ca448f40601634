extension MosaicModel {
  /// Restrains activations: what is to fade is multiplied by a factor that falls from iteration to iteration.
  ///
  /// - Parameter factor: 1 to 0; 0 leaves only what is allowed.
  /// - Complexity: O((repetition + continuity) · S · N), or that many entries.
  public func restrain(_ restraints: MosaicRestraints, factor: Float) {
    if isPruned {
      restrainLists(restraints, factor)
    } else {
      restrainAll(restraints, factor)
    }
  }

  // MARK: Dense

  private func restrainAll(_ restraints: MosaicRestraints, _ factor: Float) {
    let (S, N) = (H.rowCount, H.columnCount)
    if restraints.repetition > 1 {
      let reach = restraints.repetition / 2
      let result = Matrix(rowCount: S, columnCount: N)
      for frame in 0..<N {
        let (own, kept) = (H.column(frame), result.column(frame))
        for index in 0..<S { kept[index] = own[index] }
        for other in max(0, frame - reach)...min(N - 1, frame + reach) where other != frame {
          let column = H.column(other)
          for index in 0..<S where column[index] > own[index] {
            kept[index] = factor * own[index]
          }
        }
      }
      H = result
    }
    if restraints.polyphony > 0, restraints.polyphony < S {
      for frame in 0..<N {
        let column = H.column(frame)
        let weights = (0..<S).map { column[$0] * templates.energies[$0] }
        let least = Self.threshold(of: weights, count: restraints.polyphony)
        for index in 0..<S where weights[index] < least { column[index] *= factor }
      }
    }
    if restraints.continuity > 1 {
      let reach = restraints.continuity / 2
      let result = Matrix(rowCount: S, columnCount: N)
      for frame in 0..<N {
        let sum = result.column(frame)
        for shift in -reach...reach where (0..<N).contains(frame + shift) {
          let column = H.column(frame + shift)
          for index in max(0, -shift)..<min(S, S - shift) { sum[index] += column[index + shift] }
        }
        for index in 0..<S where templates.energies[index] == 0 { sum[index] = 0 }
      }
      H = result
      for frame in 0..<N { silenceOthers(inFrame: frame) }
    }
  }

  /// The value that so many of others reach.
  private static func threshold(of values: [Float], count: Int) -> Float {
    // The strongest so far, ascending; few enough to insert into.
    var strongest = [Float](repeating: 0, count: count)
    for value in values where value > strongest[0] {
      var place = 0
      while place + 1 < count, strongest[place + 1] < value {
        strongest[place] = strongest[place + 1]
        place += 1
      }
      strongest[place] = value
    }
    return strongest[0]
  }

  // MARK: Lists

  private func restrainLists(_ restraints: MosaicRestraints, _ factor: Float) {
    let N = lists.count
    if restraints.repetition > 1 {
      let reach = restraints.repetition / 2
      let old = lists
      for frame in 0..<N {
        for other in max(0, frame - reach)...min(N - 1, frame + reach) where other != frame {
          Self.pairs(old[frame], old[other], shift: 0) { own, neighbour in
            if old[other][neighbour].value > old[frame][own].value {
              lists[frame][own].value = factor * old[frame][own].value
            }
          }
        }
      }
    }
    if restraints.polyphony > 0 {
      for frame in 0..<N where lists[frame].count > restraints.polyphony {
        let weights = lists[frame].map { $0.value * templates.energies[Int($0.index)] }
        let least = Self.threshold(of: weights, count: restraints.polyphony)
        for index in weights.indices where weights[index] < least {
          lists[frame][index].value *= factor
        }
      }
    }
    if restraints.continuity > 1 {
      let reach = restraints.continuity / 2
      let old = lists
      for frame in 0..<N {
        for shift in -reach...reach where shift != 0 && old.indices.contains(frame + shift) {
          Self.pairs(old[frame], old[frame + shift], shift: Int32(shift)) { own, neighbour in
            lists[frame][own].value += old[frame + shift][neighbour].value
          }
        }
      }
    }
  }

  /// Finds entries of two lists whose templates are some frames apart.
  private static func pairs(
    _ list: [Entry], _ other: [Entry], shift: Int32, found: (Int, Int) -> Void
  ) {
    var place = 0
    for (index, entry) in list.enumerated() {
      let wanted = entry.index + shift
      while place < other.count, other[place].index < wanted { place += 1 }
      if place < other.count, other[place].index == wanted { found(index, place) }
    }
  }
}
