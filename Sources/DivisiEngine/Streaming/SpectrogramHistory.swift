// Thread: worker

internal import CCPU
import DivisiDSP
import Synchronization

/// The magnitudes of a stream's last frames, computed from the audio thread's ring of samples.
final class SpectrogramHistory {
  /// Frames below it have been analysed.
  private(set) var end: Int

  private let clock: StreamClock
  private let channelCount: Int
  private let rings: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let transform: StreamTransform
  private let scale: Float
  /// Frame n is column (n − first frame) modulo the number of columns.
  private let columns: Matrix

  /// - Parameter rings: of each channel.
  init(_ plan: StreamPlan, rings: UnsafeMutablePointer<UnsafeMutablePointer<Float>>) {
    clock = plan.clock
    channelCount = plan.channelCount
    self.rings = rings
    scale = plan.magnitudeScale
    transform = StreamTransform(grid: clock.grid)
    columns = Matrix(rowCount: plan.fittedBinCount, columnCount: clock.history)
    end = clock.firstFrame
  }

  /// Analyses the frames that have come since.
  ///
  /// Frames whose samples the ring no longer holds count as silence.
  func extend(to newEnd: Int, written shared: borrowing StreamShared) {
    for frame in max(end, newEnd - columns.columnCount)..<newEnd {
      let column = column(frame)
      column.update(repeating: 0, count: columns.columnStride)
      for channel in 0..<channelCount {
        transform.analyse(rings[channel], mask: clock.ringLength - 1, frame: frame)
        for bin in 0..<columns.rowCount {
          let value = transform.spectrum[bin]
          column[bin] += value.x * value.x + value.y * value.y
        }
      }
      for bin in 0..<columns.rowCount { column[bin] = divisi_sqrtf(column[bin]) * scale }
      // Nothing that was read above may be read after this.
      atomicMemoryFence(ordering: .acquiring)
      if !shared.holds(frame, clock) {
        column.update(repeating: 0, count: columns.columnStride)
      }
    }
    end = newEnd
  }

  /// A copy of some of the last frames.
  func window(_ frames: Range<Int>) -> Spectrogram {
    let result = Matrix(rowCount: columns.rowCount, columnCount: frames.count)
    for (index, frame) in frames.enumerated() {
      result.column(index).update(from: column(frame), count: columns.columnStride)
    }
    return Spectrogram(result)
  }

  private func column(_ frame: Int) -> UnsafeMutablePointer<Float> {
    columns.column((frame - clock.firstFrame) % columns.columnCount)
  }
}
