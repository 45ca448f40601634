internal import Glibc

/// Names in MIDI files, which are in whatever encoding their author used.
enum MIDIText {
  /// Of a name, in bytes.
  private static let maximumLength = 1024

  /// The text up to a NUL: UTF-8 if it is valid; Shift-JIS and Windows-1251 where the bytes look like
  /// Japanese and Cyrillic; else Latin-1.
  static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    let text = bytes.prefix(maximumLength).prefix { $0 != 0 }
    let plain =
      String(validating: text, as: UTF8.self) ?? shiftJIS(text) ?? cyrillic(text)
      ?? String(String.UnicodeScalarView(text.map { Unicode.Scalar($0) }))
    return onOneLine(String(plain.trimmed))
  }

  /// Kana and kanji take two bytes, the first of which has no printable meaning in Latin-1.
  private static func shiftJIS(_ bytes: ArraySlice<UInt8>) -> String? {
    var index = bytes.startIndex
    var pairBytes = 0
    var isCertain = false
    while index < bytes.endIndex {
      switch bytes[index] {
      case 0x81...0x9F, 0xE0...0xEA:
        guard index + 1 < bytes.endIndex, case let trail = bytes[index + 1],
          trail >= 0x40, trail != 0x7F, trail <= 0xFC
        else { return nil }
        isCertain = isCertain || bytes[index] < 0xA0 && trail >= 0x80
        pairBytes += 2
        index += 2
      case 0x80, 0xA0, 0xEB...0xFF: return nil
      default: index += 1
      }
    }
    guard isCertain || pairBytes > 0 && pairBytes == bytes.count else { return nil }
    return converted(Array(bytes), from: "SHIFT_JIS")
  }

  private static func converted(_ bytes: [UInt8], from encoding: String) -> String? {
    guard let converter = iconv_open("UTF-8", encoding), Int(bitPattern: converter) != -1 else {
      return nil
    }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: 4 * bytes.count + 4)
    let written: Int? = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var from = source.baseAddress
        var to = target.baseAddress
        var inputLeft = source.count
        var outputLeft = target.count
        let status = iconv(converter, &from, &inputLeft, &to, &outputLeft)
        return status == -1 ? nil : target.count - outputLeft
      }
    }
    return written.map {
      String(decoding: output[..<$0].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// Windows-1251. In Latin-1, three accented letters in a row make no word.
  private static func cyrillic(_ bytes: ArraySlice<UInt8>) -> String? {
    var run = 0
    var longest = 0
    for byte in bytes {
      let isLetter = byte >= 0xC0 || byte == 0xA8 || byte == 0xB8
      if byte >= 0x80 && !isLetter { return nil }
      run = isLetter ? run + 1 : 0
      longest = max(longest, run)
    }
    guard longest >= 3 else { return nil }
    return String(
      String.UnicodeScalarView(
        bytes.compactMap { byte in
          switch byte {
          case 0xC0...: Unicode.Scalar(0x410 + UInt32(byte) - 0xC0)
          case 0xA8: "Ё"
          case 0xB8: "ё"
          default: Unicode.Scalar(byte)
          }
        }))
  }
}
