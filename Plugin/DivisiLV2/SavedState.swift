// Thread: setup

internal import CLV2
import DivisiAlignment
import DivisiScore

/// What a project or a preset keeps of an instance, beside its ports.
///
/// A project keeps everything, with a version; a preset, which has none, only what it is about.
struct SavedState {
  var isComplete = false
  /// Absolute paths; nil where the state says nothing.
  var scorePath: String?
  var modelPath: String?
  var digest: String?
  var alignment: String?
}

/// Why a state could not be used.
struct StateError: Error {
  let status: LV2_State_Status
  let description: String
}

extension SavedState {
  /// Reads what a host has kept.
  ///
  /// - Throws: if a value is of the wrong type, or the state is of a later version.
  init(_ reader: StateReader) throws(StateError) {
    isComplete = try reader.isComplete()
    scorePath = try reader.path(reader.urids.score, "the path of a score")
    modelPath = try reader.path(reader.urids.modelFile, "the path of a model")
    digest = try reader.text(
      reader.urids.digest, "the notes of a score", limit: SavedNotes.largestByteCount)
    alignment = try reader.text(
      reader.urids.alignment, "an alignment", limit: HeardAlignment.largestByteCount)
  }

  /// Has the host keep everything.
  func store(_ writer: StateWriter) -> LV2_State_Status {
    let urids = writer.urids
    return writer.status(of: [
      writer.putVersion(), writer.put(path: scorePath, urids.score),
      writer.put(path: modelPath, urids.modelFile), writer.put(text: digest, urids.digest),
      writer.put(text: alignment, urids.alignment),
    ])
  }
}
