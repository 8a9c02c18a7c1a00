// A guess before the answer: a number set on the vertical axis, or a curve drawn over the picture. It stays until cleared, and
// leaves the page never.

const GUESS_STEPS = 200;
const ANCHORS = 9; // of a curve drawn with keys
const ANCHOR_STEP = 0.05; // of the axis
const GUESS_LINE = { type: "scatter", mode: "lines", name: "your guess", line: { color: "$guess", width: 3, dash: "dot" }, hoverinfo: "skip" };

class Guessing {
  constructor(explorer) {
    this.explorer = explorer;
    const { label, kind } = (this.spec = explorer.spec.guess);
    this.open = button("guess", kind === "number" ? `Guess first: ${label}` : `Draw your guess: ${label}`, "Commit yourself, then slide");
    this.clear = button("unguess", "✕ Clear", "Take the guess away");
    this.verdict = make("output", { class: "explorer-verdict" });
    this.slider = make("input", { type: "range", min: 0, max: GUESS_STEPS, value: GUESS_STEPS / 2, "aria-label": `Your guess: ${label}` });
    this.slider.addEventListener("input", (event) => (event.stopPropagation(), this.level(Number(this.slider.value) / GUESS_STEPS)));
    this.element = make("div", { class: "explorer-guess", role: "group", "aria-label": "Your guess" }, this.open, this.slider, this.verdict, this.clear);
    Object.assign(explorer.actions, { guess: () => this.begin(), unguess: () => this.end() });
    this.show();
  }

  show() {
    const begun = Boolean(this.points) || this.drawing;
    this.slider.hidden = !(begun && this.spec.kind === "number");
    this.clear.hidden = !begun;
    this.open.hidden = begun;
    this.verdict.textContent = begun ? this.says() : "";
  }

  says() {
    if (this.drawing) return "Draw from left to right, or move nine points: ← → to choose, ↑ ↓ to move, Enter to end.";
    if (this.spec.kind === "curve") return "Your curve stays in the picture.";
    const array = this.explorer.picture.arrays[this.spec.name];
    const answer = array.data[array.data.length > 1 ? this.explorer.picture.frame : 0];
    return `you guess ${written(this.points.y[0])}; here it is ${written(answer)}`;
  }

  get axes() {
    const { xaxis: x, yaxis: y } = this.explorer.plot._fullLayout;
    return { x, y };
  }

  async begin() {
    await this.explorer.drawing();
    this.explorer.picture.over = () => (this.points ? [{ ...GUESS_LINE, ...this.points }] : []);
    if (this.spec.kind === "number") {
      this.level(Number(this.slider.value) / GUESS_STEPS);
      this.slider.focus();
    } else this.draw();
  }

  end() {
    this.stop?.();
    this.points = null;
    this.show();
    this.open.focus();
    return this.explorer.picture.redraw();
  }

  // A number, at a fraction of the height of the vertical axis.
  level(fraction) {
    const { x, y } = this.axes;
    const value = y.l2d(y.range[0] + fraction * (y.range[1] - y.range[0]));
    this.points = { x: x.range.map((end) => x.l2d(end)), y: [value, value] };
    this.slider.setAttribute("aria-valuetext", written(value));
    this.show();
    return this.explorer.picture.redraw();
  }

  // A curve, with the pointer or with the keys.
  draw() {
    const { plot, picture } = this.explorer;
    const ending = new AbortController();
    const listen = (type, act) => plot.addEventListener(type, act, { signal: ending.signal, capture: true });
    this.drawing = true;
    this.stop = () => {
      this.drawing = false;
      ending.abort();
      plot.classList.remove("explorer-draws");
      const held = document.activeElement === plot;
      plot.removeAttribute("tabindex");
      this.show();
      if (held) this.clear.focus();
    };
    plot.classList.add("explorer-draws");
    plot.tabIndex = 0;
    plot.focus();
    this.show();
    const drawn = new Map(); // pixel column → height
    const add = (event) => {
      const { x, y } = this.axes;
      const { left, top } = plot.getBoundingClientRect();
      const across = Math.round(Math.min(Math.max(event.clientX - left - x._offset, 0), x._length));
      drawn.set(across, Math.min(Math.max(event.clientY - top - y._offset, 0), y._length));
      const columns = [...drawn.keys()].sort((a, b) => a - b);
      this.points = { x: columns.map((column) => x.p2d(column)), y: columns.map((column) => y.p2d(drawn.get(column))) };
      picture.redraw();
    };
    listen("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      event.preventDefault();
      drawn.clear();
      add(event);
      plot.setPointerCapture(event.pointerId);
      listen("pointermove", (moved) => moved.isPrimary && add(moved));
      for (const end of ["pointerup", "pointercancel"]) listen(end, (ended) => ended.isPrimary && this.stop());
    });
    this.byKeys(listen);
  }

  byKeys(listen) {
    const heights = Array(ANCHORS).fill(0.5); // fractions of the vertical axis
    let at = 0;
    const moves = {
      ArrowLeft: () => (at = Math.max(at - 1, 0)),
      ArrowRight: () => (at = Math.min(at + 1, ANCHORS - 1)),
      ArrowUp: () => (heights[at] = Math.min(heights[at] + ANCHOR_STEP, 1)),
      ArrowDown: () => (heights[at] = Math.max(heights[at] - ANCHOR_STEP, 0)),
    };
    listen("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") return event.preventDefault(), event.stopPropagation(), this.stop();
      if (!moves[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      moves[event.key]();
      const { x, y } = this.axes;
      const between = ({ range }, fraction) => range[0] + fraction * (range[1] - range[0]);
      this.points = { x: heights.map((_, k) => x.l2d(between(x, k / (ANCHORS - 1)))), y: heights.map((height) => y.l2d(between(y, height))) };
      this.verdict.textContent = `Point ${at + 1} of ${ANCHORS}: ${written(this.points.y[at])}`;
      this.explorer.picture.redraw();
    });
  }
}
