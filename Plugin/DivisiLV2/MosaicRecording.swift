// Thread: worker

import AudioFiles

/// The sound of a source, at the sample rate of the target.
struct MosaicRecording {
  /// One or two channels of one length.
  let channels: [[Float]]
  /// What is worth knowing of it.
  let remarks: [String]

  /// Reads a recording, or the beginning of a long one.
  ///
  /// - Parameters:
  ///   - transposition: by how many semitones it is to sound higher.
  ///   - isAbandoned: asked now and then; what has been read until then is no use.
  /// - Throws: one line for a file that is none, or silent.
  init(
    path: String, sampleRate: Int, transposition: Int, longestSeconds: Double,
    _ isAbandoned: () -> Bool
  ) throws(FileError) {
    // What is played faster by a factor sounds as if it had been recorded at that many times the rate.
    let semitone = transposition > 0 ? Self.semitone : 1 / Self.semitone
    let factor = (0..<abs(transposition)).reduce(1.0) { product, _ in product * semitone }
    let recording: AudioBuffer
    do throws(AudioFileError) {
      // A slower source is longer, and there is as much work to do as the frames that it has.
      (recording, remarks) = try Self.read(
        path: path, longestSeconds * min(1, factor), isAbandoned)
    } catch {
      throw FileError(description: "\(error)")
    }
    guard recording.channels.contains(where: { $0.contains { $0 != 0 } }) || isAbandoned() else {
      throw FileError(description: "\(path): expected sound; it is silent")
    }
    let rate = Int((Double(recording.sampleRate) * factor).rounded())
    do throws(AudioFileError) {
      channels = try AudioBuffer(sampleRate: rate, channels: recording.channels)
        .converted(toRate: sampleRate, named: path).channels
    } catch {
      throw FileError(description: "\(error)")
    }
  }

  private static let semitone = 1.059_463_094_359_295_3

  /// As much of a recording as is wanted, and what is worth knowing of it.
  private static func read(
    path: String, _ longestSeconds: Double, _ isAbandoned: () -> Bool
  ) throws(AudioFileError) -> (AudioBuffer, remarks: [String]) {
    let reader = try AudioFileReader(path: path)
    let longest = Int(longestSeconds * Double(reader.sampleRate))
    let stride = reader.channelCount
    // More than two channels are not for a stereo output.
    var sound = [[Float]](repeating: [], count: min(stride, 2))
    var block = [Float](repeating: 0, count: 16_384 * stride)
    while sound[0].count <= longest, !isAbandoned() {
      let count = try reader.read(into: &block)
      guard count > 0 else { break }
      for channel in sound.indices {
        sound[channel] += (0..<count).lazy.map { block[$0 * stride + channel] }
      }
    }
    var remarks: [String] = []
    let isCut = sound[0].count > longest
    if isCut {
      for channel in sound.indices { sound[channel].removeLast(sound[channel].count - longest) }
    } else if let warning = reader.warning {
      remarks.append(warning)
    }
    let seconds = (10 * Double(sound[0].count) / Double(reader.sampleRate)).rounded() / 10
    remarks.append("\(path): \(isCut ? "its first " : "")\(seconds) s are the source")
    return (AudioBuffer(sampleRate: reader.sampleRate, channels: sound), remarks)
  }
}
