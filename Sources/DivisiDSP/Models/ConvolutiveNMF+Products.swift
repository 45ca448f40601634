internal import CCPU
internal import DivisiKernels

// Products over the entries of a model, block by block. One sweep takes all that an update needs:
//
//     1. V̂ of the block's frames and of the T − 1 that follow    approximate
//     2. P = V̂^(β−2) ⊙ V and D = V̂^(β−1)                         Divergence.factors
//     3. for each visit of the block
//          Σ_τ W_τᵀ ←τ(P), Σ_τ W_τᵀ ←τ(D)   for H, by entry       correlate, products
//          P →τ(H)ᵀ, D →τ(H)ᵀ               for W, by chunk       add
//
// ←τ(X) has column n + τ of X where X has column n, →τ(X) column n − τ; both are zero beyond the
// recording. What updates make of the sums is in `ConvolutiveNMF.update`. For β = 1, D is 1, and its
// products are sums of templates and of activations (`addFloors`, `activationSum`).
extension ConvolutiveNMF {
  /// Approximates all blocks of a sweep, and visits what is open in each.
  ///
  /// - Parameters:
  ///   - sweep: of as many chunks as ``sweep`` at most, and blocks as long.
  ///   - sums: set to zero where there are entries.
  ///   - onlySounding: leaves out what ``soundingVisits(_:)`` does.
  ///   - body: called on the thread of its chunk.
  func forEachVisit(
    _ sweep: FrameSweep, clearing sums: [TemplateSums?] = [], onlySounding: Bool = false,
    _ body: @Sendable (_ chunk: Int, _ visit: FrameSweep.Visit, _ factors: Factors) -> Void
  ) {
    let tiles = tiles ?? FactorTiles(self)
    self.tiles = tiles
    parallel(sweep.chunks.count) { [self] chunk in
      for sum in sums { sum?.clear(chunk: chunk) }
      var window = TileWindow(firstColumn: chunk * tiles.length)
      for block in sweep.chunks[chunk] {
        let missing = window.move(to: framesReached(by: block)) { from, to, count in
          tiles.ratio.move(from, to: to, count)
          tiles.power.move(from, to: to, count)
        }
        fill(tiles, window, missing, of: block, in: sweep)
        let (first, frame) = (window.firstColumn, block.frames.lowerBound)
        let factors = Factors(
          numerator: divergence.beta == 2
            ? V.values.view : tiles.ratio.view(from: first, as: frame),
          denominator: divergence.beta == 1 ? nil : tiles.power.view(from: first, as: frame))
        let visits = sweep.visits(in: block)
        if onlySounding, restraints != nil {
          forEach(soundingVisits(visits)[...], in: block) { body(chunk, $0, factors) }
        } else {
          forEach(visits, in: block) { body(chunk, $0, factors) }
        }
      }
    }
  }

  /// Fills the tiles of some frames.
  private func fill(
    _ tiles: FactorTiles, _ window: TileWindow, _ frames: Range<Int>, of block: FrameSweep.Block,
    in sweep: FrameSweep
  ) {
    func column(_ frame: Int) -> UnsafeMutablePointer<Float> {
      let index = window.column(frame)
      return divergence.beta == 2 ? tiles.power.column(index) : tiles.ratio.column(index)
    }
    approximate(frames, of: block, in: sweep, to: column(frames.lowerBound))
    // A template of several frames reaches into frames where others' supports count.
    let blocks = templateFrames == 1 ? block.support.blocks : allBins.blocks
    for frame in frames {
      divergence.factors(
        V.values.column(frame), approximation: column(frame),
        power: divergence.beta == 1 ? nil : tiles.power.column(window.column(frame)),
        over: blocks)
    }
  }

  /// Visits what is open, block by block, without approximating anything.
  func forEachVisit(
    clearing sums: [TemplateSums?] = [],
    _ body: @Sendable (_ chunk: Int, _ visit: FrameSweep.Visit) -> Void
  ) {
    parallel(sweep.chunks.count) { [self] chunk in
      for sum in sums { sum?.clear(chunk: chunk) }
      for block in sweep.chunks[chunk] {
        forEachVisit(in: block, of: sweep) { body(chunk, $0) }
      }
    }
  }

  /// The frames in which the entries of a block sound: its own and the T − 1 that follow.
  func framesReached(by block: FrameSweep.Block) -> Range<Int> {
    block.frames.lowerBound..<min(block.frames.upperBound + templateFrames - 1, frameCount)
  }

