// What can be seen and moved: an element for each control, which shows values and reports new ones.

const minus = "\u2212";

/// A number as people read it.
export function written(control, value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const point = control.points.find((point) => near(control, point.value, value));
  if (point) return point.label;
  if (control.kind === "toggle") return value > 0 ? "on" : "off";
  const digits = control.kind === "integer" ? 0 : decimals(control);
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? minus : "";
  return sign + text + (control.unit ? "\u00a0" + control.unit : "");
}

function near(control, one, other) {
  return Math.abs(one - other) <= (control.maximum - control.minimum) * 1e-6;
}

/// The finest change that makes sense.
function grid(control) {
  if (control.kind === "integer") return 1;
  if (control.unit === "dB") return 0.1;
  return 10 ** Math.floor(Math.log10(Math.max((control.maximum - control.minimum) / 500, 1e-6)));
}

function decimals(control) {
  return Math.max(0, Math.min(6, -Math.floor(Math.log10(grid(control)) + 1e-9)));
}

function settled(control, value) {
  const step = grid(control);
  const rounded = Number((Math.round(value / step) * step).toFixed(6));
  return Math.min(control.maximum, Math.max(control.minimum, rounded));
}

/// What the keys of a fader do to a value; undefined for other keys.
function moved(control, value, event) {
  const range = control.maximum - control.minimum;
  const inDecibels = control.unit === "dB";
  let small = inDecibels ? (event.shiftKey ? 1 : 0.5) : range / (event.shiftKey ? 20 : 100);
  if (control.kind === "integer") small = Math.max(1, Math.round(small));
  const large = inDecibels ? 6 : range / 10;
  const steps = {
    ArrowUp: small, ArrowRight: small, ArrowDown: -small, ArrowLeft: -small,
    PageUp: large, PageDown: -large, Home: -range, End: range,
  };
  if (event.key === "0") return control.standard;
  if (!(event.key in steps)) return undefined;
  if (control.kind === "logarithmic" && event.key !== "Home" && event.key !== "End") {
    return value * (control.maximum / control.minimum) ** (steps[event.key] / range);
  }
  return value + steps[event.key];
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/// A fader. `store` has `value(symbol)`, `wish(symbol, value)`, `hold`, `release` and `watch`.
export function fader(control, label, store, text = (value) => written(control, value)) {
  const isLogarithmic = control.kind === "logarithmic";
  const ratio = control.maximum / control.minimum;
  const input = element("input", {
    type: "range", "aria-label": label, step: "any",
    min: isLogarithmic ? 0 : control.minimum, max: isLogarithmic ? 1 : control.maximum,
    "data-symbol": control.symbol,
  });
  const place = (value) => isLogarithmic ? Math.log(value / control.minimum) / Math.log(ratio) : value;
  const share = (value) =>
    isLogarithmic ? place(value) : (value - control.minimum) / (control.maximum - control.minimum || 1);
  const show = (value) => {
    if (value === null || value === undefined) return;
    input.value = place(value);
    input.setAttribute("aria-valuetext", text(value));
    input.style.setProperty("--share", share(value));
  };
  const wish = (value) => {
    const next = settled(control, value);
    show(next);
    store.wish(control.symbol, next);
  };
  input.style.setProperty("--standard", share(control.standard));
  input.addEventListener("input", () => {
    const raw = Number(input.value);
    wish(isLogarithmic ? control.minimum * ratio ** raw : raw);
  });
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moved(control, store.value(control.symbol) ?? control.standard, event);
    if (next === undefined) return;
    event.preventDefault();
    wish(next);
  });
  input.addEventListener("dblclick", () => wish(control.standard));
  input.addEventListener("pointerdown", () => store.hold(control.symbol));
  for (const end of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
    input.addEventListener(end, () => store.release(control.symbol));
  }
  store.watch(control.symbol, show);
  return input;
}

function toggle(control, text, label, name, store) {
  const button = element(
    "button", { type: "button", class: name, "aria-label": label, "aria-pressed": "false" }, text);
  button.addEventListener("click", () =>
    store.wish(control.symbol, store.value(control.symbol) > 0 ? 0 : 1));
  store.watch(control.symbol, (value) => button.setAttribute("aria-pressed", String(value > 0)));
  return button;
}

/// A meter with the highest level of the last moments.
export class Meter {
  constructor(control, label) {
    this.control = control;
    this.level = control.minimum;
    this.peak = control.minimum;
    this.peakTime = 0;
    this.toldTime = 0;
    this.element = element("div", {
      class: "meter", role: "meter", "aria-label": label, "aria-valuemin": control.minimum,
      "aria-valuemax": control.maximum, "aria-valuenow": control.minimum,
    }, element("span", { class: "bar" }), element("span", { class: "peak" }));
    this.draw(0);
  }

  set(value) { this.level = value ?? this.control.minimum; }

  /// Draws what is measured now; a peak stays for a second and a half, then falls by 30 dB per second.
  draw(time, passed = 0) {
    const range = this.control.maximum - this.control.minimum;
    if (this.level >= this.peak) {
      this.peak = this.level;
      this.peakTime = time;
    } else if (time - this.peakTime > 1500) {
      this.peak = Math.max(this.level, this.peak - (range * passed) / 2400);
    }
    const share = (value) => Math.min(1, Math.max(0, (value - this.control.minimum) / range));
    const set = (name, value) => {
      const text = value.toFixed(4);
      if (this[name] === text) return;
      this[name] = text;
      this.element.style.setProperty(name, text);
    };
    set("--level", share(this.level));
    set("--peak", share(this.peak));
    if (time - this.toldTime < 500) return;
    this.toldTime = time;
    const now = this.level.toFixed(1);
    if (this.element.getAttribute("aria-valuenow") === now) return;
    this.element.setAttribute("aria-valuenow", now);
    this.element.setAttribute(
      "aria-valuetext", share(this.level) === 0 ? "silent" : written(this.control, Number(now)));
  }
}

