import AudioFiles
import FoundationEssentials
import Glibc
import Terminal
import WebServing

extension Project {
  /// Folders of a project, and files besides, that are written and read.
  private static let places = ["recording", "score", "takes", "cache", fileName, "desk.json"]
  /// Levels of folders below those.
  private static let mostLevels = 3
  /// The most that a take may have: a hundred parts and the residual, and some more.
  private static let stemCounts = 1...128
  /// Of all stems: so many are stretched together.
  private static let mostChannels = 1024

  /// Refuses a folder in which something is neither a folder nor a regular file.
  ///
  /// Whoever made the folder may not have meant well: a link would lead what is written and removed elsewhere, and a pipe is
  /// waited for without end.
  ///
  /// - Throws: one line that names it.
  func checkIsPlain() throws {
    for name in Self.places { try Self.checkIsPlain(path + "/" + name, levels: Self.mostLevels) }
  }

  private static func checkIsPlain(_ path: String, levels: Int) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR:
      guard levels > 0 else { return }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      for name in names { try checkIsPlain(path + "/" + name, levels: levels - 1) }
    case S_IFLNK:
      throw Failure("\(path): expected a file or folder of the project's own, found a link")
    default: throw Failure("\(path): expected a file or a folder, found something else")
    }
  }

  /// What is wrong with what a project says of itself; nil for nothing.
  static func problem(of file: ProjectFile) -> String? {
    // Somebody else may have made the folder: what it names lies within.
    guard file.fileNames.allSatisfy({ $0 == UploadName.harmless($0, fallback: "") }) else {
      return "expected names of files in this folder"
    }
    for take in file.takes {
      guard takeNumbers.contains(take.number) else { return "expected takes from 1 on" }
      guard AudioFile.sampleRates.contains(take.sampleRate),
        AudioFile.channelCounts.contains(take.channelCount),
        (1...AudioFile.maximumSampleCount / take.channelCount).contains(take.sampleCount),
        stemCounts.contains(take.stems.count),
        take.stems.count * take.channelCount <= mostChannels
      else { return "expected stems as they can be, in take \(take.number)" }
    }
    return nil
  }

  /// What tells a take's files from others of the same names.
  func identity(of take: Take) -> String {
    take.stems.reduce(path) { text, stem in
      var status = stat()
      stat(takePath(take.number) + "/" + stem.file, &status)
      return
        "\(text) \(status.st_dev):\(status.st_ino):\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    } + " \(take.number) \(take.sampleCount)"
  }
}