  /// Columns of a tile: ``framesReached(by:)``, and three that are read and count for nothing where a
  /// visit has fewer than four entries.
  var tileLength: Int { sweep.blockLength + templateFrames - 1 + (templateFrames > 1 ? 3 : 0) }

  /// Visits one block, and asks meanwhile for the columns of V that follow it: masks leave gaps where
  /// the processor would see no pattern.
  @inline(__always)
  func forEachVisit(
    in block: FrameSweep.Block, of sweep: FrameSweep, _ body: (FrameSweep.Visit) -> Void
  ) {
    forEach(sweep.visits(in: block), in: block, body)
  }

  /// The same for some of its visits, or others.
  @inline(__always)
  private func forEach(
    _ visits: ArraySlice<FrameSweep.Visit>, in block: FrameSweep.Block,
    _ body: (FrameSweep.Visit) -> Void
  ) {
    let first = min(block.frames.upperBound + templateFrames - 1, frameCount)
    let ahead = V.values.view.base + first * V.values.columnStride
    let lineCount =
      min(sweep.blockLength, frameCount - first) * V.values.columnStride / Matrix.alignment
    var asked = 0
    for (index, visit) in visits.enumerated() {
      let wanted = lineCount * (index + 1) / visits.count
      while asked < wanted {
        divisi_prefetch(ahead + asked * Matrix.alignment)
        asked += 1
      }
      body(visit)
    }
  }

  /// ``numerators`` ← Σ_τ W_τᵀ ←τ(P), and ``denominators`` ← Σ_τ W_τᵀ ←τ(D), or 0 where D is 1.
  func correlate(_ visit: FrameSweep.Visit, _ factors: Factors) {
    set(numerators, visit, to: products(of: W, with: factors.numerator, visit))
    set(
      denominators, visit,
      to: factors.denominator.map { products(of: W, with: $0, visit) } ?? .zero)
  }

  /// Writes the values of a visit's entries.
  @inline(__always)
  func set(
    _ values: UnsafeMutableBufferPointer<Float>, _ visit: FrameSweep.Visit, to four: SIMD4<Float>
  ) {
    for lane in 0..<visit.entries.count { values[visit.entries.lowerBound + lane] = four[lane] }
  }

  /// The values of a visit's entries, and zeros.
  @inline(__always)
  func values(
    _ all: UnsafeMutableBufferPointer<Float>, _ visit: FrameSweep.Visit
  ) -> SIMD4<Float> {
    var four = SIMD4<Float>.zero
    for lane in 0..<visit.entries.count { four[lane] = all[visit.entries.lowerBound + lane] }
    return four
  }

  /// Adds Σ_τ W_τᵀ ←τ(1) to ``denominators`` of one component, where D is 1.
  func addFloors(_ component: Int) {
    guard divergence.beta == 1 else { return }
    let entries = pattern.entries(ofComponent: component)
    for delay in 0..<W.frameCount(ofComponent: component) {
      let sum = BlockKernels.sum(
        W.frame(delay, ofComponent: component), over: W.supports[component].blocks)
      for entry in reaching(entries, delay: delay) { denominators[entry] += sum }
    }
  }

  /// Those of a component's entries that a delay does not take past the end.
  private func reaching(_ entries: Range<Int>, delay: Int) -> Range<Int> {
    var end = entries.upperBound
    while end > entries.lowerBound, Int(pattern.frames[end - 1]) + delay >= frameCount { end -= 1 }
    return entries.lowerBound..<end
  }

  /// Σ_τ ⟨templates_τ, X at the entry's frame + τ⟩ for each entry of a visit.
  @inline(__always)
  func products(
    of templates: borrowing Templates, with X: ColumnView, _ visit: FrameSweep.Visit
  ) -> SIMD4<Float> {
    let blocks = templates.supports[visit.component].blocks
    let frameCount = templates.frameCount(ofComponent: visit.component)
    var sum = SIMD4<Float>.zero
    var delay = 0
    if let frame = firstFrame(ofRun: visit) {
      while delay + 4 <= frameCount {
        sum += BlockKernels.correlate(
          templates.frame(delay, ofComponent: visit.component),
          stride: templates.values.columnStride, X.column(frame + delay), stride: X.stride,
          over: blocks)
        delay += 4
      }
    }
    while delay < frameCount {
      sum += BlockKernels.dot(
        templates.frame(delay, ofComponent: visit.component),
        columns(of: X, visit, delay: delay), over: blocks)
      delay += 1
    }
    return sum
  }

