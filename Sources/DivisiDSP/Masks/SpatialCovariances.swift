/// Where the sources of a mixture lie in space, and the Wiener filter that follows from it.
///
/// Source j has a Hermitian C × C matrix R_j of trace C in each bin: how its sound is related between the
/// channels. Where masks M_j say that it has the share v_j = M_j |x|² of a mixture x, it is in x as
///
///     y_j = v_j R_j (Σ_i v_i R_i)⁻¹ x = M_j R_j (Σ_i M_i R_i)⁻¹ x
///
/// which adds up to x. Sources that lie alike, as all do in a mono recording, get M_j x. The last source is
/// what the masks of the others leave.
///
/// - Thread: made on one thread; ``view`` may be used on any, real-time safe.
/// - SeeAlso: Duong, Vincent & Gribonval, "Under-determined reverberant audio source separation using a
///   full-rank spatial covariance model", IEEE TASLP 2010, eqs. 3 and 24.
public final class SpatialCovariances: Sendable {
  /// K.
  public let binCount: Int
  /// C, from 2 up.
  public let channelCount: Int
  /// Parts, and one for what is in none.
  public let sourceCount: Int

  /// Column (C j + a) C + b: the real part of R_j[a, b] where a ≥ b, else the imaginary part of R_j[b, a].
  let values: Matrix

  /// Sources that lie everywhere alike: R = I, and the filter is the mask.
  ///
  /// - Complexity: O(K · C² · sources).
  public init(binCount: Int, channelCount: Int, partCount: Int) {
    self.binCount = binCount
    self.channelCount = channelCount
    sourceCount = partCount + 1
    values = Matrix(rowCount: binCount, columnCount: sourceCount * channelCount * channelCount)
    for source in 0..<sourceCount {
      for channel in 0..<channelCount {
        let diagonal = values.column((channelCount * source + channel) * channelCount + channel)
        diagonal.update(repeating: 1, count: values.columnStride)
      }
    }
  }

  /// What an audio thread may use; valid as long as the covariances.
  public var view: View {
    View(
      channelCount: channelCount, sourceCount: sourceCount, stride: values.columnStride,
      values: UnsafePointer(values.column(0)))
  }

  /// The numbers alone.
  public struct View: BitwiseCopyable, @unchecked Sendable {
    let channelCount: Int
    let sourceCount: Int
    /// From column to column, also of masks and spectra; whole lanes.
    let stride: Int
    let values: UnsafePointer<Float>

    /// Σ M_i R_i may be singular to rounding where one source alone is loud.
    private static var leastPivot: Float { @_noLocks @inline(__always) get { 1e-5 } }

    @_noLocks @inline(__always)
    func covariance(_ source: Int, _ row: Int, _ column: Int, _ bin: Int) -> Lane {
      (values + ((source &* channelCount &+ row) &* channelCount &+ column) &* stride).lanes(bin)
    }

    /// The mask of a source in eight bins; of the last one, what the others leave.
    @_noLocks @inline(__always)
    static func mask(
      _ source: Int, of sourceCount: Int, _ masks: UnsafePointer<Float>, _ stride: Int, _ bin: Int
    ) -> Lane {
      guard source == sourceCount &- 1 else { return (masks + source &* stride).lanes(bin) }
      var rest = Lane(repeating: 1)
      var part = 0
      while part < source {
        rest -= (masks + part &* stride).lanes(bin)
        part &+= 1
      }
      return rest.replacing(with: 0, where: rest .< 0)
    }

    /// z = (Σ M_i R_i)⁻¹ x, in the place of x.
    ///
    /// - Parameters:
    ///   - spectra: x; column 2 a holds the real parts of channel a, column 2 a + 1 the imaginary ones.
    ///   - masks: a column for each part.
    ///   - work: C² lanes.
    @_noLocks
    func solve(
      _ spectra: UnsafeMutablePointer<Float>, masks: UnsafePointer<Float>,
      work: UnsafeMutablePointer<Lane>
    ) {
      var bin = 0
      while bin < stride {
        mix(masks, bin, into: work)
        factorise(work)
        substitute(spectra, bin, work)
        bin &+= 8
      }
    }

    /// Σ M_i R_i of eight bins.
    @_noLocks @inline(__always)
    private func mix(
      _ masks: UnsafePointer<Float>, _ bin: Int, into sum: UnsafeMutablePointer<Lane>
    ) {
      let count = channelCount &* channelCount
      var source = 0
      while source < sourceCount {
        let mask = Self.mask(source, of: sourceCount, masks, stride, bin)
        var column = values + source &* count &* stride
        var entry = 0
        while entry < count {
          let value = mask * column.lanes(bin)
          sum[entry] = source == 0 ? value : sum[entry] + value
          column += stride
          entry &+= 1
        }
        source &+= 1
      }
    }

