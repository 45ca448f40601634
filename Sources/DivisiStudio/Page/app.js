// The page as a whole: which view is shown, how far the work is, and one picture after the other.

import { ask, projectPath } from "/api.js";
import { clock, Music, partTitle } from "/music.js";
import { Opening } from "/opening.js";
import { Outline } from "/outline.js";
import { Corrections } from "/corrections.js";
import { Desk } from "/parts.js";
import { Player } from "/player.js";
import { Roll } from "/roll.js";
import { Transport } from "/transport.js";
import { Spectrum } from "/spectrum.js";
import { element } from "/strips.js";
import { Takeaway } from "/takeaway.js";
import { View } from "/view.js";

const byId = (id) => document.getElementById(id);
const opening = new Opening((id) => {
  const hash = "#" + encodeURIComponent(id);
  if (location.hash === hash) go(); else location.hash = hash;
});

/// The project that is shown, with all that plays and draws it; null for none.
let shown = null;
let visit = 0;

/// Says something to everybody, also to those who do not see it.
let sayingTimer = 0;
function announce(text) {
  byId("status").textContent = text;
  clearTimeout(sayingTimer);
  sayingTimer = setTimeout(() => { byId("status").textContent = ""; }, 8000);
}

// MARK: The program

/// Says that this page is open: a program that was started from a menu ends when no page is. If it is the program that goes, people are told.
function stay() {
  const socket = new WebSocket(`ws://${location.host}/presence`);
  socket.onopen = () => {
    if (isAlone) announce("Divisi Studio is there again");
    isAlone = false;
  };
  socket.onclose = () => {
    if (!isAlone) announce("Divisi Studio has ended; start it again to go on");
    isAlone = true;
    setTimeout(stay, 3000);
  };
}
let isAlone = false;

// MARK: Views

function showView(name) {
  document.body.dataset.view = name;
  byId("start").hidden = name !== "start";
  byId("project").hidden = name === "start";
  if (name === "start") byId("tools").hidden = true;
}

function leave() {
  visit += 1;
  shown?.transport.close();
  shown?.corrections?.close();
  shown?.takeaway.close();
  mark(false);
  shown?.player.close();
  shown = null;
}

async function go() {
  leave();
  delete document.body.dataset.ready;
  const id = decodeURIComponent(location.hash.slice(1));
  try {
    if (!id) {
      document.title = "Divisi Studio";
      byId("place").textContent = "";
      await opening.show();
      return showView("start");
    }
    document.title = id + " · Divisi Studio";
    byId("place").textContent = id;
    byId("project-title").textContent = id;
    showView("project");
    await follow(id, visit);
  } catch (error) {
    announce(error.message);
    if (id) showTrouble([error.message]);
  }
}

/// Shows how far the work is until there is a take, then that.
async function follow(id, here) {
  for (const part of ["stage", "job", "trouble", "tools"]) byId(part).hidden = true;
  for (;;) {
    const project = await ask("GET", projectPath(id));
    if (here !== visit) return;
    const { job, take } = project;
    byId("job").hidden = !job || job.phase === "failed";
    if (!job || job.phase === "failed") {
      if (job) showTrouble(job.problem, take);
      if (!take) {
        if (!job) await backToOpening(id);
        return;
      }
      return job ? undefined : open(project, here);
    }
    showJob(job);
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (here !== visit) return;
  }
}

function showJob(job) {
  const stages = {
    waiting: "Waiting for another separation", placing: "Listening to the recording, and finding the score in it",
    separating: "Separating the parts",
  };
  byId("job-stage").textContent = stages[job.phase];
  const bar = byId("job-progress");
  if (job.phase === "separating") bar.value = job.fraction; else bar.removeAttribute("value");
  const left = job.remaining === undefined || job.remaining === null ? "" : `, about ${duration(job.remaining)} left`;
  byId("job-rest").textContent = job.phase === "separating" ? `${Math.round(job.fraction * 100)} %${left}` : "";
}

function duration(seconds) {
  if (seconds < 55) return `${Math.max(1, Math.round(seconds / 5) * 5)} s`;
  return `${Math.round(seconds / 60) || 1} min`;
}

function showTrouble(lines, take) {
  byId("again").textContent = take ? "Back to the parts" : "Choose other files or settings";
  byId("job").hidden = true;
  byId("trouble").hidden = false;
  byId("trouble-text").textContent = lines.join("\n");
}

async function backToOpening(id) {
  leave();
  await opening.show(id);
  showView("start");
}

byId("cancel").addEventListener("click", () => {
  const id = decodeURIComponent(location.hash.slice(1));
  ask("DELETE", projectPath(id, "job")).catch((error) => announce(error.message));
});
byId("again").addEventListener("click", async () => {
  const id = decodeURIComponent(location.hash.slice(1));
  try {
    await ask("DELETE", projectPath(id, "job"));
    const { take } = await ask("GET", projectPath(id));
    await (take ? go() : backToOpening(id));
  } catch (error) {
    announce(error.message);
  }
});

// MARK: Tools

function mark(isOn) {
  byId("correct").setAttribute("aria-pressed", String(isOn));
  byId("correcting").hidden = !isOn;
  if (!shown) return;
  shown.roll.isMarking = isOn;
  shown.roll.selection.clear();
  shown.roll.isStale = true;
  shown.corrections?.show();
}