  /// The frame of a visit’s first entry, if four frames and the T − 1 after them can be read from there in
  /// one go.
  @inline(__always)
  private func firstFrame(ofRun visit: FrameSweep.Visit) -> Int? {
    guard templateFrames >= 4 else { return nil }
    let first = Int(pattern.frames[visit.entries.lowerBound])
    let last = Int(pattern.frames[visit.entries.upperBound - 1])
    guard last - first == visit.entries.count - 1, first + templateFrames + 3 <= frameCount
    else { return nil }
    return first
  }

  /// sums_τ ← sums_τ + Σ_e gains[e] · X at the entry's frame + τ.
  @inline(__always)
  func add(
    _ X: ColumnView, gains: SIMD4<Float>, _ visit: FrameSweep.Visit, chunk: Int,
    to sums: TemplateSums
  ) {
    let blocks = W.supports[visit.component].blocks
    let frameCount = W.frameCount(ofComponent: visit.component)
    var delay = 0
    if let frame = firstFrame(ofRun: visit) {
      while delay + 4 <= frameCount {
        BlockKernels.addDelayed(
          X.column(frame + delay), stride: X.stride, gains: gains,
          to: sums.frame(delay, ofComponent: visit.component, inChunk: chunk),
          stride: sums.columnStride, over: blocks)
        delay += 4
      }
    }
    while delay < frameCount {
      BlockKernels.add(
        columns(of: X, visit, delay: delay),
        gains: gains, to: sums.frame(delay, ofComponent: visit.component, inChunk: chunk),
        over: blocks)
      delay += 1
    }
  }

  /// The same for two sums.
  @inline(__always)
  func add(
    _ X: ColumnView, gains: SIMD4<Float>, to sums: TemplateSums, gains others: SIMD4<Float>,
    to otherSums: TemplateSums, _ visit: FrameSweep.Visit, chunk: Int
  ) {
    guard templateFrames == 1 else {
      add(X, gains: gains, visit, chunk: chunk, to: sums)
      return add(X, gains: others, visit, chunk: chunk, to: otherSums)
    }
    BlockKernels.add(
      columns(of: X, visit, delay: 0),
      gains: gains, to: sums.frame(0, ofComponent: visit.component, inChunk: chunk),
      gains: others, to: otherSums.frame(0, ofComponent: visit.component, inChunk: chunk),
      over: W.supports[visit.component].blocks)
  }

  /// Adds P →τ(H)ᵀ and D →τ(H)ᵀ to the sums of W's update.
  func add(_ factors: Factors, _ visit: FrameSweep.Visit, chunk: Int, to sums: Sums) {
    let gains = values(H, visit)
    add(factors.numerator, gains: gains, visit, chunk: chunk, to: sums.numerators)
    if let denominator = factors.denominator, let denominators = sums.denominators {
      add(denominator, gains: gains, visit, chunk: chunk, to: denominators)
    }
  }

  /// Σ H over some entries, those left out that a delay takes past the end.
  func activationSum(in entries: Range<Int>, reachingDelay delay: Int = 0) -> Float {
    var sums = SIMD4<Float>.zero
    let reached = reaching(entries, delay: delay)
    var entry = reached.lowerBound
    while entry + 4 <= reached.upperBound {
      sums += SIMD4(H[entry], H[entry + 1], H[entry + 2], H[entry + 3])
      entry += 4
    }
    return (entry..<reached.upperBound).reduce(sums.sum()) { $0 + H[$1] }
  }

  /// The columns that a visit's entries reach after a delay; silence for lanes without an
  /// entry and past the end of the recording.
  @inline(__always)
  func columns(of X: ColumnView, _ visit: FrameSweep.Visit, delay: Int) -> BlockKernels.Columns {
    func column(_ lane: Int) -> UnsafePointer<Float> {
      guard lane < visit.entries.count else { return UnsafePointer(silence.column(0)) }
      let frame = Int(pattern.frames[visit.entries.lowerBound + lane]) + delay
      return frame < frameCount ? X.column(frame) : UnsafePointer(silence.column(0))
    }
    return (column(0), column(1), column(2), column(3))
  }

  /// M_H of a visit's entries, and zeros.
  @inline(__always)
  func weights(_ visit: FrameSweep.Visit) -> SIMD4<Float> {
    var four = SIMD4<Float>.zero
    for lane in 0..<visit.entries.count {
      four[lane] = pattern.weights[visit.entries.lowerBound + lane]
    }
    return four
  }
}
