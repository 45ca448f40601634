import DivisiControls
import Plotting

/// Draws a strip: fader, meter, buttons and balance.
struct StripDrawing {
  let desk: Desk
  let index: Int
  let brush: Brush
  let palette: Palette

  private var strip: Strip { desk.strips[index] }
  private var places: Layout.StripPlaces { desk.layout.strips[index] }
  private var isUnheard: Bool { desk.isUnheard(index) }

  func draw() {
    brush.fill(places.card, palette.surface, radius: 10)
    brush.outline(places.card, palette.line, radius: 10)
    let colour = palette.part(index, of: desk.kind.parts.count)
    let bar = Rectangle(
      x: places.card.x + 12, y: places.card.y + 1, width: places.card.width - 24, height: 3)
    brush.fill(bar, colour, radius: 1.5)
    brush.text(
      strip.label, in: places.title, size: 12.5, isUnheard ? palette.quiet : palette.text,
      .middle, isBold: true)
    drawScale()
    drawFader()
    drawMeter()
    drawValue()
    drawButton(
      places.mute, "Mute", .mute(index), port: strip.mute, palette.mute, palette.onMute)
    drawButton(
      places.solo, "Solo", .solo(index), port: strip.solo, palette.solo, palette.onSolo)
    drawBalance()
  }

  private var gain: Double { desk.laws[strip.gain]?.share(of: desk.values[strip.gain]) ?? 0 }

  private func drawFader() {
    let frame = places.fader
    let cap = Layout.capLength
    let travel = frame.height - cap
    let standard =
      desk.laws[strip.gain].map { frame.bottom - cap / 2 - $0.share(of: $0.standard) * travel } ?? 0
    let place = frame.bottom - cap / 2 - gain * travel
    let rail = Rectangle(x: frame.middle.x - 2.5, y: frame.y, width: 5, height: frame.height)
    brush.fill(rail, palette.sunken, radius: 2.5)
    brush.fill(
      Rectangle(x: rail.x, y: place, width: rail.width, height: frame.bottom - place),
      palette.accent, radius: 2.5)
    brush.line(
      from: Place(x: frame.middle.x - 12, y: standard),
      to: Place(x: frame.middle.x + 12, y: standard), palette.edge, width: 1.5)
    let body = Rectangle(x: frame.middle.x - 14, y: place - cap / 2, width: 28, height: cap)
    drawCap(body)
    brush.line(
      from: Place(x: body.x + 2, y: place), to: Place(x: body.right - 2, y: place), palette.mark,
      width: 2)
    drawFocus(.gain(index), frame)
  }

  private func drawCap(_ body: Rectangle) {
    brush.fill(body, palette.cap, radius: 5)
    brush.outline(body, palette.edge, radius: 5)
  }

  /// The decibels beside a fader.
  private func drawScale() {
    guard let law = desk.laws[strip.gain], places.scale.height > 60 else { return }
    let step = places.scale.height > 110 ? 12.0 : 24
    var value = (law.control.range.lowerBound / step).rounded(.up) * step
    while value <= law.control.range.upperBound {
      let y = places.scale.bottom - law.share(of: value) * places.scale.height
      let text = value > 0 ? "+\(Int(value))" : Words.fixed(value, decimals: 0)
      brush.text(
        text, in: Rectangle(x: places.scale.x, y: y - 6, width: places.scale.width, height: 12),
        size: 9, palette.quiet, .end)
      value += step
    }
  }

  func drawMeter() {
    let frame = places.meter
    let meter = desk.meters[index]
    guard let law = desk.laws[strip.level] else { return }
    brush.fill(frame, palette.sunken, radius: 5)
    let fade = isUnheard ? 0.35 : 1
    // In this order, each above the last: up to −12 dB, up to 0 dB, and beyond.
    let zones: [(Double, Colour)] = [(-12, palette.low), (0, palette.middle), (12, palette.high)]
    var bottom = frame.bottom
    for (top, colour) in zones {
      let end = frame.bottom - law.share(of: min(meter.level, top)) * frame.height
      if end < bottom {
        brush.fill(
          Rectangle(x: frame.x, y: end, width: frame.width, height: bottom - end), colour,
          opacity: fade)
      }
      bottom = min(bottom, end)
    }
    guard meter.peak > law.control.range.lowerBound else { return }
    let y = max(frame.y, frame.bottom - law.share(of: meter.peak) * frame.height - 1)
    brush.fill(
      Rectangle(x: frame.x, y: y, width: frame.width, height: 2), palette.text, opacity: 0.75)
  }

  private func drawValue() {
    guard let law = desk.laws[strip.gain] else { return }
    let isTyped = desk.typing.map { [.value(index), .gain(index)].contains($0.item) } ?? false
    if isTyped {
      brush.fill(places.value, palette.ground, radius: 4)
      brush.outline(places.value, palette.accent, radius: 4, width: 1.5)
    }
    brush.text(
      isTyped ? (desk.typing?.text ?? "") + "|" : Words.value(desk.values[strip.gain], law),
      in: places.value, size: 12, isUnheard ? palette.quiet : palette.text, .middle, isBold: true)
  }

  private func drawButton(
    _ frame: Rectangle, _ text: String, _ item: Item, port: Int, _ colour: Colour,
    _ onColour: Colour
  ) {
    let isOn = desk.values[port] > 0.5
    brush.fill(frame, isOn ? colour : palette.surface, radius: 6)
    if !isOn { brush.outline(frame, palette.edge, radius: 6) }
    brush.text(
      text, in: frame.inset(2, 0), size: 11, isOn ? onColour : palette.text, .middle, isBold: true)
    drawFocus(item, frame)
  }

  private func drawBalance() {
    guard let law = desk.laws[strip.pan] else { return }
    let value = desk.values[strip.pan]
    let isTyped = desk.typing?.item == .pan(index)
    brush.text(
      isTyped ? (desk.typing?.text ?? "") + "|" : Words.balance(value), in: places.panLabel,
      size: 10, palette.quiet)
    let frame = places.pan
    let cap = Layout.panCapLength
    brush.fill(
      Rectangle(x: frame.x, y: frame.middle.y - 2, width: frame.width, height: 4), palette.sunken,
      radius: 2)
    brush.line(
      from: Place(x: frame.middle.x, y: frame.middle.y - 7),
      to: Place(x: frame.middle.x, y: frame.middle.y + 7), palette.edge, width: 1.5)
    let place = frame.x + cap / 2 + law.share(of: value) * (frame.width - cap)
    let body = Rectangle(x: place - cap / 2, y: frame.middle.y - 9, width: cap, height: 18)
    drawCap(body)
    brush.line(
      from: Place(x: place, y: body.y + 2), to: Place(x: place, y: body.bottom - 2), palette.mark,
      width: 2)
    drawFocus(.pan(index), frame)
  }

  private func drawFocus(_ item: Item, _ frame: Rectangle) {
    guard desk.showsFocus, desk.focus == item else { return }
    brush.outline(frame.inset(-2, -2), palette.accent, radius: 7, width: 2)
  }
}
