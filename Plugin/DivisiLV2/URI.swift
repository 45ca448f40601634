// Thread: any

/// The words that host and plugin share.
enum URI {
  static let map = "http://lv2plug.in/ns/ext/urid#map"
  static let log = "http://lv2plug.in/ns/ext/log#log"
  static let logError = "http://lv2plug.in/ns/ext/log#Error"
  static let logNote = "http://lv2plug.in/ns/ext/log#Note"
  static let workSchedule = "http://lv2plug.in/ns/ext/worker#schedule"
  static let workInterface = "http://lv2plug.in/ns/ext/worker#interface"
  static let stateInterface = "http://lv2plug.in/ns/ext/state#interface"
  static let mapPath = "http://lv2plug.in/ns/ext/state#mapPath"
  static let freePath = "http://lv2plug.in/ns/ext/state#freePath"

  static let atom = "http://lv2plug.in/ns/ext/atom#"
  static let patch = "http://lv2plug.in/ns/ext/patch#"
  static let time = "http://lv2plug.in/ns/ext/time#"
  /// By which Ardour's positions are known.
  static let ardourScale = "http://ardour.org/lv2/time#scale"
  static let midiEvent = "http://lv2plug.in/ns/ext/midi#MidiEvent"

  static let score = "urn:divisi:a_score"
  static let modelFile = "urn:divisi:model_file"
  static let sourceFile = "urn:divisi:source_file"
  static let message = "urn:divisi:message"
  static let digest = "urn:divisi:score_digest"
  static let alignment = "urn:divisi:alignment"
  static let stateVersion = "urn:divisi:state_version"
}
