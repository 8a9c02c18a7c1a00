// Presenting: one figure fills the screen, and the keys of a presenter's remote walk through what it has to show.

const FORWARD = ["PageDown", "ArrowRight", "ArrowDown"];
const BACKWARD = ["PageUp", "ArrowLeft", "ArrowUp"];

class Presenting {
  constructor(explorer) {
    this.explorer = explorer;
    explorer.root.addEventListener("keydown", (event) => this.on && this.pressed(event));
  }

  async begin() {
    const { root, buttons, source } = this.explorer;
    this.on = true;
    root.classList.add("explorer-present");
    buttons.present.setAttribute("aria-pressed", true);
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
    await root.requestFullscreen?.().catch(() => undefined); // without permission it fills the window
    if (this.on) root.focus({ preventScroll: true }); // a change of what fills the screen takes the focus away
    await this.explorer.wake();
    await this.fit();
  }

  async end(keepScreen = false) {
    const { root, buttons } = this.explorer;
    this.on = false;
    root.classList.remove("explorer-present");
    buttons.present.setAttribute("aria-pressed", false);
    root.removeAttribute("tabindex");
    while (!keepScreen && document.fullscreenElement) await document.exitFullscreen(); // the figures before lie below
    if (!keepScreen) buttons.present.focus({ preventScroll: true });
    await this.fit();
  }

  toggle() {
    return this.on ? this.end() : this.begin();
  }

  fit() {
    const { picture } = this.explorer;
    if (!picture) return undefined;
    picture.present = this.on;
    return picture.redraw();
  }

  // Arrows belong to a control that has the focus; the remote's own keys belong to the walk wherever the focus is.
  pressed(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const held = target.closest("input, select") || target.classList.contains("explorer-plot");
    if (held && !key.startsWith("Page") && key !== "Escape") return;
    const preset = Object.values(this.explorer.spec.presets)[Number(key) - 1];
    if (key === "Escape") this.end();
    else if (FORWARD.includes(key)) this.walk(1);
    else if (BACKWARD.includes(key)) this.walk(-1);
    else if (key === " " && target === this.explorer.root) this.explorer.actions.play(event);
    else if (preset) this.explorer.want(preset, event);
    else return;
    event.preventDefault();
  }

  // To the next step of the story, or preset where there is no story; at its end to the chapter's next figure.
  async walk(by) {
    const { story, spec, root } = this.explorer;
    if (story ? await story.go(by) : await this.toPreset(by, Object.values(spec.presets))) return;
    const all = [...document.querySelectorAll("figure.explorer")].filter((other) => other.explorer);
    const next = all[all.indexOf(root) + by]?.explorer;
    if (!next) return;
    await this.end(true);
    await next.presenting.begin();
  }

  async toPreset(by, presets) {
    const at = (this.at ?? -1) + by;
    if (at < 0 || at >= presets.length) return false;
    this.at = at;
    await this.explorer.want(presets[at]);
    return true;
  }
}
