// The page and its session: news come over a WebSocket, wishes go back.

import { dim, element, line, strip, written } from "/strips.js";

const byId = (id) => document.getElementById(id);

// What the session has told, and what this page has asked for and not heard of yet.
const values = new Map();
const views = new Map();
const held = new Set();
const pending = new Map();
const queue = new Map();
let meters = [];
let mixer = null;
let drawn = "";
let socket = null;
let lastNumber = 0;
let lastHeard = 0;
let attempts = 0;
let isOver = false;
let wasLost = false;

const store = {
  value: (symbol) => pending.get(symbol)?.value ?? queue.get(symbol) ?? values.get(symbol),
  watch(symbol, view) {
    if (!views.has(symbol)) views.set(symbol, []);
    views.get(symbol).push(view);
  },
  // While a finger is on a fader nobody else moves it.
  hold: (symbol) => held.add(symbol),
  release(symbol) {
    if (held.delete(symbol)) show(symbol);
  },
  wish(symbol, value) {
    if (queue.size === 0) setTimeout(flush, 15);
    queue.set(symbol, value);
    for (const view of views.get(symbol) ?? []) if (!held.has(symbol)) view(value);
    refresh(symbol);
  },
};

function show(symbol) {
  if (held.has(symbol) || pending.has(symbol) || queue.has(symbol)) return;
  for (const view of views.get(symbol) ?? []) view(values.get(symbol));
  refresh(symbol);
}

/// What depends on more than one control.
function refresh(symbol) {
  if (mixer && /^(mute|solo)_/.test(symbol)) dim(mixer.parts, store);
}

function send(wish) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  wish.number = ++lastNumber;
  socket.send(JSON.stringify(wish));
  return true;
}

function flush() {
  const wishes = [...queue];
  queue.clear();
  for (const [symbol, value] of wishes) {
    if (send({ set: symbol, value })) {
      pending.set(symbol, { number: lastNumber, value });
    } else {
      show(symbol);
    }
  }
}

/// Says something to everybody, also to those who do not see it.
let sayingTimer = 0;
function announce(text) {
  const status = byId("status");
  status.textContent = text;
  clearTimeout(sayingTimer);
  sayingTimer = setTimeout(() => { status.textContent = ""; }, 8000);
}

// MARK: News

function take(news) {
  if (news.mixer) build(news.mixer);
  if (news.done !== undefined || news.isAll) {
    for (const [symbol, wish] of pending) {
      if (!news.isAll && wish.number > news.done) continue;
      pending.delete(symbol);
      if (!news.isAll && news.problem === undefined) values.set(symbol, wish.value);
      show(symbol);
    }
  }
  for (const [symbol, value] of Object.entries(news.values ?? {})) {
    values.set(symbol, value);
    show(symbol);
  }
  if (news.preset !== undefined) showPreset(news.preset);
  if (news.score !== undefined) showScore(news.score);
  if (news.message) announce(news.message);
  if (news.problem) announce(news.problem);
  if (news.xruns !== undefined) count("xruns", news.xruns);
  if (news.isServed !== undefined) {
    byId("server").textContent = news.isServed ? "running" : "gone";
    byId("server").classList.toggle("bad", !news.isServed);
    if (!news.isServed) announce("The JACK server has gone");
  }
  if (news.isOver) isOver = true;
}

/// Minutes and seconds.
function clock(seconds) {
  const whole = Math.floor(seconds || 0);
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}

function count(id, number) {
  byId(id).textContent = String(number);
  byId(id).classList.toggle("bad", number > 0);
}

function showPreset(name) {
  const select = byId("preset");
  select.querySelector("[data-foreign]")?.remove();
  if (![...select.options].some((option) => option.value === name)) {
    select.prepend(element("option", { value: name, "data-foreign": "", disabled: "" }, name || "none chosen"));
  }
  const isNew = select.dataset.known !== undefined && select.dataset.known !== name;
  select.dataset.known = name;
  select.value = name;
  if (isNew && name) announce("Preset " + select.selectedOptions[0].textContent);
}

function showScore(name) {
  const field = byId("score");
  const isNew = field.dataset.known !== undefined && field.dataset.known !== name;
  field.dataset.known = name;
  field.textContent = name || "none";
  field.title = name;
  if (isNew && name) announce("Score " + name);
}

// MARK: The mixer

