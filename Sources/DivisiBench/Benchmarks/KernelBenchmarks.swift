internal import CCPU
import DivisiDSP
import DivisiKernels

#if arch(x86_64)
import DivisiKernelsAVX2
#endif

/// The inner loops over all free entries of the standard task, one frame at a time and four at once,
/// against the dense product: in the build for this processor, and in the one for any.
enum KernelBenchmarks {
  static let all = KernelBuild.all.flatMap { build in
    [
      Benchmark(name: "dot" + build.suffix) { measureDot($0, build, fourfold: false) },
      Benchmark(name: "dot-4" + build.suffix) { measureDot($0, build, fourfold: true) },
      Benchmark(name: "add" + build.suffix) { measureAdd($0, build, fourfold: false) },
      Benchmark(name: "add-4" + build.suffix) { measureAdd($0, build, fourfold: true) },
    ]
  }

  /// Wᵀ V where H is free.
  private static func measureDot(
    _ naiveBlocks: Int, _ build: KernelBuild, fourfold: Bool
  ) -> Measurement {
    let task = StandardTask.shared
    let model = task.makeModel(Divergence(beta: 1), templateFrames: 1)
    var sum: Float = 0
    return measure(naiveBlocks) {
      for component in 0..<StandardTask.componentCount {
        let w = UnsafePointer(model.W.frame(0, ofComponent: component))
        task.forEachColumns(ofComponent: component, step: fourfold ? 4 : 1) { x, blocks in
          sum += fourfold ? build.dot4(w, x, blocks).sum() : build.dot(w, x.0, blocks)
        }
      }
    } naive: { W, V, _ in
      sum += Dense.transposed(W, times: V).values[0]
    }
  }

  /// V Hᵀ where W is free.
  private static func measureAdd(
    _ naiveBlocks: Int, _ build: KernelBuild, fourfold: Bool
  ) -> Measurement {
    let task = StandardTask.shared
    let result = Matrix(rowCount: StandardTask.binCount, columnCount: 1)
    let y = result.column(0)
    let gains = SIMD4<Float>(1, 2, 3, 4) * 1e-6
    var sum: Float = 0
    return measure(naiveBlocks) {
      for component in 0..<StandardTask.componentCount {
        task.forEachColumns(ofComponent: component, step: fourfold ? 4 : 1) { x, blocks in
          if fourfold {
            build.add4(x, gains, y, blocks)
          } else {
            build.add(x.0, gains[0], y, blocks)
          }
        }
      }
    } naive: { _, V, H in
      sum += Dense.product(V, timesTransposed: H).values[0]
    }
  }

  private static func measure(
    _ naiveBlocks: Int, _ body: () -> Void, naive: (_ W: Dense, _ V: Dense, _ H: Dense) -> Void
  ) -> Measurement {
    let (K, N) = (StandardTask.binCount, StandardTask.frameCount)
    let R = StandardTask.componentCount
    let W = Dense.random(rowCount: K, columnCount: R, seed: 5)
    let V = Dense.random(rowCount: K, columnCount: N, seed: 6)
    let H = Dense.random(rowCount: R, columnCount: N, seed: 7)
    return Measurement(
      Stopwatch.measure(runs: Benchmark.runs, body),
      naiveMilliseconds: Benchmark.naiveMilliseconds(naiveBlocks) { naive(W, V, H) },
      multiplications: StandardTask.shared.freeProducts,
      denseMultiplications: Double(K * N * R) * 1e-6)
  }
}

/// The kernels as one of the two targets holds them.
private struct KernelBuild: Sendable {
  typealias Input = UnsafePointer<Float>
  typealias Output = UnsafeMutablePointer<Float>

  /// What the build is called behind a kernel's name.
  let suffix: String
  let dot: @Sendable (Input, Input, DivisiKernels.Blocks) -> Float
  let dot4: @Sendable (Input, DivisiKernels.Columns, DivisiKernels.Blocks) -> SIMD4<Float>
  let add: @Sendable (Input, Float, Output, DivisiKernels.Blocks) -> Void
  let add4: @Sendable (DivisiKernels.Columns, SIMD4<Float>, Output, DivisiKernels.Blocks) -> Void

  #if arch(x86_64)
  static let all = divisi_has_avx2() ? [wide, baseline] : [baseline]

  private static let wide = KernelBuild(
    suffix: "-avx2",
    dot: { DivisiKernelsAVX2.Kernels.dot($0, $1, over: $2) },
    dot4: { DivisiKernelsAVX2.Kernels.dot($0, $1, over: $2) },
    add: {
      DivisiKernelsAVX2.Kernels.add($0, gain: $1, to: $2, over: $3)
    },
    add4: { DivisiKernelsAVX2.Kernels.add($0, gains: $1, to: $2, over: $3) })
  #else
  static let all = [baseline]
  #endif

  private static let baseline = KernelBuild(
    suffix: "",
    dot: { DivisiKernels.Kernels.dot($0, $1, over: $2) },
    dot4: { DivisiKernels.Kernels.dot($0, $1, over: $2) },
    add: {
      DivisiKernels.Kernels.add($0, gain: $1, to: $2, over: $3)
    },
    add4: { DivisiKernels.Kernels.add($0, gains: $1, to: $2, over: $3) })
}
