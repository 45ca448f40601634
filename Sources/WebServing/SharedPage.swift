/// What several pages consist of: the strips of parts, and how things to press and to move look.
public enum SharedPage {
  /// Types and bytes by path.
  public static let files: [String: (type: String, bytes: [UInt8])] = [
    "/desk.css": ("text/css; charset=utf-8", PackageResources.desk_css),
    "/strips.js": ("text/javascript; charset=utf-8", PackageResources.strips_js),
    "/icon.svg": ("image/svg+xml", PackageResources.icon_svg),
  ]
}