/// The decibels beside a fader, for eyes only.
function scale(control) {
  const range = control.maximum - control.minimum;
  const step = [1, 3, 6, 12, 24, 48].find((step) => range / step <= 7) ?? range / 6;
  const box = element("div", { class: "scale", "aria-hidden": "true" });
  for (let value = Math.ceil(control.minimum / step) * step; value <= control.maximum; value += step) {
    const mark = element("span", {}, (value > 0 ? "+" : value < 0 ? minus : "") + Math.abs(value));
    mark.style.setProperty("--share", (value - control.minimum) / range);
    box.append(mark);
  }
  return box;
}

/// A part with all that it has; `meters` takes its meter.
export function strip(part, find, store, meters) {
  const title = element("h3", { id: "part-" + part.name }, part.title);
  const box = element("section", {
    class: "part", role: "group", "aria-labelledby": title.id, "data-part": part.name,
  }, title);
  const rail = element("div", { class: "rail" });
  box.append(rail);
  const gain = find(part.gain);
  if (gain) {
    rail.append(fader(gain, part.title + " gain", store));
    if (gain.unit === "dB") rail.append(scale(gain));
    const value = element("output", { class: "value", "aria-hidden": "true" });
    store.watch(gain.symbol, (number) => { value.textContent = written(gain, number); });
    box.append(value);
  }
  const level = find(part.level);
  if (level) {
    const meter = new Meter(level, part.title + " level");
    meters.push(meter);
    store.watch(level.symbol, (value) => meter.set(value));
    rail.append(meter.element);
  }
  const buttons = element("div", { class: "buttons" });
  const mute = find(part.mute), solo = find(part.solo), pan = find(part.pan);
  if (mute) buttons.append(toggle(mute, "Mute", "Mute " + part.title, "mute", store));
  if (solo) buttons.append(toggle(solo, "Solo", "Solo " + part.title, "solo", store));
  box.append(buttons);
  if (pan) {
    const side = (value) => {
      const share = Math.round(Math.abs(value) * 100);
      return share === 0 ? "centre" : share + "\u00a0% " + (value < 0 ? "left" : "right");
    };
    const input = fader(pan, part.title + " pan", store, side);
    const text = element("span", { class: "side quiet", "aria-hidden": "true" });
    store.watch(pan.symbol, (value) => {
      const share = Math.round(Math.abs(value) * 100);
      text.textContent = share === 0 ? "Pan" : (value < 0 ? "L " : "R ") + share;
    });
    box.append(element("div", { class: "pan" }, text, input));
  }
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const button = { m: ".mute", s: ".solo" }[event.key.toLowerCase()];
    const found = button && box.querySelector(button);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
  return box;
}

/// Whether a part is not heard dims it: it is muted, or another one is soloed.
export function dim(parts, store) {
  const isOn = (symbol) => symbol && store.value(symbol) > 0;
  const anySolo = parts.some((part) => isOn(part.solo));
  for (const part of parts) {
    const box = document.querySelector(`[data-part="${CSS.escape(part.name)}"]`);
    box?.classList.toggle("unheard", Boolean(isOn(part.mute) || (anySolo && !isOn(part.solo))));
  }
}

/// A control as a line of a list.
export function line(control, store) {
  const id = "control-" + control.symbol;
  const label = element("label", { for: id }, control.name);
  const row = element("div", { class: "control " + control.kind }, label);
  if (control.isOutput) {
    const output = element("output", { id });
    store.watch(control.symbol, (value) => { output.textContent = written(control, value); });
    row.append(output);
  } else if (control.kind === "toggle") {
    const box = element("input", { id, type: "checkbox" });
    box.addEventListener("change", () => store.wish(control.symbol, box.checked ? 1 : 0));
    store.watch(control.symbol, (value) => { box.checked = value > 0; });
    row.append(box);
  } else if (control.kind === "choice") {
    const select = element("select", { id }, ...control.points.map(
      (point) => element("option", { value: point.value }, point.label)));
    select.addEventListener("change", () => store.wish(control.symbol, Number(select.value)));
    store.watch(control.symbol, (value) => {
      select.selectedIndex = control.points.findIndex((point) => near(control, point.value, value));
    });
    row.append(select);
  } else {
    const unit = control.unit ? ` in ${control.unit}` : "";
    const number = element("input", {
      id, type: "number", min: control.minimum, max: control.maximum, inputmode: "decimal",
      step: control.kind === "integer" ? 1 : "any", "aria-label": control.name + unit,
    });
    number.addEventListener("change", () => {
      const value = number.valueAsNumber;
      if (Number.isNaN(value)) return store.release(control.symbol);
      const next = Math.min(control.maximum, Math.max(control.minimum, value));
      number.value = next;
      store.wish(control.symbol, control.kind === "integer" ? Math.round(next) : next);
    });
    // What somebody types is not overwritten.
    number.addEventListener("input", () => store.hold(control.symbol));
    number.addEventListener("blur", () => store.release(control.symbol));
    store.watch(control.symbol, (value) => {
      number.value = value === null ? "" : Number(value.toFixed(decimals(control) + 2));
    });
    row.append(
      fader(control, control.name, store), number,
      element("span", { class: "unit quiet", "aria-hidden": "true" }, control.unit));
  }
  return row;
}
