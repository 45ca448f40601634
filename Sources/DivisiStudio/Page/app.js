// The page as a whole: which view is shown, how far the work is, and one picture after the other.

import { ask, projectPath } from "/api.js";
import { Music, partTitle } from "/music.js";
import { Opening } from "/opening.js";
import { Outline } from "/outline.js";
import { Desk } from "/parts.js";
import { Player } from "/player.js";
import { Roll } from "/roll.js";
import { Transport } from "/transport.js";
import { element } from "/strips.js";
import { View } from "/view.js";

const byId = (id) => document.getElementById(id);
const opening = new Opening((id) => { location.hash = encodeURIComponent(id); });

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
  shown?.player.close();
  shown = null;
}

async function go() {
  leave();
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
  for (const part of ["stage", "job", "trouble"]) byId(part).hidden = true;
  for (;;) {
    const project = await ask("GET", projectPath(id));
    if (here !== visit) return;
    const { job, take } = project;
    byId("job").hidden = !job || job.phase === "failed";
    if (!job || job.phase === "failed") {
      if (job) showTrouble(job.problem);
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

function showTrouble(lines) {
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
    await backToOpening(id);
  } catch (error) {
    announce(error.message);
  }
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
  const desk = new Desk(byId("parts"), music, player, state, save);
  const transport = new Transport(player, music, view, desk, state, save);
  const outline = new Outline(byId("outline"), view, player, new Int8Array(peaks), project.peakStretch / take.sampleRate);
  const roll = new Roll({ roll: byId("roll"), ruler: byId("ruler"), playhead: byId("playhead") }, view, player, music);
  roll.onLoop = (from, to) => transport.loopBetween(from, to);
  view.addEventListener("change", save);
  player.addEventListener("seek", save);
  player.addEventListener("problem", (event) => announce(event.detail));
  showVerdict(project, music);
  shown = { player, music, view, desk, transport, outline, roll };
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

function showVerdict({ take }, music) {
  const lines = [];
  const { placement } = take;
  if (placement?.verdict) {
    const words = { good: "it fits", doubtful: "the fit is doubtful" };
    const how = placement.score === "aligned" ? "The score was aligned with the recording" : "The score was in time already";
    lines.push(`${how}: ${words[placement.verdict] ?? placement.verdict}` +
      (placement.agreement ? ` (agreement ${placement.agreement.toFixed(2)}).` : "."));
  }
  const notes = take.stems.filter((stem) => stem.name !== "residual")
    .map((stem) => `${partTitle(stem.name)}: ${stem.noteCount} notes`);
  if (music.notes.length > 0) lines.push(notes.join(", ") + ".");
  byId("verdict").replaceChildren(
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
go();
