import DivisiKernels

/// What all kernels make of the same numbers, as one number: equal where every bit is.
///
/// This file is also compiled for other processors, without any library.
///
/// - Parameter memory: ``digestMemory`` values on a boundary of 64 bytes, written over.
@_cdecl("divisi_kernel_digest")
func kernelDigest(_ memory: UnsafeMutablePointer<Float>) -> UInt64 {
  let (stride, columnCount) = (digestMemory / 16, 16)
  // Numerical Recipes' generator: magnitudes from 2⁻¹² to 1, about half of them negative.
  var state: UInt32 = 1
  for index in 0..<digestMemory {
    state = state &* 1_664_525 &+ 1_013_904_223
    let sign: UInt32 = index / stride < columnCount / 2 ? 0 : state & 0x8000_0000
    memory[index] = Float(bitPattern: sign | (0x3980_0000 + (state >> 6) % 0x0600_0000))
  }
  func column(_ index: Int) -> UnsafeMutablePointer<Float> { memory + stride * index }
  func x(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(column(index)) }
  let gains = SIMD4<Float>(0.3, 1.7, 0, 2.1e-5)
  let others = SIMD4<Float>(0.7, -4, 3.3e-4, 11)
  let four: Columns = (x(8), x(9), x(10), x(11))
  var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  func take(_ value: Float) {
    digest = (digest ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3
  }
  func take(_ values: SIMD4<Float>) {
    for lane in 0..<4 { take(values[lane]) }
  }
  withUnsafeTemporaryAllocation(of: Int32.self, capacity: 20) { offsets in
    // All blocks but those of a gap.
    var count = 0
    for block in 0..<stride / 8 where !(5..<9).contains(block) && count < 20 {
      offsets.initializeElement(at: count, to: Int32(8 * block))
      count += 1
    }
    let blocks = Blocks(rebasing: offsets[..<count])
    take(Kernels.kullbackLeibler(x(0), from: x(1), epsilon: 1e-9, over: blocks))
    take(Kernels.dot(x(8), x(12), over: blocks))
    take(Kernels.dot(x(12), four, over: blocks))
    take(Kernels.correlate(x(2), stride: stride, x(5), stride: stride, over: blocks))
    Kernels.add(four, gains: gains, to: column(12), over: blocks)
    Kernels.add(four, gains: gains, to: column(12), gains: others, to: column(13), over: blocks)
    Kernels.add(x(0), gain: 0.3, to: column(14), over: blocks)
    Kernels.add(
      x(1), gains: others, to: (column(12), column(13), column(14), column(15)), over: blocks)
    Kernels.divide(x(0), by: column(1), epsilon: 1e-9, over: blocks)
    Kernels.subtract(x(1), from: column(15), over: blocks)
    Kernels.addDelayed(
      x(1), stride: stride, gains: others, to: column(12), stride: stride, over: blocks)
    Kernels.convolve(
      x(0), stride: stride, gains: x(7), to: column(12), stride: stride, over: blocks)
  }
  for index in 0..<digestMemory { take(memory[index]) }
  return digest
}

/// Values that ``kernelDigest(_:)`` works on: 16 columns.
var digestMemory: Int { 16 * 256 }
