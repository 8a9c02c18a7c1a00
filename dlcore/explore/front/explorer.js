// One explorer: its DOM, its state, and the loop that brings the wanted state onto the screen.
//
// A source answers `state(values)` with a promise of {values, arrays, readout, ranges?, texts?}; of a film the readout is a
// list, one sentence a frame. There are two sources, in page.js (states computed beforehand) and kernel.js (computed when asked
// for). What a reader sees first may be a still: the picture is drawn, and what it takes is loaded, once somebody wants more.

const ACTIONS = [
  ["reset", "↺ Reset", "Back to the start"],
  ["play", "▶ Play", "Step through the values"],
  ["pin", "◎ Pin", "Keep these curves as a pale ghost to compare with"],
  ["present", "⤢ Present", "Fill the screen (Escape to leave)"],
  ["code", "Code", "Show the code of this figure below it"],
  ["csv", "⤓ CSV", "Save the numbers behind the picture"],
  ["image", "PNG", "Save the picture as PNG"],
  ["svg", "SVG", "Save the picture as SVG"],
  ["link", "# Link", "Copy a link to this state"],
  ["embed", "Embed", "Copy a line that puts this figure into another page"],
];
const STEP_MILLISECONDS = 350;
const SOON_MILLISECONDS = 300; // a picture that takes longer says what it is waiting for
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function theme() {
  const [html, body] = [document.documentElement, document.body];
  if (html.dataset.theme === "auto") return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
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
    this.actions = {
      reset: (event) => this.reset(event),
      play: () => this.play(),
      pin: () => this.pinned(!this.picture?.ghosts.length),
      present: () => this.presenting.toggle(),
      code: () => (this.code.open = !this.code.open),
      csv: () => this.drawing().then(() => saveNumbers(this)),
      image: () => this.drawing().then(() => saveImage(this, "png")),
      svg: () => this.drawing().then(() => saveImage(this, "svg")),
      link: () => copy(address(spec, this.values), this.buttons.link, intoAddressBar),
      embed: () => copy(frameLine(source.home(spec.name), spec, this.values, Math.ceil(root.offsetHeight)), this.buttons.embed, inPrompt),
    };
    this.build(typeset);
    this.showControls();
    root.explorer = this;
  }

  // ---- DOM ------------------------------------------------------------------------------------

  build(typeset) {
    const { name, caption, parameters, presets, readout, time, pick, steps, guess } = this.spec;
    const { root } = this;
    root.classList.add("explorer");
    root.dataset.explorer = name;
    root.id = `explorer-${name}`;
    root.setAttribute("aria-label", caption);
    this.controls = Object.fromEntries(
      parameters.map((p) => [p.name, new Control(p, (value, event) => this.want({ [p.name]: value }, event))]),
    );
    this.presets = Object.keys(presets).map((preset) => make("button", { type: "button", "data-preset": preset }, preset));
    this.still = root.querySelector(".explorer-still");
    this.plot = make("div", { class: "explorer-plot", role: "img", "aria-label": caption });
    this.waiting = make("span", { class: "explorer-waiting", hidden: "" }, this.source.doing);
    this.readout = make("p", { class: "explorer-readout", role: "status", "aria-live": "polite" }, [readout].flat()[0] ?? "");
    this.alert = make("p", { class: "explorer-trouble", role: "alert" });
    this.code = this.source.code?.(name); // where its page shows it
    const without = { embed: !this.source.home, play: time, code: !this.code };
    const offered = ACTIONS.filter(([action]) => !without[action]);
    this.buttons = Object.fromEntries(offered.map(([action, text, title]) => [action, make("button", { type: "button", "data-action": action, title }, text)]));
    if (time) this.film = new Film(this);
    if (Object.keys(pick).length) this.pick = new Pick(this);
    if (steps.length) this.story = new Story(this);
    if (guess) this.guessing = new Guessing(this);
    this.presenting = new Presenting(this);
    const side = make("div", { class: "explorer-side" });
    if (this.presets.length) side.append(make("div", { class: "explorer-presets", role: "group", "aria-label": "Presets" }, ...this.presets));
    const controls = Object.entries(this.controls).filter(([parameter]) => parameter !== time);
    side.append(make("div", { class: "explorer-controls" }, ...controls.map(([, control]) => control.element)));
    const picture = make("div", { class: "explorer-picture" }, ...[this.still, this.plot, this.pick?.handle, this.waiting].filter(Boolean));
    const main = [picture, this.film?.element, this.readout, this.alert, this.guessing?.element, this.story?.element].filter(Boolean);
    const toolbar = make("div", { class: "explorer-toolbar", role: "group", "aria-label": "Figure tools" }, ...Object.values(this.buttons));
    const number = root.querySelector(".explorer-number");
    const told = make("figcaption", {}, ...(number ? [number, " "] : []), caption);
    root.replaceChildren(make("div", { class: "explorer-body" }, side, make("div", { class: "explorer-main" }, ...main)), toolbar, told);
    if (this.code) this.followCode();
    if (sideBySide(this.spec.figure.layout)) root.classList.add("explorer-panels", ...(this.spec.roomy ? ["explorer-roomy"] : []));
    // JupyterLab asks the focused element itself whether its keys are the notebook's.
    for (const element of [root, ...root.querySelectorAll("button, input, select, .explorer-plot")]) element.dataset.lmSuppressShortcuts = "true";
    root.addEventListener("click", (event) => this.clicked(event));
    root.querySelectorAll(".explorer-label").forEach(typeset);
    this.followTheme();
  }

  followTheme() {
    const apply = (name) => {
      if (this.root.dataset.theme === name) return;
      this.root.dataset.theme = name; // the style sheet makes it as wide as paper for print, whatever the window is
      showTheme(this.still, name);
      this.picture?.redraw();
    };
    apply(theme());
    const observer = new MutationObserver(() => apply(theme()));
    for (const node of [document.documentElement, document.body]) observer.observe(node, { attributes: true });
    const { signal } = (this.ending = new AbortController());
    window.addEventListener("beforeprint", () => apply("print"), { signal });
    window.addEventListener("afterprint", () => apply(theme()), { signal });
    const left = () => this.presenting.on && !document.fullscreenElement && this.presenting.end();
    document.addEventListener("fullscreenchange", left, { signal });
    signal.addEventListener("abort", () => observer.disconnect());
  }

  // The figure is taken out of its page: follow nothing any more.
  close() {
    this.playing = false;
    this.film?.pause();
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

  // Draw the picture where only its still is shown.
  wake() {
    return this.picture ? (this.running ?? Promise.resolve()) : this.want({});
  }

  // The same for what cannot do without a picture: where there is none, its own trouble has been told.
  async drawing() {
    await this.wake();
    if (!this.picture) throw new Error(this.alert.textContent || "There is no picture yet; try again.");
    return this.picture;
  }

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
        const grown = (state) => this.show(state, since).then(() => !this.wanted);
        await this.show(await this.source.state(values, grown), since);
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
    const { time } = this.spec;
    const frame = time ? indexOf(this.controls[time].parameter, state.values[time]) : 0;
    const first = !this.picture;
    this.picture ??= new Picture(await this.source.plotly(), this.plot, this.spec.figure);
    await this.picture.paint(state.arrays, state.ranges, frame);
    if (first) this.drawn();
    this.pick?.place();
    const sentence = Array.isArray(state.readout) ? state.readout[frame] : state.readout;
    this.readout.textContent = sentence;
    if (!this.film?.playing) this.describe();
    if (!this.wanted && state.texts) this.showControls(state.texts);
    this.root.dataset.state = JSON.stringify(state.values);
    this.story?.follow(state.values);
    this.guessing?.show();
    const detail = { values: state.values, milliseconds: performance.now() - since };
    this.root.dispatchEvent(new CustomEvent("explorer:painted", { detail, bubbles: true }));
  }

  describe() {
    this.plot.setAttribute("aria-label", `${this.spec.caption} ${this.readout.textContent}`);
  }

  // The first picture is there: the still has done its part.
  drawn() {
    this.still?.remove();
    this.pick?.attach(this.picture);
    this.picture.placed = () => this.pick?.place();
  }

  trouble(sentence) {
    if (this.alert.textContent !== sentence) this.alert.textContent = sentence;
  }

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

  // ---- toolbar --------------------------------------------------------------------------------

  clicked(event) {
    const held = event.target.closest("button");
    if (!held) return;
    const { preset, action } = held.dataset;
    if (preset !== undefined) this.want(this.spec.presets[preset], event);
    else if (action) this.act(action, event);
  }

  async act(action, event) {
    try {
      await this.actions[action](event);
    } catch (error) {
      this.trouble(error.message);
    }
  }

  reset(event) {
    this.playing = false;
    this.film?.pause();
    const table = this.picture?.turntable;
    if (table) table.face(table.first);
    this.story?.leave();
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

  // Whether the curves that are drawn now stay as a ghost.
  async pinned(wanted) {
    if (!wanted && !this.picture?.ghosts.length) return;
    await this.drawing();
    this.buttons.pin.setAttribute("aria-pressed", wanted);
    await (wanted ? this.picture.pin() : this.picture.unpin());
  }

  // The code below the figure opens by its button.
  followCode() {
    const { code } = this.buttons;
    this.code.classList.add("fold-coded");
    code.setAttribute("aria-expanded", this.code.open);
    this.code.addEventListener("toggle", () => code.setAttribute("aria-expanded", this.code.open));
  }

  // Let these curves stand out; none: all are alike.
  highlight(names) {
    if (!this.picture || same(names, this.picture.highlight)) return;
    this.picture.highlight = names;
    this.picture.redraw();
  }
}
