// Time as a control: the frames of a film are played, stepped through, repeated, at three speeds.

const FRAMES_A_SECOND = 30;
const SPEEDS = [1, 2, 0.5];
const CALM_STOPS = 10; // for readers who want no motion a film is a slide show
const CALM_MILLISECONDS = 700;
const FILM = [
  ["frame-back", "‹", "One frame back"],
  ["play", "▶ Play", "Play the film"],
  ["frame-on", "›", "One frame on"],
];
const nextFrame = () => new Promise(requestAnimationFrame);

class Film {
  constructor(explorer) {
    this.explorer = explorer;
    this.parameter = explorer.spec.parameters.find((p) => p.name === explorer.spec.time);
    this.values = this.parameter.values;
    this.speed = 1;
    this.rate = this.parameter.seconds ? this.values.length / this.parameter.seconds : FRAMES_A_SECOND;
    this.buttons = Object.fromEntries(FILM.map(([action, text, title]) => [action, button(action, text, title)]));
    this.loop = button("loop", "↻", "Begin again at the end");
    this.loop.setAttribute("aria-pressed", false);
    this.faster = button("speed", "×1", "Speed ×1");
    const control = explorer.controls[this.parameter.name].element;
    this.element = make("div", { class: "explorer-film", role: "group", "aria-label": "Film" }, ...Object.values(this.buttons), control, this.loop, this.faster);
    Object.assign(explorer.actions, {
      play: () => this.toggle(),
      "frame-back": () => this.step(-1),
      "frame-on": () => this.step(1),
      loop: () => this.loop.setAttribute("aria-pressed", this.loop.getAttribute("aria-pressed") !== "true"),
      speed: () => this.hurry(),
    });
  }

  get index() {
    return indexOf(this.parameter, this.explorer.values[this.parameter.name]);
  }

  get last() {
    return this.values.length - 1;
  }

  show(index) {
    return this.explorer.want({ [this.parameter.name]: this.values[index] });
  }

  step(by) {
    this.pause();
    return this.show(Math.min(Math.max(this.index + by, 0), this.last));
  }

  hurry() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.faster.textContent = this.speed === 0.5 ? "×½" : `×${this.speed}`;
    this.faster.setAttribute("aria-label", `Speed ${this.faster.textContent}`);
  }

  // What was asked for and is not drawn yet is not wanted any more: in a kernel it may have to be made.
  pause() {
    const { root, running } = this.explorer;
    const stopped = this.playing && running;
    this.playing = false;
    this.mark();
    if (stopped) this.explorer.want({ [this.parameter.name]: JSON.parse(root.dataset.state)[this.parameter.name] });
    else this.explorer.describe();
  }

  mark() {
    this.buttons.play.textContent = this.playing ? "⏸ Pause" : FILM[1][1];
    this.buttons.play.setAttribute("aria-pressed", Boolean(this.playing));
    this.explorer.readout.setAttribute("aria-live", this.playing ? "off" : "polite"); // thirty sentences a second are none
  }

  toggle() {
    if (this.playing) return this.pause();
    this.playing = true;
    this.mark();
    const turn = (this.turn = (this.turn ?? 0) + 1); // a pause and another play leave the earlier loop behind
    return this.run(() => this.playing && this.turn === turn && this.explorer.root.isConnected);
  }

  // By the clock: what is too slow to be drawn is left out, and the film takes as long as it should.
  async run(goes) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const perMillisecond = () => (calm ? this.last / CALM_STOPS / CALM_MILLISECONDS : (this.rate * this.speed) / 1000);
    let at = this.index === this.last ? 0 : this.index;
    let shown = at;
    let before = performance.now();
    await this.show(at);
    while (goes()) {
      await (calm ? new Promise((resolve) => setTimeout(resolve, CALM_MILLISECONDS)) : nextFrame());
      const now = performance.now();
      if (this.index === shown) at += (now - before) * perMillisecond();
      else at = this.index; // the reader has put it elsewhere
      before = now;
      if (!goes()) return;
      if (at >= this.last && this.loop.getAttribute("aria-pressed") === "true") at = 0;
      shown = Math.min(Math.floor(at), this.last);
      if (shown !== this.index) await this.show(shown);
      if (at >= this.last && goes()) return this.pause();
    }
  }
}
