// One explorer: its DOM, its state, and the loop that brings the wanted state onto the screen.
//
// A source answers `state(values)` with a promise of {values, arrays, readout, ranges?}. There are
// two, in page.js (states computed beforehand) and kernel.js (computed when asked for).

const ACTIONS = [
  ["reset", "↺ Reset", "Back to the start"],
  ["play", "▶ Play", "Step through the values"],
  ["pin", "◎ Pin", "Keep these curves as a pale ghost to compare with"],
  ["present", "⤢ Present", "Fill the screen (Escape to leave)"],
  ["csv", "⤓ CSV", "Save the numbers behind the picture"],
  ["link", "# Link", "Copy a link to this state"],
];
const STEP_MILLISECONDS = 350;
const SOON_MILLISECONDS = 300; // a picture that takes longer says what it is waiting for
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function theme() {
  const [html, body] = [document.documentElement, document.body];
  if (html.dataset.theme) return html.dataset.theme;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false" ? "dark" : "light";
  if (body.classList.contains("vscode-dark") || html.getAttribute("theme") === "dark") return "dark";
  return "light";
}

class Explorer {
  constructor(root, spec, source, typeset) {
    Object.assign(this, { root, spec, source });
    this.values = Object.fromEntries(spec.parameters.map((p) => [p.name, p.values[p.start]]));
    this.first = this.values;
    this.build(typeset);
    this.showControls();
    root.explorer = this;
  }

  // ---- DOM ------------------------------------------------------------------------------------

