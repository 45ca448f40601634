// Thread: any

internal import CLV2
import DivisiControls

/// The host's numbers for the words of ``URI``; 0 where the host maps none.
struct URIDs: BitwiseCopyable {
  var logError: UInt32 = 0
  var logNote: UInt32 = 0

  var sequence: UInt32 = 0
  var object: UInt32 = 0
  var blank: UInt32 = 0
  var resource: UInt32 = 0
  var int: UInt32 = 0
  var long: UInt32 = 0
  var float: UInt32 = 0
  var double: UInt32 = 0
  var urid: UInt32 = 0
  var path: UInt32 = 0
  var string: UInt32 = 0
  var chunk: UInt32 = 0
  var beatTime: UInt32 = 0

  var midiEvent: UInt32 = 0
  var position: UInt32 = 0
  var positionFrame: UInt32 = 0
  var positionSpeed: UInt32 = 0
  var ardourScale: UInt32 = 0

  var set: UInt32 = 0
  var get: UInt32 = 0
  var property: UInt32 = 0
  var value: UInt32 = 0

  var score: UInt32 = 0
  var modelFile: UInt32 = 0
  var sourceFile: UInt32 = 0
  var message: UInt32 = 0
  var news: UInt32 = 0
  var notes: UInt32 = 0
  var beats: UInt32 = 0
  var heard: UInt32 = 0
  var place: UInt32 = 0
  var digest: UInt32 = 0
  var alignment: UInt32 = 0
  var stateVersion: UInt32 = 0

  init(_ map: UnsafePointer<LV2_URID_Map>?) {
    guard let map, let function = map.pointee.map else { return }
    let handle = map.pointee.handle
    func number(_ uri: String) -> UInt32 { function(handle, uri) }
    logError = number(URI.logError)
    logNote = number(URI.logNote)
    sequence = number(URI.atom + "Sequence")
    object = number(URI.atom + "Object")
    blank = number(URI.atom + "Blank")
    resource = number(URI.atom + "Resource")
    int = number(URI.atom + "Int")
    long = number(URI.atom + "Long")
    float = number(URI.atom + "Float")
    double = number(URI.atom + "Double")
    urid = number(URI.atom + "URID")
    path = number(URI.atom + "Path")
    string = number(URI.atom + "String")
    chunk = number(URI.atom + "Chunk")
    beatTime = number(URI.atom + "beatTime")
    midiEvent = number(URI.midiEvent)
    position = number(URI.time + "Position")
    positionFrame = number(URI.time + "frame")
    positionSpeed = number(URI.time + "speed")
    ardourScale = number(URI.ardourScale)
    set = number(URI.patch + "Set")
    get = number(URI.patch + "Get")
    property = number(URI.patch + "property")
    value = number(URI.patch + "value")
    score = number(URI.score)
    modelFile = number(URI.modelFile)
    sourceFile = number(URI.sourceFile)
    message = number(URI.message)
    news = number(FaceMessage.news)
    notes = number(FaceMessage.notes)
    beats = number(FaceMessage.beats)
    heard = number(FaceMessage.heard)
    place = number(FaceMessage.place)
    digest = number(URI.digest)
    alignment = number(URI.alignment)
    stateVersion = number(URI.stateVersion)
  }
}
