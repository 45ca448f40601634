import NIOHTTP1
import WebServing

/// What the page consists of.
enum StudioPage {
  private static let script = "text/javascript; charset=utf-8"

  /// Types and bytes by path.
  private static let files: [String: (type: String, bytes: [UInt8])] = [
    "": ("text/html; charset=utf-8", PackageResources.studio_html),
    "studio.css": ("text/css; charset=utf-8", PackageResources.studio_css),
    "roll.css": ("text/css; charset=utf-8", PackageResources.roll_css),
    "app.js": (script, PackageResources.app_js),
    "api.js": (script, PackageResources.api_js),
    "opening.js": (script, PackageResources.opening_js),
    "player.js": (script, PackageResources.player_js),
    "playing.worklet.js": (script, PackageResources.playing_worklet_js),
    "transport.js": (script, PackageResources.transport_js),
    "parts.js": (script, PackageResources.parts_js),
    "music.js": (script, PackageResources.music_js),
    "view.js": (script, PackageResources.view_js),
    "roll.js": (script, PackageResources.roll_js),
    "outline.js": (script, PackageResources.outline_js),
  ]

  /// Nothing from elsewhere: scripts, styles, pictures and sound of this server only.
  private static let policy = SafeHeaders.policy("connect-src 'self'")

  /// A file of the page; at the address with the secret a cookie, and the way to the address without.
  static func answer(_ request: StudioRequest, secret: Secret) throws -> Answer {
    guard request.method == .GET || request.method == .HEAD else {
      throw Answer.Refusal(.methodNotAllowed, "expected GET")
    }
    let path = request.path.joined(separator: "/")
    if path.isEmpty, request.query["secret"] != nil {
      let project = request.query["project"].map { "#" + $0.filter { $0 != "\r" && $0 != "\n" } }
      return Answer(
        status: .seeOther, type: "text/plain",
        headers: [
          ("Location", "/" + RequestTarget.encoded(project ?? "")),
          ("Set-Cookie", secret.cookieHeader),
        ])
    }
    guard let (type, bytes) = files[path] ?? SharedPage.files["/" + path] else {
      throw Answer.Refusal(.notFound, "there is only one page: /")
    }
    return Answer(
      type: type, body: .bytes(bytes), headers: [("Content-Security-Policy", policy)])
  }
}
