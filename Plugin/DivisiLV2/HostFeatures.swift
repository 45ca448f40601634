// Thread: setup

internal import CLV2
internal import InputFiles

/// What the host offers; anything may be missing.
///
/// What `instantiate` was given lives as long as the instance, the rest as long as the call.
struct HostFeatures {
  var map: UnsafePointer<LV2_URID_Map>?
  var schedule: UnsafePointer<LV2_Worker_Schedule>?
  var log: UnsafePointer<LV2_Log_Log>?
  var mapPath: UnsafePointer<LV2_State_Map_Path>?
  var freePath: UnsafePointer<LV2_State_Free_Path>?

  /// - Parameter list: ends in nil.
  init(_ list: UnsafePointer<UnsafePointer<LV2_Feature>?>?) {
    guard var next = list else { return }
    while let feature = next.pointee?.pointee {
      next += 1
      guard let uri = feature.URI, let data = feature.data else { continue }
      switch String(cString: uri) {
      case URI.map: map = UnsafePointer(data.assumingMemoryBound(to: LV2_URID_Map.self))
      case URI.workSchedule:
        schedule = UnsafePointer(data.assumingMemoryBound(to: LV2_Worker_Schedule.self))
      case URI.log: log = UnsafePointer(data.assumingMemoryBound(to: LV2_Log_Log.self))
      case URI.mapPath:
        mapPath = UnsafePointer(data.assumingMemoryBound(to: LV2_State_Map_Path.self))
      case URI.freePath:
        freePath = UnsafePointer(data.assumingMemoryBound(to: LV2_State_Free_Path.self))
      default: break
      }
    }
  }
}

/// The host's log, or the standard error output where there is none.
///
/// - Thread: any but the audio thread.
struct HostLog: @unchecked Sendable {
  private let log: UnsafePointer<LV2_Log_Log>?
  private let errorKind: UInt32
  private let noteKind: UInt32

  init(_ log: UnsafePointer<LV2_Log_Log>?, urids: URIDs) {
    // Without numbers for the kinds of messages, the host could not tell them apart.
    self.log = urids.logError == 0 ? nil : log
    errorKind = urids.logError
    noteKind = urids.logNote
  }

  /// Something did not work.
  func error(_ text: String) { divisi_log(log, errorKind, "divisi: \(text.onOneLine)") }

  /// Something is worth knowing.
  func note(_ text: String) { divisi_log(log, noteKind, "divisi: \(text.onOneLine)") }
}
