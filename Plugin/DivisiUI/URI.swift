// Thread: any

internal import CLV2
import DivisiControls

/// The words that host, plugin and face share.
enum URI {
  static let map = "http://lv2plug.in/ns/ext/urid#map"
  static let options = "http://lv2plug.in/ns/ext/options#options"
  static let sampleRate = "http://lv2plug.in/ns/ext/parameters#sampleRate"

  private static let ui = "http://lv2plug.in/ns/extensions/ui#"
  static let parent = ui + "parent"
  static let resize = ui + "resize"
  static let touch = ui + "touch"
  static let requestValue = ui + "requestValue"
  static let idle = ui + "idleInterface"
  static let scaleFactor = ui + "scaleFactor"
  static let backgroundColour = ui + "backgroundColor"

  static let atom = "http://lv2plug.in/ns/ext/atom#"
  static let patch = "http://lv2plug.in/ns/ext/patch#"

  static let score = "urn:divisi:a_score"
  static let modelFile = "urn:divisi:model_file"
  static let message = "urn:divisi:message"
}

/// The host's numbers for these words; 0 where it maps none.
struct URIDs {
  var eventTransfer: UInt32 = 0
  var object: UInt32 = 0
  var blank: UInt32 = 0
  var int: UInt32 = 0
  var float: UInt32 = 0
  var urid: UInt32 = 0
  var path: UInt32 = 0
  var string: UInt32 = 0
  var set: UInt32 = 0
  var get: UInt32 = 0
  var property: UInt32 = 0
  var value: UInt32 = 0
  var score: UInt32 = 0
  var modelFile: UInt32 = 0
  var message: UInt32 = 0
  var news: UInt32 = 0
  var notes: UInt32 = 0
  var beats: UInt32 = 0
  var heard: UInt32 = 0
  var place: UInt32 = 0
  var chunk: UInt32 = 0
  var sampleRate: UInt32 = 0
  var scaleFactor: UInt32 = 0
  var backgroundColour: UInt32 = 0

  init(_ map: UnsafePointer<LV2_URID_Map>?) {
    guard let map, let function = map.pointee.map else { return }
    let handle = map.pointee.handle
    func number(_ uri: String) -> UInt32 { function(handle, uri) }
    eventTransfer = number(URI.atom + "eventTransfer")
    object = number(URI.atom + "Object")
    blank = number(URI.atom + "Blank")
    int = number(URI.atom + "Int")
    float = number(URI.atom + "Float")
    urid = number(URI.atom + "URID")
    path = number(URI.atom + "Path")
    string = number(URI.atom + "String")
    set = number(URI.patch + "Set")
    get = number(URI.patch + "Get")
    property = number(URI.patch + "property")
    value = number(URI.patch + "value")
    score = number(URI.score)
    modelFile = number(URI.modelFile)
    message = number(URI.message)
    news = number(FaceMessage.news)
    notes = number(FaceMessage.notes)
    beats = number(FaceMessage.beats)
    heard = number(FaceMessage.heard)
    place = number(FaceMessage.place)
    chunk = number(URI.atom + "Chunk")
    sampleRate = number(URI.sampleRate)
    scaleFactor = number(URI.scaleFactor)
    backgroundColour = number(URI.backgroundColour)
  }
}