  build(typeset) {
    const { name, caption, parameters, presets, readout } = this.spec;
    const { root } = this;
    root.classList.add("explorer");
    root.dataset.explorer = name;
    root.id = `explorer-${name}`;
    root.setAttribute("aria-label", caption);
    this.controls = Object.fromEntries(
      parameters.map((p) => [p.name, new Control(p, (value, event) => this.want({ [p.name]: value }, event))]),
    );
    this.presets = Object.keys(presets).map((preset) => make("button", { type: "button", "data-preset": preset }, preset));
    this.plot = make("div", { class: "explorer-plot", role: "img", "aria-label": caption });
    this.waiting = make("span", { class: "explorer-waiting", hidden: "" }, this.source.doing);
    this.readout = make("p", { class: "explorer-readout", role: "status", "aria-live": "polite" }, readout ?? "");
    this.alert = make("p", { class: "explorer-trouble", role: "alert" });
    this.buttons = Object.fromEntries(
      ACTIONS.map(([action, text, title]) => [action, make("button", { type: "button", "data-action": action, title }, text)]),
    );
    const parts = [];
    if (this.presets.length) parts.push(make("div", { class: "explorer-presets", role: "group", "aria-label": "Presets" }, ...this.presets));
    const controls = Object.values(this.controls).map((control) => control.element);
    parts.push(make("div", { class: "explorer-controls" }, ...controls));
    parts.push(make("div", { class: "explorer-picture" }, this.plot, this.waiting), this.readout, this.alert);
    parts.push(make("div", { class: "explorer-toolbar", role: "group", "aria-label": "Figure tools" }, ...Object.values(this.buttons)));
    root.replaceChildren(...parts, make("figcaption", {}, caption));
    // JupyterLab asks the focused element itself whether its keys are the notebook's.
    for (const element of root.querySelectorAll("button, input, select")) element.dataset.lmSuppressShortcuts = "true";
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.presenting && this.present());
    root.querySelectorAll(".explorer-label").forEach(typeset);
    this.followTheme();
  }

  followTheme() {
    const apply = (name) => {
      if (this.root.dataset.theme === name) return;
      this.root.dataset.theme = name; // the style sheet makes it as wide as paper for print, whatever the window is
      this.picture?.redraw();
    };
    apply(theme());
    const observer = new MutationObserver(() => apply(theme()));
    for (const node of [document.documentElement, document.body]) observer.observe(node, { attributes: true });
    const { signal } = (this.ending = new AbortController());
    window.addEventListener("beforeprint", () => apply("print"), { signal });
    window.addEventListener("afterprint", () => apply(theme()), { signal });
    document.addEventListener("fullscreenchange", () => this.presenting && !document.fullscreenElement && this.present(), { signal });
    signal.addEventListener("abort", () => observer.disconnect());
  }

  // The figure is taken out of its page: follow nothing any more.
  close() {
    this.playing = false;
    this.ending.abort();
    this.picture?.close();
  }

  showControls(texts = {}) {
    for (const [name, control] of Object.entries(this.controls)) control.show(this.values[name], texts[name]);
    for (const button of this.presets) {
      const preset = Object.entries(this.spec.presets[button.dataset.preset]);
      const at = (name, value) => indexOf(this.controls[name].parameter, value);
      button.setAttribute("aria-pressed", preset.every(([name, value]) => at(name, value) === at(name, this.values[name])));
    }
  }

  // ---- state ----------------------------------------------------------------------------------

  // Ask for a state; only the newest wish is kept while one is being painted.
  want(changes, event) {
    this.values = this.source.snap({ ...this.values, ...changes });
    this.showControls();
    this.wanted = { values: this.values, since: event?.timeStamp ?? performance.now() };
    this.running ??= this.run().finally(() => (this.running = null));
    return this.running;
  }

  async run() {
    while (this.wanted) {
      const { values, since } = this.wanted;
      this.wanted = null;
      const late = setTimeout(() => (this.waiting.hidden = false), SOON_MILLISECONDS);
      try {
        this.root.setAttribute("aria-busy", "true");
        await this.show(await this.source.state(values), since);
        this.trouble("");
      } catch (error) {
        this.trouble(error.message);
      }
      clearTimeout(late);
      this.waiting.hidden = true;
      this.root.removeAttribute("aria-busy");
    }
  }

  async show(state, since) {
    this.picture ??= new Picture(await this.source.plotly(), this.plot, this.spec.figure);
    await this.picture.paint(state.arrays, state.ranges);
    this.readout.textContent = state.readout;
    this.plot.setAttribute("aria-label", `${this.spec.caption} ${state.readout}`);
    if (!this.wanted && state.texts) this.showControls(state.texts);
    this.root.dataset.state = JSON.stringify(state.values);
    const detail = { values: state.values, milliseconds: performance.now() - since };
    this.root.dispatchEvent(new CustomEvent("explorer:painted", { detail, bubbles: true }));
  }

  trouble(sentence) {
    if (this.alert.textContent !== sentence) this.alert.textContent = sentence;
  }

  // ---- links ----------------------------------------------------------------------------------

  // Set what a query like "depth=50&variance=2" names; the rest stays where the reader has it.
  restore(query) {
    const changes = {};
    const refused = [];
    for (const [name, text] of new URLSearchParams(query)) {
      const parameter = this.spec.parameters.find((p) => p.name === name);
      const value = parameter && parse(parameter, text);
      if (value === undefined) refused.push(`${name}=${text}`);
      else changes[name] = value;
    }
    return this.want(changes).then(() => {
      if (refused.length) this.trouble(`The link asks for ${refused.join(", ")}, which this figure does not offer; the rest was set.`);
    });
  }

  address() {
    const query = new URLSearchParams(Object.entries(this.values).map(([name, value]) => [name, String(value)]));
    return `${location.href.split("#")[0]}#explorer-${this.spec.name}?${query}`;
  }

  // ---- toolbar --------------------------------------------------------------------------------

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { preset, action } = button.dataset;
    if (preset !== undefined) this.want(this.spec.presets[preset], event);
    else if (action) this[action](event);
  }

  reset(event) {
    this.playing = false;
    const table = this.picture?.turntable;
    if (table) table.face(table.first);
    this.want(this.first, event);
  }

  async play() {
    this.playing = !this.playing;
    const turn = (this.turn = (this.turn ?? 0) + 1); // a pause and another play leave the earlier loop behind
    this.markPlaying();
    const parameter = this.spec.parameters.find((p) => p.name === this.spec.play);
    const stops = parameter.stops ?? parameter.values;
    const last = stops.length - 1;
    let index = stops.indexOf(this.values[parameter.name]);
    if (index < 0) index = stops.findIndex((value) => value >= this.values[parameter.name]) - 1;
    if (index === last) index = -1;
    while (this.playing && this.turn === turn && this.root.isConnected && index < last) {
      await this.want({ [parameter.name]: stops[++index] });
      await new Promise((resolve) => setTimeout(resolve, STEP_MILLISECONDS));
    }
    if (this.turn !== turn) return;
    this.playing = false;
    this.markPlaying();
  }

  markPlaying() {
    this.buttons.play.textContent = this.playing ? "⏸ Pause" : ACTIONS[1][1];
    this.buttons.play.setAttribute("aria-pressed", Boolean(this.playing));
  }

  async pin() {
    if (!this.picture) return;
    const pinned = this.picture.ghosts.length > 0;
    this.buttons.pin.setAttribute("aria-pressed", !pinned);
    await (pinned ? this.picture.unpin() : this.picture.pin());
  }

  async present() {
    this.presenting = !this.presenting;
    this.root.classList.toggle("explorer-present", this.presenting);
    this.buttons.present.setAttribute("aria-pressed", this.presenting);
    // Without permission for the whole screen the figure still fills the window.
    if (this.presenting) await this.root.requestFullscreen?.().catch(() => undefined);
    else if (document.fullscreenElement) await document.exitFullscreen();
    if (this.picture) {
      this.picture.present = this.presenting;
      await this.picture.redraw();
    }
  }

  csv() {
    if (!this.picture?.arrays) return;
    const file = URL.createObjectURL(new Blob([csv(this.picture.arrays)], { type: "text/csv" }));
    make("a", { href: file, download: `${this.spec.name}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(file), 1000);
  }

  async link() {
    const address = this.address();
    const done = await copied(address);
    const button = this.buttons.link;
    button.textContent = done ? "✓ Copied" : "# In address bar";
    if (!done) history.replaceState(null, "", address);
    setTimeout(() => (button.textContent = ACTIONS[5][1]), 1500);
  }
}

// The clipboard needs permission; without it the link goes to the address bar instead.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
