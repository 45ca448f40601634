// What sounds after onsets that are few: only their own templates are read.

#if arch(x86_64) || !FOR_AVX2
/// Seven columns.
public typealias SevenColumns = (
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>,
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
)

extension UnsafePointer<Float> {
  @_noLocks @inline(__always)
  fileprivate func lanes(_ bin: Int) -> Lane {
    UnsafeRawPointer(self + bin).assumingMemoryBound(to: Lane.self).pointee
  }
}

extension UnsafeMutablePointer<Float> {
  @_noLocks @inline(__always)
  fileprivate func add(_ value: Lane, _ bin: Int) {
    let place = UnsafeMutableRawPointer(self + bin).assumingMemoryBound(to: Lane.self)
    place.pointee = place.pointee + value
  }
}

extension Kernels {
  /// y[i] ← y[i] + Σ_k gains[k] · w[3 + i − k] for four successive columns: what follows four onsets in a
  /// row, in four frames.
  @_noLocks @inline(never)
  public static func follow(
    _ w: SevenColumns, gains: SIMD4<Float>, to y: UnsafeMutablePointer<Float>, stride: Int,
    over blocks: Blocks
  ) {
    let a = Lane(repeating: gains[0])
    let b = Lane(repeating: gains[1])
    let c = Lane(repeating: gains[2])
    let d = Lane(repeating: gains[3])
    let (y1, y2, y3) = (y + stride, y + 2 &* stride, y + 3 &* stride)
    var index = 0
    while index < blocks.count {
      let bin = Int(blocks[index])
      let (w1, w2, w3) = (w.1.lanes(bin), w.2.lanes(bin), w.3.lanes(bin))
      let (w4, w5) = (w.4.lanes(bin), w.5.lanes(bin))
      y.add((a * w3 + b * w2) + (c * w1 + d * w.0.lanes(bin)), bin)
      y1.add((a * w4 + b * w3) + (c * w2 + d * w1), bin)
      y2.add((a * w5 + b * w4) + (c * w3 + d * w2), bin)
      y3.add((a * w.6.lanes(bin) + b * w5) + (c * w4 + d * w3), bin)
      index &+= 1
    }
  }
}
#endif
