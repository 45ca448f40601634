/// The statements of one Turtle file.
struct RDFGraph {
  /// What a statement is about or says.
  enum Node: Hashable {
    /// A full URI; relative ones are resolved against the file.
    case uri(String)
    /// A blank node, by a name that holds within the file.
    case blank(String)
    /// Text or a number, with the URI of its type where it states one.
    case literal(String, type: String?)
  }

  struct Statement {
    var predicate: String
    var object: Node
    /// Where in the file the object ends, counted from 1.
    var line: Int
  }

  /// The file's path, as it was given.
  let path: String
  private var statements: [Node: [Statement]] = [:]
  /// All subjects, in the order of the file.
  private(set) var subjects: [Node] = []

  init(path: String) { self.path = path }

  mutating func insert(_ statement: Statement, about subject: Node) {
    if statements[subject] == nil { subjects.append(subject) }
    statements[subject, default: []].append(statement)
  }

  /// What the file says about a subject, in the order of the file.
  func statements(about subject: Node) -> [Statement] {
    statements[subject] ?? []
  }

  func statements(about subject: Node, predicate: String) -> [Statement] {
    statements(about: subject).filter { $0.predicate == predicate }
  }

  /// The subjects of which the file says that they are of a class.
  func instances(of type: String) -> [Node] {
    subjects.filter { subject in
      statements(about: subject, predicate: RDF.type).contains { $0.object == .uri(type) }
    }
  }
}

/// The URIs of the words that presets are written in.
enum RDF {
  static let type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
  static let label = "http://www.w3.org/2000/01/rdf-schema#label"
  static let comment = "http://www.w3.org/2000/01/rdf-schema#comment"
  static let seeAlso = "http://www.w3.org/2000/01/rdf-schema#seeAlso"
  static let appliesTo = "http://lv2plug.in/ns/lv2core#appliesTo"
  static let port = "http://lv2plug.in/ns/lv2core#port"
  static let symbol = "http://lv2plug.in/ns/lv2core#symbol"
  static let preset = "http://lv2plug.in/ns/ext/presets#Preset"
  static let value = "http://lv2plug.in/ns/ext/presets#value"
  static let state = "http://lv2plug.in/ns/ext/state#state"
  static let boolean = "http://www.w3.org/2001/XMLSchema#boolean"
  static let atomPath = "http://lv2plug.in/ns/ext/atom#Path"
  static let numberTypes: Set<String> = [
    "http://www.w3.org/2001/XMLSchema#integer", "http://www.w3.org/2001/XMLSchema#int",
    "http://www.w3.org/2001/XMLSchema#decimal", "http://www.w3.org/2001/XMLSchema#float",
    "http://www.w3.org/2001/XMLSchema#double",
  ]
}
