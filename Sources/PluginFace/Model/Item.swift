/// What can be pointed at.
enum Item: Hashable, Sendable {
  /// Of a strip, by its place: the fader, the number below it, and the rest.
  case gain(Int)
  case value(Int)
  case mute(Int)
  case solo(Int)
  case pan(Int)
  /// A control that is no part's, by its place in ``Desk/fields``.
  case field(Int)
  /// Buttons that choose files.
  case score
  case model
  /// A button that lists files which were used before, and one of the list.
  case recent(FaceFile)
  case entry(Int)
  /// The score over time.
  case roll
  /// Dark or light.
  case shade
}

/// What is drawn anew at once.
enum Region: Hashable, Sendable {
  /// What lies between all others, and has to be drawn before them.
  case ground
  case header, roll, fields, message
  /// The list of files, which lies above all others.
  case menu
  case strip(Int)
  /// The meter of a strip, which changes most often.
  case meter(Int)
}

/// Something that a person does.
enum Gesture: Equatable, Sendable {
  /// The first button goes down.
  case press(Place, isFine: Bool)
  case move(Place, isFine: Bool)
  /// The first button goes up.
  case release
  /// The wheel turns; up is positive.
  case scroll(Place, notches: Double, isLarge: Bool)
  case key(Key, isLarge: Bool)
  /// A character that is no command.
  case character(Character)
  /// Files are dropped, or pasted.
  case files([String])
}

/// Keys that have a meaning.
enum Key: Sendable {
  case up, down, left, right, pageUp, pageDown, home, end, enter, escape, backspace, next, previous
  case space
}

/// What is to be done outside the face.
public enum Wish: Equatable, Sendable {
  /// A control is to have a value.
  case set(port: Int, value: Float)
  /// A control is held, or let go of.
  case hold(port: Int, isHeld: Bool)
  /// The host is to ask for a file.
  case choose(FaceFile)
  /// A file is to be used.
  case use(FaceFile, path: String)
}

/// What the plugin tells of the score and of what it hears; see ``FaceMessage``.
public enum FaceNews: Sendable {
  case notes, beats, heard, place
}

/// The files that a plugin uses.
public enum FaceFile: Sendable {
  case score, model
}