byId("correct").addEventListener("click", () => mark(byId("correct").getAttribute("aria-pressed") !== "true"));
byId("take-away-button").addEventListener("click", () => {
  const isOpen = byId("take-away").hidden;
  byId("take-away").hidden = !isOpen;
  byId("take-away-button").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) byId("take-away").querySelector("a").focus();
});

byId("anew").addEventListener("click", () => {
  backToOpening(decodeURIComponent(location.hash.slice(1))).catch((error) => announce(error.message));
});

// MARK: A project

async function open(project, here) {
  const { id, take } = project;
  const [score, state, peaks] = await Promise.all([
    project.hasScore ? ask("GET", projectPath(id, "score")) : null,
    ask("GET", projectPath(id, "desk")),
    ask("GET", projectPath(id, "peaks"), undefined, { binary: true }),
  ]);
  if (here !== visit) return;
  byId("stage").hidden = false;
  const player = new Player(id, take);
  const music = new Music(take, score, player.duration);
  const view = new View(player.duration);
  if (state.span) view.show(state.from ?? 0, state.span);
  const save = saver(id, state, view, player);
  const desk = new Desk(byId("parts"), music, player, state, () => {
    save();
    shown?.takeaway.refresh();
  });
  const transport = new Transport(player, music, view, desk, state, save);
  const outline = new Outline(byId("outline"), view, player, new Int8Array(peaks), project.peakStretch / take.sampleRate);
  const roll = new Roll({ roll: byId("roll"), ruler: byId("ruler"), playhead: byId("playhead") }, view, player, music);
  roll.onLoop = (from, to) => transport.loopBetween(from, to);
  view.addEventListener("change", save);
  player.addEventListener("seek", save);
  player.addEventListener("problem", (event) => announce(event.detail));
  player.addEventListener("piece", () => { if (byId("status").textContent.startsWith("This speed")) announce(""); });
  // It is not waited for: of a long recording it takes some seconds, once.
  ask("GET", projectPath(id, "spectrum"), undefined, { binary: true }).then((bytes) => {
    roll.spectrum = new Spectrum(new Uint8Array(bytes), project.spectrumHop / take.sampleRate);
    roll.isStale = true;
  }).catch((error) => announce(error.message));
  showVerdict(project, music);
  const takeaway = new Takeaway({ project, music, desk, roll });
  const corrections = music.original.length === 0 ? null
    : new Corrections({ project, music, player, roll, desk: state, changed: save, reopen: go, announce });
  shown = { player, music, view, desk, transport, outline, roll, takeaway, corrections };
  byId("correct").hidden = !corrections;
  byId("tools").hidden = false;
  player.speed = (state.speed ?? 100) / 100;
  player.pitch = state.pitch ?? 0;
  if (state.position) player.seek(state.position);
  await player.prepare();
  // What a test of this page looks at; nothing in it uses it.
  window.studio = shown;
  document.body.dataset.ready = id;
}

/// Keeps how the project stands, a moment after the last change.
function saver(id, state, view, player) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (player.isClosed) return;
      Object.assign(state, { from: view.from, span: view.span, position: player.position });
      ask("PUT", projectPath(id, "desk"), state).catch((error) => announce(error.message));
    }, 400);
  };
}

/// What the program has changed about the score's notes, and where.
function correctionText(corrections) {
  const moved = corrections.filter(({ instead }) => instead != null).length;
  const added = corrections.length - moved;
  const count = (number, verb) => `${number} ${number === 1 ? "note was" : "notes were"} ${verb}`;
  const words = [];
  if (added > 0) words.push(count(added, "added that the score lacks"));
  if (moved > 0) words.push(count(moved, "moved to the pitch that is played"));
  const places = corrections.slice(0, 8).map(({ seconds }) => clock(seconds));
  const more = corrections.length - places.length;
  return `${words.join(", and ")}: at ${places.join(", ")}${more > 0 ? `, and at ${more} more places` : ""}.`;
}

function showVerdict({ take }, music) {
  const lines = [];
  const { placement } = take;
  if (placement?.verdict) {
    const words = { good: "it fits", doubtful: "the fit is doubtful" };
    const how = placement.score === "aligned" ? "The score was aligned with the recording" : "The score was in time already";
    lines.push(`${how}: ${words[placement.verdict] ?? placement.verdict}.`);
  }
  if (placement?.corrections?.length > 0) lines.push(correctionText(placement.corrections));
  const notes = take.stems.filter((stem) => stem.name !== "residual")
    .map((stem) => `${partTitle(stem.name)}: ${stem.noteCount} notes`);
  if (music.notes.length > 0) lines.push(notes.join(", ") + ".");
  byId("found").replaceChildren(
    ...lines.map((line) => element("p", {}, line)),
    ...take.warnings.map((line) => element("p", { class: "warning" }, line)));
}

// MARK: Pictures

let lastTime = 0;
function draw(time) {
  requestAnimationFrame(draw);
  const passed = time - lastTime;
  lastTime = time;
  if (!shown?.player.context) return;
  const { player, view, desk, transport, outline, roll } = shown;
  const position = player.position;
  if (player.isPlaying) view.keep(position);
  roll.draw(position);
  outline.draw(position);
  transport.draw(position);
  desk.draw(time, passed);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown?.view.dispatchEvent(new Event("change")));
addEventListener("hashchange", go);
requestAnimationFrame(draw);
stay();
go();
