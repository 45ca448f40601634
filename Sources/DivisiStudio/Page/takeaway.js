// What somebody takes away: files that the server makes, and a picture of the score.

import { projectPath } from "/api.js";
import { element } from "/strips.js";

const byId = (id) => document.getElementById(id);

export class Takeaway {
  constructor({ project, music, desk, roll }) {
    Object.assign(this, { project, music, desk, roll });
    this.controller = new AbortController();
    const { signal } = this.controller;
    byId("files").replaceChildren(...this.links());
    byId("mix-format").addEventListener("change", () => this.refresh(), { signal });
    byId("picture").addEventListener("click", () => this.picture(), { signal });
    this.refresh();
  }

  close() { this.controller.abort(); }

  address(name, query = {}) {
    return "/api/" + projectPath(this.project.id, "download/" + name) + "?" + new URLSearchParams(query);
  }

  link(text, details, name, query) {
    return element("li", {}, element("a", { href: this.address(name, query), download: "" }, text),
      element("span", { class: "quiet" }, details));
  }

  links() {
    const stems = this.project.take.stems.map((stem, index) =>
      this.link(this.music.stems[index].title, "a recording as long as the whole, FLAC", "stem", { name: stem.name }));
    const scores = this.music.notes.length === 0 ? []
      : [this.link("Score", "in time with the recording, with your corrections, MIDI", "score.mid")];
    return [
      this.link("Everything", "all parts and the score, one zip", "parts.zip"), ...stems, ...scores,
      this.link("Page for a student", "one HTML file with faders, loop and bars, for any browser, offline", "student.html"),
    ];
  }

  /// The mix follows the faders.
  refresh() {
    const link = byId("mix-link");
    const gains = this.desk.gains.map((gain) => gain.toFixed(6)).join(",");
    link.href = this.address("mix", { gains, format: byId("mix-format").value });
    const silent = this.music.stems.filter((_, index) => this.desk.gains[index] === 0).map((stem) => stem.title.toLowerCase());
    byId("mix-details").textContent = silent.length > 0 ? `without ${silent.join(", ")}` : "as the faders stand";
  }

  /// The stretch of the score that is seen, as a picture.
  picture() {
    const { canvas, ruler } = this.roll;
    const whole = document.createElement("canvas");
    whole.width = canvas.width;
    whole.height = canvas.height + ruler.height;
    const context = whole.getContext("2d");
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
    context.fillRect(0, 0, whole.width, whole.height);
    context.drawImage(ruler, 0, 0);
    context.drawImage(canvas, 0, ruler.height);
    whole.toBlob((blob) => {
      const link = element("a", { href: URL.createObjectURL(blob), download: `${this.project.id} - score.png` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  }
}
