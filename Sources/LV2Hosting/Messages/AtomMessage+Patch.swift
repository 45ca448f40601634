/// What plugins say about their properties.
extension AtomMessage {
  /// The values in a `patch:Set` or `patch:Put`, by the URI of their property; none in others.
  public func patchedValues(_ urids: URIDMap) -> [String: AtomMessage] {
    guard let (kind, properties) = object(urids) else { return [:] }
    switch kind {
    case LV2URI.patchSet:
      guard let property = properties[LV2URI.patchProperty],
        let uri = urids.unmap(property.word(0)), let value = properties[LV2URI.patchValue]
      else { return [:] }
      return [uri: value]
    case LV2URI.patchPut: return properties[LV2URI.patchBody]?.object(urids)?.properties ?? [:]
    default: return [:]
    }
  }

  /// The value as people write it; nil if it is none that people write.
  public func valueText(_ urids: URIDMap) -> String? {
    func number<Number: BitwiseCopyable & CustomStringConvertible>(_: Number.Type) -> String? {
      guard body.count >= MemoryLayout<Number>.size else { return nil }
      return body.withUnsafeBytes { $0.loadUnaligned(as: Number.self).description }
    }
    switch urids.unmap(type) {
    case LV2URI.int: return number(Int32.self)
    case LV2URI.long: return number(Int64.self)
    case LV2URI.float: return number(Float.self)
    case LV2URI.double: return number(Double.self)
    case LV2URI.bool: return word(0) == 0 ? "false" : "true"
    case LV2URI.urid: return urids.unmap(word(0))
    case LV2URI.string, LV2URI.path, LV2URI.uri: return text
    default: return nil
    }
  }
}
