internal import CSerd

/// One run of serd over the bytes of a Turtle file.
///
/// serd takes its bytes one at a time from here, which is how the line of a statement is known: it
/// reports lines for errors of syntax only, and a value that is no number needs one as well.
final class TurtleReader {
  /// Opening brackets in a file: one for each port of a preset.
  ///
  /// serd recurses at each bracket within another, and a file of nothing else would overflow the
  /// stack. All are counted, because which ones are in a comment or a string is serd's to know.
  static let maximumBracketCount = 1000

  private let source: [UInt8]
  private var position = 0
  private var newlineCount = 0
  private var bracketCount = 0
  private let environment: OpaquePointer
  private var graph: RDFGraph
  private var failure: PresetError?

  /// Nil if there is no memory.
  private init?(_ source: [UInt8], path: String, base: String) {
    var node = serd_node_new_uri_from_string(base, nil, nil)
    defer { serd_node_free(&node) }
    guard let environment = serd_env_new(&node) else { return nil }
    self.environment = environment
    self.source = source
    graph = RDFGraph(path: path)
  }

  deinit { serd_env_free(environment) }

  /// Parses a file.
  ///
  /// - Parameters:
  ///   - path: what errors name.
  ///   - base: the URI that relative ones are resolved against.
  static func parse(
    _ source: [UInt8], path: String, base: String
  ) throws(PresetError) -> RDFGraph {
    guard let reader = TurtleReader(source, path: path, base: base) else {
      throw PresetError(path, expected: "memory for a parser", found: "there is none")
    }
    try reader.run()
    return reader.graph
  }

  private func run() throws(PresetError) {
    let handle = Unmanaged.passUnretained(self).toOpaque()
    let serd = serd_reader_new(
      SERD_TURTLE, handle, nil,
      { reader(behind: $0)?.setBase($1) ?? SERD_ERR_INTERNAL },
      { reader(behind: $0)?.setPrefix($1, $2) ?? SERD_ERR_INTERNAL },
      { handle, _, _, subject, predicate, object, type, _ in
        reader(behind: handle)?.insert(subject, predicate, object, type) ?? SERD_ERR_INTERNAL
      }, nil)
    guard let serd else {
      throw PresetError(graph.path, expected: "memory for a parser", found: "there is none")
    }
    defer { serd_reader_free(serd) }
    serd_reader_set_strict(serd, true)
    serd_reader_set_error_sink(
      serd, { reader(behind: $0)?.fail($1) ?? SERD_ERR_INTERNAL }, handle)
    let status = serd_reader_read_source(
      serd, { buffer, _, _, handle in reader(behind: handle)?.next(into: buffer) ?? 0 },
      { _ in 0 }, handle, nil, 1)
    if let failure { throw failure }
    // An empty file is a "failure" that is no error.
    guard status == SERD_SUCCESS || status == SERD_FAILURE else {
      throw error(String(cString: serd_strerror(status)), line: line)
    }
  }

  /// The line of what serd has taken in; it has looked one byte ahead.
  private var line: Int {
    let looksAtNewline = position > 0 && source[position - 1] == 0x0A
    return 1 + newlineCount - (looksAtNewline ? 1 : 0)
  }

  private func error(_ found: String, line: Int?) -> PresetError {
    PresetError(graph.path, line: line, expected: "well-formed Turtle", found: found)
  }

  private func next(into buffer: UnsafeMutableRawPointer) -> Int {
    guard position < source.count else { return 0 }
    let byte = source[position]
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "("): bracketCount += 1
    case 0x0A: newlineCount += 1
    case 0: return refuse("there is a NUL byte")  // where serd would stop reading, and be content
    default: break
    }
    guard bracketCount <= Self.maximumBracketCount else {
      return refuse("there are more than \(Self.maximumBracketCount) brackets")
    }
    position += 1
    buffer.storeBytes(of: byte, as: UInt8.self)
    return 1
  }

  /// Ends the file here, for a reason of our own.
  private func refuse(_ reason: String) -> Int {
    failure = failure ?? error(reason, line: line)
    return 0
  }

  private func fail(_ report: UnsafePointer<SerdError>) -> SerdStatus {
    guard failure == nil else { return SERD_SUCCESS }
    var text = [CChar](repeating: 0, count: 256)
    divisi_serd_error_message(report, &text, text.count)
    let message = String(
      decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    failure = error(
      message.filter { $0 != "\n" }, line: report.pointee.line > 0 ? Int(report.pointee.line) : nil)
    return SERD_SUCCESS
  }

  private func setBase(_ uri: UnsafePointer<SerdNode>) -> SerdStatus {
    serd_env_set_base_uri(environment, uri)
  }

  private func setPrefix(
    _ name: UnsafePointer<SerdNode>, _ uri: UnsafePointer<SerdNode>
  ) -> SerdStatus {
    serd_env_set_prefix(environment, name, uri)
  }

  private func insert(
    _ subject: UnsafePointer<SerdNode>, _ predicate: UnsafePointer<SerdNode>,
    _ object: UnsafePointer<SerdNode>, _ type: UnsafePointer<SerdNode>?
  ) -> SerdStatus {
    guard let subject = node(subject), case .uri(let predicate) = node(predicate),
      let object = node(object, type: type)
    else {
      failure = failure ?? error("a prefix is not declared", line: line)
      return SERD_ERR_BAD_CURIE
    }
    graph.insert(.init(predicate: predicate, object: object, line: line), about: subject)
    return SERD_SUCCESS
  }

  /// A node with its URI in full; nil if its prefix is unknown.
  private func node(
    _ pointer: UnsafePointer<SerdNode>, type: UnsafePointer<SerdNode>? = nil
  ) -> RDFGraph.Node? {
    switch pointer.pointee.type {
    case SERD_BLANK: return .blank(text(pointer.pointee))
    case SERD_LITERAL:
      guard let type, type.pointee.type != SERD_NOTHING else {
        return .literal(text(pointer.pointee), type: nil)
      }
      guard case .uri(let type) = node(type) else { return nil }
      return .literal(text(pointer.pointee), type: type)
    default:
      var expanded = serd_env_expand_node(environment, pointer)
      defer { serd_node_free(&expanded) }
      return expanded.type == SERD_URI ? .uri(text(expanded)) : nil
    }
  }
}

private func reader(behind handle: UnsafeMutableRawPointer?) -> TurtleReader? {
  handle.map { Unmanaged<TurtleReader>.fromOpaque($0).takeUnretainedValue() }
}

private func text(_ node: SerdNode) -> String {
  String(decoding: UnsafeBufferPointer(start: node.buf, count: node.n_bytes), as: UTF8.self)
}
