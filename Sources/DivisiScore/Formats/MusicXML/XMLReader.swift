internal import CExpat

/// Reads XML through expat: the sole importer of CExpat.
///
/// Hands out some elements whole and the rest as starts and ends, so that a long score never is in
/// memory as a tree. Nothing outside the document is loaded; declarations of entities and attributes are
/// refused, as no score needs them and they can expand without bound.
final class XMLReader {
  private let parser: XML_Parser
  private let bytes: [UInt8]
  private let fileName: String
  private let wholeElements: Set<String>
  private var offset = 0
  private var isFinished = false
  private var depth = 0
  private var elementCount = 0
  private var events: [XMLEvent] = []
  /// The element being gathered, innermost last; empty between whole elements.
  private var open: [XMLElement] = []
  private var gatheredCount = 0
  private var failure: ScoreError?
  private let abandonment: Abandonment
  /// Whether a token has ended in this stretch.
  private var hasToken = false
  /// Bytes since the end of the last token, as far as whole stretches tell.
  private var tokenBytes = 0

  /// - Parameters:
  ///   - bytes: the document, in UTF-8, UTF-16 or Latin-1.
  ///   - fileName: for errors.
  ///   - wholeElements: names of elements to hand out whole, wherever they stand.
  init(
    bytes: [UInt8], fileName: String, wholeElements: Set<String>, _ abandonment: Abandonment
  ) throws(ScoreError) {
    guard let parser = XML_ParserCreate(nil) else {
      throw ScoreError(fileName: fileName, problem: "no memory left to read XML")
    }
    self.parser = parser
    self.bytes = bytes
    self.fileName = fileName
    self.wholeElements = wholeElements
    self.abandonment = abandonment
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(parser, elementStarted, elementEnded)
    XML_SetCharacterDataHandler(parser, textFound)
    XML_SetEntityDeclHandler(parser, entityDeclared)
    XML_SetAttlistDeclHandler(parser, attributeDeclared)
    XML_SetDefaultHandlerExpand(parser) { data, _, _ in reader(data)?.endToken() }
  }

  deinit { XML_ParserFree(parser) }

  /// The next stretch of the document; nil after its end.
  ///
  /// - Throws: with the line, if the XML is not well-formed or exceeds ``ScoreLimits``; or if it is
  ///   abandoned.
  func nextEvents() throws(ScoreError) -> [XMLEvent]? {
    if isFinished { return nil }
    try abandonment.check()
    hasToken = false
    let count = min(1 << 16, bytes.count - offset)
    isFinished = offset + count == bytes.count
    let status = bytes.withUnsafeBytes { buffer in
      XML_Parse(
        parser, buffer.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) },
        Int32(count), isFinished ? 1 : 0)
    }
    offset += count
    if let failure { throw failure }
    if status != XML_STATUS_OK {
      let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
      throw error("expected well-formed XML: \(reason ?? "unknown error")")
    }
    tokenBytes = hasToken ? 0 : tokenBytes + count
    if tokenBytes > ScoreLimits.xmlTokenBytes {
      throw error(
        "expected tags, comments and declarations of at most \(ScoreLimits.xmlTokenBytes >> 10) KiB, "
          + "found a longer one")
    }
    defer { events = [] }
    return events
  }

  private var line: Int { Int(XML_GetCurrentLineNumber(parser)) }

  private func error(_ problem: String) -> ScoreError {
    ScoreError(fileName: fileName, place: .line(line), problem: problem)
  }

  /// Ends parsing; expat then returns from `XML_Parse`, and the failure is thrown there.
  private func fail(_ problem: String) {
    if failure == nil { failure = error(problem) }
    XML_StopParser(parser, 0)
  }

  fileprivate func endToken() { hasToken = true }

  fileprivate func start(_ name: String, _ attributes: [String: String]?) {
    endToken()
    guard let attributes else {
      return fail("expected at most \(ScoreLimits.xmlAttributes) attributes in a tag, found more")
    }
    depth += 1
    if depth > ScoreLimits.xmlDepth {
      return fail("expected at most \(ScoreLimits.xmlDepth) nested elements, found more")
    }
    elementCount += 1
    if elementCount > ScoreLimits.xmlElements {
      return fail("expected at most \(ScoreLimits.xmlElements) elements, found more")
    }
    let element = XMLElement(name: name, attributes: attributes, line: line)
    if open.isEmpty && !wholeElements.contains(name) {
      events.append(.start(element))
      return
    }
    gatheredCount += 1
    if gatheredCount > ScoreLimits.xmlElementsInOne {
      return fail("expected fewer elements in one \(open.first?.name ?? name), found too many")
    }
    open.append(element)
  }

  fileprivate func end(_ name: String) {
    endToken()
    depth -= 1
    guard let element = open.popLast() else {
      events.append(.end(name: name))
      return
    }
    if open.isEmpty {
      events.append(.whole(element))
      gatheredCount = 0
    } else {
      open[open.count - 1].children.append(element)
    }
  }

  fileprivate func text(_ characters: UnsafeBufferPointer<UInt8>) {
    endToken()
    if open.isEmpty { return }
    open[open.count - 1].text += String(decoding: characters, as: UTF8.self)
    if open[open.count - 1].text.utf8.count > ScoreLimits.xmlTextBytes {
      fail("expected a shorter text in \(open[open.count - 1].name), found too much")
    }
  }

  fileprivate func refuseDeclaration(of what: String, _ name: UnsafePointer<CChar>?) {
    let name = name.map { String(cString: $0) } ?? ""
    fail("expected no \(what) declarations, found \(quoted(name))")
  }
}

private func reader(_ data: UnsafeMutableRawPointer?) -> XMLReader? {
  data.map { Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
}

private func elementStarted(
  _ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?,
  _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) {
  guard let name else { return }
  var values: [String: String] = [:]
  var next = attributes
  var count = 0
  while let pair = next, let key = pair[0], let value = pair[1] {
    count += 1
    if count > ScoreLimits.xmlAttributes {
      reader(data)?.start(String(cString: name), nil)
      return
    }
    values[String(cString: key)] = String(cString: value)
    next = pair + 2
  }
  reader(data)?.start(String(cString: name), values)
}

private func elementEnded(_ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) {
  guard let name else { return }
  reader(data)?.end(String(cString: name))
}

private func textFound(
  _ data: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ length: Int32
) {
  guard let text else { return }
  text.withMemoryRebound(to: UInt8.self, capacity: Int(length)) { bytes in
    reader(data)?.text(UnsafeBufferPointer(start: bytes, count: Int(length)))
  }
}

private func entityDeclared(
  _ data: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _: Int32,
  _: UnsafePointer<CChar>?, _: Int32, _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?,
  _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?
) {
  reader(data)?.refuseDeclaration(of: "entity", name)
}

private func attributeDeclared(
  _ data: UnsafeMutableRawPointer?, _: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?, _: Int32
) {
  reader(data)?.refuseDeclaration(of: "attribute", name)
}