    /// A Hermitian matrix becomes the L of its L D Lᴴ, with 1 / D for a diagonal.
    @_noLocks @inline(__always)
    private func factorise(_ m: UnsafeMutablePointer<Lane>) {
      let C = channelCount
      var b = 0
      while b < C {
        var pivot = m[b &* C &+ b]
        var k = 0
        while k < b {
          let (re, im) = (m[b &* C &+ k], m[k &* C &+ b])
          pivot -= (re * re + im * im) / m[k &* C &+ k]
          k &+= 1
        }
        let least = Lane(repeating: Self.leastPivot)
        let inverse = 1 / pivot.replacing(with: least, where: pivot .< least)
        m[b &* C &+ b] = inverse
        var a = b &+ 1
        while a < C {
          var (re, im) = (m[a &* C &+ b], m[b &* C &+ a])
          k = 0
          while k < b {
            let (ar, ai) = (m[a &* C &+ k], m[k &* C &+ a])
            let (br, bi) = (m[b &* C &+ k], m[k &* C &+ b])
            re -= (ar * br + ai * bi) / m[k &* C &+ k]
            im -= (ai * br - ar * bi) / m[k &* C &+ k]
            k &+= 1
          }
          m[a &* C &+ b] = re * inverse
          m[b &* C &+ a] = im * inverse
          a &+= 1
        }
        b &+= 1
      }
    }

    /// L D Lᴴ z = x, in the place of x.
    @_noLocks @inline(__always)
    private func substitute(
      _ spectra: UnsafeMutablePointer<Float>, _ bin: Int, _ m: UnsafePointer<Lane>
    ) {
      let C = channelCount
      var a = 0
      while a < C {
        let (real, imaginary) = (spectra + 2 &* a &* stride, spectra + (2 &* a &+ 1) &* stride)
        var (re, im) = (real.lanes(bin), imaginary.lanes(bin))
        var b = 0
        while b < a {
          let (zr, zi) = (
            (spectra + 2 &* b &* stride).lanes(bin), (spectra + (2 &* b &+ 1) &* stride).lanes(bin)
          )
          let (lr, li) = (m[a &* C &+ b], m[b &* C &+ a])
          re -= lr * zr - li * zi
          im -= lr * zi + li * zr
          b &+= 1
        }
        real.setLanes(bin, re)
        imaginary.setLanes(bin, im)
        a &+= 1
      }
      a = C &- 1
      while a >= 0 {
        let (real, imaginary) = (spectra + 2 &* a &* stride, spectra + (2 &* a &+ 1) &* stride)
        var (re, im) = (
          real.lanes(bin) * m[a &* C &+ a], imaginary.lanes(bin) * m[a &* C &+ a]
        )
        var b = a &+ 1
        while b < C {
          let (zr, zi) = (
            (spectra + 2 &* b &* stride).lanes(bin), (spectra + (2 &* b &+ 1) &* stride).lanes(bin)
          )
          // Conjugate.
          let (lr, li) = (m[b &* C &+ a], m[a &* C &+ b])
          re -= lr * zr + li * zi
          im -= lr * zi - li * zr
          b &+= 1
        }
        real.setLanes(bin, re)
        imaginary.setLanes(bin, im)
        a &-= 1
      }
    }

    /// R_j z in one channel, in eight bins.
    @_noLocks @inline(__always)
    func direction(
      _ source: Int, _ channel: Int, _ solution: UnsafePointer<Float>, _ bin: Int
    ) -> (re: Lane, im: Lane) {
      var (re, im) = (Lane.zero, Lane.zero)
      var other = 0
      while other < channelCount {
        let zr = (solution + 2 &* other &* stride).lanes(bin)
        let zi = (solution + (2 &* other &+ 1) &* stride).lanes(bin)
        if other == channel {
          let r = covariance(source, channel, channel, bin)
          re += r * zr
          im += r * zi
        } else if other < channel {
          let (r, i) = (
            covariance(source, channel, other, bin), covariance(source, other, channel, bin)
          )
          re += r * zr - i * zi
          im += r * zi + i * zr
        } else {
          let (r, i) = (
            covariance(source, other, channel, bin), covariance(source, channel, other, bin)
          )
          re += r * zr + i * zi
          im += r * zi - i * zr
        }
        other &+= 1
      }
      return (re, im)
    }
  }
}
