/// What of a spectrogram lasts rather than strikes, by medians along time and along frequency.
///
///     H_kn = median of V_k,n−15 … V_k,n+15,  P_kn = median of V_k−15,n … V_k+15,n
///     harmonic part = H² / (H² + P²) ⊙ V
///
/// - SeeAlso: Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
public enum HarmonicPart {
  /// Values on either side of the one whose median is taken.
  private static let reach = 15

  /// The harmonic part of a spectrogram.
  ///
  /// - Complexity: O(K · N · 31).
  public static func of(_ V: Spectrogram, parallel: Parallel = sequentially) -> Spectrogram {
    let (K, N) = (V.binCount, V.frameCount)
    let result = Matrix(rowCount: K, columnCount: N)
    let values = result.view
    let source = V.values.view
    // First the medians along time, bin by bin.
    parallel(K) { bin in
      var window = SortedWindow()
      for frame in 0..<N + reach {
        if frame < N { window.insert(source.column(frame)[bin]) }
        if frame > 2 * reach { window.remove(source.column(frame - 2 * reach - 1)[bin]) }
        if frame >= reach {
          UnsafeMutablePointer(mutating: values.column(frame - reach))[bin] = window.median
        }
      }
    }
    parallel(N) { frame in
      let (column, magnitudes) = (
        UnsafeMutablePointer(mutating: values.column(frame)), source.column(frame)
      )
      var window = SortedWindow()
      for bin in 0..<K + reach {
        if bin < K { window.insert(magnitudes[bin]) }
        if bin > 2 * reach { window.remove(magnitudes[bin - 2 * reach - 1]) }
        guard bin >= reach else { continue }
        let (harmonic, percussive) = (column[bin - reach], window.median)
        let (a, b) = (harmonic * harmonic, percussive * percussive)
        column[bin - reach] = a > 0 ? magnitudes[bin - reach] * a / (a + b) : 0
      }
    }
    return Spectrogram(result)
  }
}

/// The values in a window that moves, in order.
private struct SortedWindow {
  private var values: [Float] = []

  var median: Float {
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }

  /// Where a value is, or would be.
  private func place(of value: Float) -> Int {
    var (lower, upper) = (0, values.count)
    while lower < upper {
      let middle = (lower + upper) / 2
      if values[middle] < value { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }

  mutating func insert(_ value: Float) { values.insert(value, at: place(of: value)) }
  mutating func remove(_ value: Float) { values.remove(at: place(of: value)) }
}
