/// One frame of a mixture on its way through ``SpatialCovariances``: in with ``take(_:channel:)``, then
/// ``solve(_:masks:)``, then an ``image(of:channel:in:mask:to:)`` for each part and channel.
///
/// It owns its memory.
///
/// - Thread: one at a time; real-time safe but for making and freeing it.
public struct SpatialFrame: ~Copyable {
  /// Column 2 a holds the real parts of channel a, column 2 a + 1 the imaginary ones; what
  /// ``SpatialCovariances/View/solve(_:masks:work:)`` makes of them afterwards.
  let values: UnsafeMutablePointer<Float>
  private let spectra: Matrix
  private let work: UnsafeMutablePointer<Lane>

  /// - Parameters:
  ///   - binCount: K.
  ///   - channelCount: C.
  public init(binCount: Int, channelCount: Int) {
    spectra = Matrix(rowCount: binCount, columnCount: 2 * channelCount)
    values = spectra.column(0)
    work = .allocate(capacity: channelCount * channelCount)
    work.initialize(repeating: .zero, count: channelCount * channelCount)
  }

  deinit { work.deallocate() }

  /// Takes the spectrum of one channel, K values.
  @_noLocks
  public func take(_ spectrum: UnsafePointer<SIMD2<Float>>, channel: Int) {
    let (real, imaginary) = (
      values + 2 &* channel &* spectra.columnStride,
      values + (2 &* channel &+ 1) &* spectra.columnStride
    )
    var bin = 0
    while bin < spectra.rowCount {
      let value = spectrum[bin]
      real[bin] = value.x
      imaginary[bin] = value.y
      bin &+= 1
    }
  }

  /// Takes all channels from another frame that was not solved yet.
  public func take(_ other: borrowing SpatialFrame) {
    values.update(
      from: other.values, count: spectra.columnStride * spectra.columnCount)
  }

  /// Prepares the images of all sources; every channel has been taken since the last time.
  ///
  /// - Parameters:
  ///   - covariances: of as many bins and channels.
  ///   - masks: a column of K values for each part, aligned and padded as those of a ``Matrix`` are.
  /// - Complexity: O(K · C² · (sources + C)).
  @_noLocks
  public func solve(_ covariances: SpatialCovariances.View, masks: UnsafePointer<Float>) {
    covariances.solve(values, masks: masks, work: work)
  }

  /// One channel of a source, M_j R_j (Σ_i M_i R_i)⁻¹ x.
  ///
  /// - Parameters:
  ///   - mask: of the source.
  ///   - spectrum: K values, written to.
  /// - Complexity: O(K · C).
  @_noLocks
  public func image(
    of source: Int, channel: Int, in covariances: SpatialCovariances.View,
    mask: UnsafePointer<Float>, to spectrum: UnsafeMutablePointer<SIMD2<Float>>
  ) {
    let count = spectra.rowCount
    let solution = UnsafePointer(values)
    var bin = 0
    while bin < count {
      let (re, im) = covariances.direction(source, channel, solution, bin)
      let gains = mask.lanes(bin)
      let (real, imaginary) = (re * gains, im * gains)
      if bin &+ 8 <= count {
        var pairs = SIMD16<Float>()
        pairs.evenHalf = real
        pairs.oddHalf = imaginary
        UnsafeMutableRawPointer(spectrum + bin).storeBytes(of: pairs, as: SIMD16<Float>.self)
      } else {
        var index = 0
        while bin &+ index < count {
          spectrum[bin &+ index] = SIMD2(real[index], imaginary[index])
          index &+= 1
        }
      }
      bin &+= 8
    }
  }
}
