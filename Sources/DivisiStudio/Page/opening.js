// The first view: a recording and a score are dropped or chosen, and the projects that there are.

import { ask, projectPath, send } from "/api.js";
import { partTitle } from "/music.js";
import { element } from "/strips.js";

const byId = (id) => document.getElementById(id);

/// Which kind of file a name is of.
const isScore = (name) => /\.(mid|midi|kar|musicxml|xml|mxl|csv|mscz|mscx|mus|sib|gp[345x]?|pdf)$/i.test(name);

export class Opening {
  /// `opened` is called with the id of a project that is to be shown.
  constructor(opened) {
    this.opened = opened;
    this.files = { recording: null, score: null };
    this.arrivals = { recording: null, score: null };
    this.id = null;
    this.hasChosenPreset = false;
    this.sending = Promise.resolve();
    this.listen();
  }

  listen() {
    for (const kind of ["recording", "score"]) {
      byId(kind + "-file").addEventListener("change", (event) => {
        const file = event.target.files[0];
        event.target.value = "";
        if (file) this.take(file, kind);
      });
    }
    const well = (event) => event.target.closest?.(".well");
    document.addEventListener("dragover", (event) => {
      if (byId("start").hidden) return;
      event.preventDefault();
      for (const other of document.querySelectorAll(".well")) other.classList.toggle("over", other === well(event));
    });
    document.addEventListener("dragleave", (event) => well(event)?.classList.remove("over"));
    document.addEventListener("drop", (event) => {
      if (byId("start").hidden) return;
      event.preventDefault();
      for (const other of document.querySelectorAll(".well")) other.classList.remove("over");
      const files = [...event.dataTransfer.files];
      const place = files.length === 1 && well(event)?.dataset.kind;
      for (const file of files) this.take(file, place || (isScore(file.name) ? "score" : "recording"));
    });
    byId("preset").addEventListener("change", () => {
      this.hasChosenPreset = true;
      this.showComment();
    });
    byId("opening").addEventListener("submit", (event) => {
      event.preventDefault();
      this.separate();
    });
  }

  /// Shows what there is; `id` is a project whose files and settings are taken up again.
  async show(id = null) {
    const { presets, projects, folder, problem } = await ask("GET", "studio");
    this.presets = presets;
    byId("preset").replaceChildren(...presets.map(({ name }) => element("option", { value: name }, name)));
    byId("folder").textContent = folder;
    byId("shelf").hidden = projects.length === 0;
    byId("projects").replaceChildren(...projects.map((project) => this.entry(project)));
    this.files = { recording: null, score: null };
    this.arrivals = { recording: null, score: null };
    this.id = id;
    this.hasChosenPreset = false;
    for (const kind of ["recording", "score"]) this.complain(kind, "");
    if (problem) this.complain("recording", problem);
    if (id) await this.takeUp(id);
    this.refresh();
    this.showComment();
  }

  async takeUp(id) {
    const { recording, score, request } = await ask("GET", projectPath(id));
    if (recording) this.arrivals.recording = { name: recording };
    if (score) this.arrivals.score = { name: score };
    // Who opens a recording alone has chosen nothing yet.
    this.hasChosenPreset = Boolean(score);
    byId("preset").value = request.preset;
    byId("align").value = request.align;
    byId("split").value = request.split;
    byId("jumps").checked = request.jumps;
    byId("accepts").checked = request.accepts;
  }

  entry(project) {
    if (project.problem) return element("li", {}, element("strong", {}, project.id), element("span", { class: "quiet" }, project.problem));
    const parts = project.parts.filter((name) => name !== "residual").map((name) => partTitle(name).toLowerCase());
    const details = [project.score, parts.join(", ") || "not separated yet", new Date(project.changed * 1000).toLocaleDateString()];
    const link = element("a", { href: "#" + encodeURIComponent(project.id) },
      element("strong", {}, project.id), element("span", { class: "quiet" }, details.filter(Boolean).join(" · ")));
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.opened(project.id);
    });
    return element("li", {}, link);
  }

  complain(kind, text) {
    const well = document.querySelector(`.well[data-kind=${kind}]`);
    well.classList.toggle("wrong", Boolean(text));
    well.querySelector(".problem").textContent = text;
  }

  /// A file was dropped or chosen: it is sent at once, so that what is wrong with it is told at once.
  take(file, kind) {
    this.files[kind] = file;
    this.arrivals[kind] = null;
    this.complain(kind, "");
    this.refresh();
    this.sending = this.sending.then(() => this.sendFile(file, kind)).catch((error) => {
      if (this.files[kind] === file) {
        this.files[kind] = null;
        this.complain(kind, error.message);
      }
      // A project without a file is gone when its first is refused.
      if (!this.arrivals.recording && !this.arrivals.score) this.id = null;
    }).finally(() => this.refresh());
  }

  async sendFile(file, kind) {
    if (this.files[kind] !== file) return;
    if (!this.id) {
      const name = (this.files.recording ?? file).name.replace(/\.[^.]*$/, "");
      this.id = (await ask("POST", "projects", { name })).id;
    }
    byId("sending").textContent = "Sending " + file.name;
    const arrival = await send(projectPath(this.id, kind), file, (share) => {
      byId("sending").textContent = `Sending ${file.name}: ${Math.round(share * 100)} %`;
    });
    this.arrivals[kind] = arrival;
    if (kind === "score" && arrival.preset && !this.hasChosenPreset) byId("preset").value = arrival.preset;
    this.showComment();
  }

  refresh() {
    const texts = {
      recording: "A recording in any common format: WAV, FLAC, MP3, M4A, video…",
      score: "MusicXML or MIDI, as MuseScore exports it; it need not be in time. For drums alone you need none.",
    };
    for (const kind of ["recording", "score"]) {
      const name = this.arrivals[kind]?.name ?? this.files[kind]?.name;
      const box = byId(kind + "-name");
      box.textContent = name ?? texts[kind];
      box.classList.toggle("is-there", Boolean(this.arrivals[kind]));
    }
    const isSending = ["recording", "score"].some((kind) => this.files[kind] && !this.arrivals[kind]);
    if (!isSending) byId("sending").textContent = "";
    byId("separate").disabled = isSending || !this.arrivals.recording;
    if (!this.arrivals.score && !this.files.score && !this.hasChosenPreset && this.arrivals.recording) byId("preset").value = "drums";
    this.showComment();
  }

  showComment() {
    const preset = this.presets?.find(({ name }) => name === byId("preset").value);
    byId("preset-comment").textContent = preset?.comment ?? "";
  }

  async separate() {
    byId("separate").disabled = true;
    try {
      await ask("POST", projectPath(this.id, "separate"), {
        preset: byId("preset").value, align: byId("align").value, split: byId("split").value.trim(),
        jumps: byId("jumps").checked, accepts: byId("accepts").checked,
      });
      this.opened(this.id);
    } catch (error) {
      this.complain("recording", error.message);
      byId("separate").disabled = false;
    }
  }
}
