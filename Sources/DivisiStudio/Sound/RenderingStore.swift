import FoundationEssentials
import Glibc
import NIOPosix
import Synchronization

/// Renderings that have been asked for: one at work at a time, the one that was asked for last.
final class RenderingStore: Sendable {
  private struct Latest {
    var key = ""
    var rendering: Rendering?
  }

  private let latest = Mutex(Latest())
  private let pool = NIOThreadPool(numberOfThreads: 1)

  /// Complete renderings that a project keeps.
  static let mostKept = 4

  init() { pool.start() }

  func stop() {
    latest.withLock { $0.rendering?.cancel() }
    try? pool.syncShutdownGracefully()
  }

  /// A rendering, which is begun if nobody has.
  func rendering(
    _ wish: Rendering.Wish, take: Take, of project: Project, reader: TakeReader
  ) -> Rendering {
    let key = "\(project.identity(of: take)) \(wish.fileName)"
    return latest.withLock { latest in
      if latest.key == key, let rendering = latest.rendering, !rendering.hasFailed {
        return rendering
      }
      latest.rendering?.cancel()
      let rendering = Rendering(wish, take: take, of: project, reader: reader)
      latest.key = key
      latest.rendering = rendering
      pool.submit { work in
        guard work == .active else { return }
        Self.sweep(project)
        rendering.run()
      }
      return rendering
    }
  }

  /// Removes what was rendered first, as far as it is more than is kept, and what was given up.
  private static func sweep(_ project: Project) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: project.cache)) ?? []
    for name in names where name.hasSuffix(".pcm.part") { unlink(project.cache + "/" + name) }
    let complete = names.filter { $0.hasSuffix(".pcm") }.map { name -> (String, Int) in
      var status = stat()
      stat(project.cache + "/" + name, &status)
      return (name, status.st_mtim.tv_sec)
    }.sorted { $0.1 < $1.1 }
    for (name, _) in complete.dropLast(mostKept) { unlink(project.cache + "/" + name) }
  }
}
