/// Why a recording cannot be decoded.
public enum MediaError: Error, Sendable, Equatable {
  /// The libraries are not installed; these packages have them.
  case missingLibraries(packages: String)
  case unknownFormat
  /// There is a file, but no sound in it.
  case noSound
  /// By the name that libav has for it.
  case unknownCodec(String)
  /// The sample rate or the channels change behind a number of samples.
  case changingShape(sample: Int)
  /// The file ends before its header says so, behind a number of samples.
  case truncated(sample: Int)
}