function build(next) {
  const text = JSON.stringify(next);
  // After a pause in the connection nothing is lost that somebody is about to use.
  if (text === drawn) return;
  drawn = text;
  mixer = next;
  views.clear();
  meters = [];
  document.title = mixer.plugin + " · mixer";
  byId("plugin").textContent = mixer.plugin;
  byId("client").textContent = "plays as " + mixer.client + " in JACK";
  const bySymbol = new Map(mixer.controls.map((control) => [control.symbol, control]));
  const find = (symbol) => symbol && bySymbol.get(symbol);
  byId("parts").replaceChildren(...mixer.parts.map((part) => strip(part, find, store, meters)));
  byId("mixer").hidden = mixer.parts.length === 0;
  const shown = new Set(mixer.parts.flatMap((part) => [part.gain, part.mute, part.solo, part.pan, part.level]));
  const rest = mixer.controls.filter((control) => !shown.has(control.symbol));
  const inState = ["progress", "late", "verdict", "score_position"];
  buildRest(rest.filter((control) => !inState.includes(control.symbol)));
  buildState(find);
  byId("preset-field").hidden = mixer.presets.length === 0;
  byId("preset").replaceChildren(...mixer.presets.map(
    (preset) => element("option", { value: preset.name }, preset.label)));
  byId("score-field").hidden = !mixer.takesScore;
  byId("sources").hidden = mixer.presets.length === 0 && !mixer.takesScore;
}

function buildRest(controls) {
  byId("all").hidden = controls.length === 0;
  if (mixer.parts.length === 0) byId("all").open = true;
  const group = (title, items) => items.length === 0 ? [] : [
    element("h3", {}, title), element("div", { class: "lines" }, ...items.map((item) => line(item, store)))];
  const inputs = controls.filter((control) => !control.isOutput);
  byId("controls").replaceChildren(
    ...group("Controls", inputs.filter((control) => !control.isHidden)),
    ...group("Fine points", inputs.filter((control) => control.isHidden)),
    ...group("Measured", controls.filter((control) => control.isOutput)));
}

function buildState(find) {
  const progress = find("progress"), late = find("late");
  byId("progress-field").hidden = !progress?.isOutput;
  byId("late-field").hidden = !late?.isOutput;
  if (progress?.isOutput) {
    store.watch("progress", (value) => {
      const share = (value - progress.minimum) / (progress.maximum - progress.minimum || 1);
      byId("progress").value = share;
      byId("progress-text").textContent = Math.round(share * 100) + "\u00a0%";
    });
  }
  const verdict = find("verdict"), place = find("score_position");
  byId("verdict-field").hidden = !verdict?.isOutput;
  byId("place-field").hidden = !place?.isOutput;
  if (verdict?.isOutput) {
    store.watch("verdict", (value) => {
      byId("verdict").textContent = written(verdict, value).toLowerCase();
      byId("verdict").classList.toggle("bad", value > 1);
    });
  }
  if (place?.isOutput) store.watch("score_position", (value) => { byId("place").textContent = clock(value); });
  if (late?.isOutput) store.watch("late", (value) => count("late", Number(written(late, value)) || 0));
}

byId("preset").addEventListener("change", () => {
  const select = byId("preset");
  if (!send({ preset: select.value })) select.value = select.dataset.known ?? "";
});

byId("score-file").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  event.target.value = "";
  if (!file) return;
  if (file.size > 16 * 1024 * 1024) return announce(file.name + ": expected at most 16 MB");
  announce("Sending " + file.name);
  try {
    const answer = await fetch("/score?name=" + encodeURIComponent(file.name), { method: "POST", body: file });
    if (!answer.ok) announce((await answer.text()).trim() || file.name + " was refused");
  } catch {
    announce(file.name + " could not be sent");
  }
});

// MARK: The connection

function link(state, text) {
  document.body.dataset.link = state;
  byId("link-text").textContent = text;
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const made = new WebSocket(`${scheme}//${location.host}/socket`);
  socket = made;
  lastHeard = performance.now();
  // Until there is another session, the last one has ended.
  made.onopen = () => { if (socket === made) isOver = false; };
  made.onmessage = (event) => {
    if (socket !== made) return;
    lastHeard = performance.now();
    take(JSON.parse(event.data));
    if (attempts === 0 && document.body.dataset.link === "there") return;
    attempts = 0;
    if (isOver) return;
    link("there", "Connected");
    if (wasLost) announce("Connected again");
    wasLost = false;
  };
  made.onclose = () => { if (socket === made) lose(); };
}

function lose() {
  socket = null;
  pending.clear();
  if (!wasLost) announce(isOver ? "divisi-host has ended" : "The connection is lost; trying again");
  wasLost = true;
  link("lost", isOver ? "Ended" : "Reconnecting");
  for (const meter of meters) meter.set(null);
  const pause = Math.min(5000, 400 * 1.6 ** attempts);
  attempts += 1;
  setTimeout(connect, pause);
}

// The session shows that it lives every two seconds.
setInterval(() => {
  if (!socket || performance.now() - lastHeard < 8000) return;
  const old = socket;
  lose();
  old.close();
}, 1000);

// MARK: Meters

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
let lastTime = 0;
function draw(time) {
  requestAnimationFrame(draw);
  // Who wants less motion gets four pictures per second.
  if (isCalm.matches && time - lastTime < 250) return;
  for (const meter of meters) meter.draw(time, time - lastTime);
  lastTime = time;
}

requestAnimationFrame(draw);
connect();
