// The picture: a Plotly figure made of the template, the arrays of a state and the theme's colours.

const REFERENCE = /^@((?:log10:)?[A-Za-z_]\w*)(?:\[(\d+|:?[A-Za-z_]\w*)\])?$/;
const COLOUR = /^\$([\w-]+)(?:@([\d.]+))?$/;
const FIELDS = ["heatmap", "contour", "surface"];
const COORDINATES = ["x", "y", "z", "text"];
const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false };
const MOST_POWERS = 8; // labels on a logarithmic axis
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200]; // decades between labels
const FONT = 14;
const PRESENT_FONT = 24; // exponents on a logarithmic axis are 7/8 of it
const PRESENT_STROKE = 1.6;
const PALE = 0.25;

// How many axes an array may have at this place of a trace; with one more it is a film.
const roomOf = ({ type }, key) => (key === "z" && FIELDS.includes(type) ? 2 : 1);

function* referencesIn(node) {
  if (typeof node === "string") {
    const found = REFERENCE.exec(node);
    if (found) yield found[1];
  } else if (node && typeof node === "object") for (const value of Object.values(node)) yield* referencesIn(value);
}

// The labels of a logarithmic axis: whole powers of ten; on two decades or less 2 and 5 times these as well.
function powers([low, high]) {
  const decades = Math.abs(high - low);
  if (decades > 2 || low < -3 || high > 5) return { dtick: ROUND.find((step) => decades / step <= MOST_POWERS) ?? ROUND.at(-1) };
  const all = Array.from({ length: 10 }, (_, k) => k - 4).flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const tickvals = all.filter((value) => Math.log10(value) >= Math.min(low, high) && Math.log10(value) <= Math.max(low, high));
  return tickvals.length > 1 ? { tickvals, ticktext: tickvals.map(String) } : {};
}

class Picture {
  constructor(plotly, element, figure) {
    this.plotly = plotly;
    this.element = element;
    this.figure = figure;
    // Whatever else than the points of lines a state changes, it needs a whole redraw.
    this.isLine = figure.data.map((trace) => trace.type === "scatter" && referencesIn({ ...trace, x: 0, y: 0 }).next().done);
    this.stillLayout = referencesIn(figure.layout).next().done;
    this.traceNames = figure.data.map((trace) => [...referencesIn(trace)]);
    this.ghosts = [];
    this.ranges = [];
    this.arrays = null;
    this.frame = 0; // of a film
    this.over = () => []; // traces laid over the picture: what a reader guesses
    this.placed = () => undefined; // called when the axes may have moved on the screen
    this.highlight = []; // names of the curves that stand out while the others are pale
    this.present = false;
    this.badge = element.parentElement.appendChild(document.createElement("span"));
    this.badge.className = "explorer-overflow";
  }

  // ---- filling the template -------------------------------------------------------------------

  colour(text) {
    const [, role, opacity] = COLOUR.exec(text);
    const value = getComputedStyle(this.element).getPropertyValue(`--explorer-${role}`).trim();
    if (opacity === undefined) return value;
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16));
    return `rgba(${red},${green},${blue},${opacity})`;
  }

  // In x, y and z even a single number is a list; elsewhere (a shape's corner, say) it is itself. `room` is how many axes there
  // may be: one more, and the array is a film. "name[3]" is a row, "name[step]" the present frame, "name[:step]" all until now.
  value(name, part, listed, room) {
    let array = this.arrays[name];
    if (part === undefined && array.shape.length > room) array = entryOf(array, this.frame);
    else if (part?.startsWith(":")) array = this.until(array);
    else if (part !== undefined) array = entryOf(array, /^\d/.test(part) ? Number(part) : this.frame);
    if (array.shape.length === 2) return rowsOf(array);
    return array.shape.length === 1 || listed ? array.data : array.data[0];
  }

  until({ shape, data }) {
    const count = this.frame + 1;
    return { shape: [count, ...shape.slice(1)], data: data.subarray(0, (data.length / shape[0]) * count) };
  }

  fill(node, key, room = 1) {
    if (typeof node === "string") {
      const found = REFERENCE.exec(node);
      if (found) return this.value(found[1], found[2], COORDINATES.includes(key), room);
      return COLOUR.test(node) ? this.colour(node) : node;
    }
    if (ArrayBuffer.isView(node)) return node; // a ghost's own numbers
    if (Array.isArray(node)) return node.map((value) => this.fill(value));
    if (node && typeof node === "object") {
      return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, this.fill(value, name, roomOf(node, name))]));
    }
    return node;
  }

  filled() {
    const figure = { data: this.fill(this.figure.data), layout: this.fill(this.figure.layout) };
    if (this.highlight.length) for (const trace of figure.data) if (!this.highlight.includes(trace.name)) trace.opacity = PALE;
    for (const { path, range } of this.ranges) {
      if (path[0] === "data") {
        const [low, high] = path[2] === "c" ? ["cmin", "cmax"] : ["zmin", "zmax"];
        Object.assign(figure.data[path[1]], { [low]: range[0], [high]: range[1] });
      } else {
        const holder = path.slice(1, -1).reduce((node, name) => (node[name] ??= {}), figure.layout);
        holder.range = range;
      }
    }
    for (const axis of Object.values(figure.layout)) {
      if (axis?.type === "log" && axis.range && axis.tickvals === undefined) Object.assign(axis, powers(axis.range));
    }
    const named = figure.data.filter(({ type, showlegend }) => /scatter|bar/.test(type) && showlegend !== false);
    figure.layout.showlegend ??= named.length > 1; // a ghost neither has an entry nor makes one worth while
    const family = getComputedStyle(this.element).fontFamily;
    const narrow = this.element.clientWidth < NARROW;
    if (narrow) {
      stack(figure);
      pairUp(figure.layout, named);
    }
    const size = this.present ? PRESENT_FONT : narrow ? 12 : (this.figure.layout.font?.size ?? FONT);
    figure.layout.font = { ...figure.layout.font, family, size };
    if (this.present) {
      figure.layout.margin = { l: 90, r: 30, t: 60, b: 80 };
      for (const { line, marker } of figure.data) {
        if (line?.width) line.width *= PRESENT_STROKE;
        if (marker?.size) marker.size *= PRESENT_STROKE;
      }
    }
    const { clientWidth: width, clientHeight: height } = this.element;
    const room = width && height ? { width, height } : { autosize: true }; // at once: paper does not wait for a timer
    const below = this.ghosts.map((trace) => this.fill(trace));
    return { data: [...below, ...figure.data, ...this.over().map((trace) => this.fill(trace))], layout: { ...figure.layout, ...room } };
  }

  // ---- painting -------------------------------------------------------------------------------

  // Lines alone and no axis changed: move them without drawing the rest again.
  canMoveLines(changed, ranges) {
    return this.stillLayout && changed.every((k) => this.isLine[k]) && JSON.stringify(ranges) === JSON.stringify(this.ranges);
  }

  async paint(arrays, ranges, frame = 0) {
    const [before, earlier] = [this.arrays, this.frame];
    const next = ranges ?? this.ranges;
    Object.assign(this, { arrays, frame });
    if (!this.element._fullLayout) {
      this.ranges = next;
      const { data, layout } = this.filled();
      await this.plotly.newPlot(this.element, data, layout, CONFIG);
      if (this.figure.layout.scene?.camera) this.turntable = new Turntable(this.plotly, this.element, this.figure.layout.scene, () => this.placed());
      this.resizing = new ResizeObserver(() => requestAnimationFrame(() => this.resized())); // not while the page is laid out
      this.resizing.observe(this.element);
    } else {
      const moved = (k) => frame !== earlier && this.isFilm(this.figure.data[k]);
      const changed = [...this.traceNames.keys()].filter((k) => moved(k) || this.traceNames[k].some((name) => before[name] !== arrays[name]));
      // Plotly leaves behind what a line or a cloud of points no longer has: coming and going need a whole redraw.
      const size = ({ data }) => data.length;
      const reshaped = changed.some((k) => this.traceNames[k].some((name) => size(before[name]) !== size(arrays[name])));
      if (this.canMoveLines(changed, next) && !reshaped) await this.moveLines(changed);
      else {
        this.ranges = next;
        await this.redraw();
      }
    }
    this.markGaps();
  }

  // Whether a trace depends on the frame.
  isFilm(trace) {
    const depends = ([key, text]) => {
      const found = typeof text === "string" && REFERENCE.exec(text);
      if (!found) return false;
      if (found[2] !== undefined) return !/^\d/.test(found[2]);
      return this.arrays[found[1]].shape.length > roomOf(trace, key);
    };
    return Object.entries(trace).some(depends);
  }

  async moveLines(changed) {
    if (!changed.length) return;
    const data = changed.map((k) => {
      const trace = this.figure.data[k];
      return Object.fromEntries(["x", "y"].filter((key) => key in trace).map((key) => [key, this.fill(trace[key], key)]));
    });
    const still = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } };
    const layers = this.keepLayers();
    await this.plotly.animate(this.element, { data, traces: changed.map((k) => k + this.ghosts.length) }, still);
    layers.disconnect();
  }

  // When Plotly moves lines it takes out the layers of what is no line, a contour say, and those of panels in which nothing moves:
  // put them back before anybody sees it.
  keepLayers() {
    const kept = [...this.element.querySelectorAll("g.mlayer")].map((layer) => [layer, layer.parentNode]);
    const restore = () => kept.toReversed().forEach(([layer, parent]) => layer.isConnected || parent.prepend(layer));
    const observer = new MutationObserver(restore);
    for (const parent of new Set(kept.map(([, parent]) => parent))) observer.observe(parent, { childList: true });
    return { disconnect: () => (restore(), observer.disconnect()) };
  }

  async redraw() {
    if (!this.arrays) return;
    const { data, layout } = this.filled();
    await this.plotly.react(this.element, data, layout, CONFIG);
    this.markGaps();
    this.placed();
  }

  resized() {
    const { clientWidth, clientHeight } = this.element;
    const full = this.element._fullLayout;
    if (!clientWidth || (full && full.width === clientWidth && full.height === clientHeight)) return;
    this.redraw();
  }

  close() {
    this.resizing?.disconnect();
    this.plotly.purge(this.element);
  }

  // ---- ghosts ---------------------------------------------------------------------------------

  // Keep the present curves as pale copies; their data is frozen into the trace.
  pin() {
    this.ghosts = this.figure.data.filter((trace) => trace.line?.width !== 0).map((trace) => {
      const ghost = { ...this.fill(trace), showlegend: false, hoverinfo: "skip", name: "pinned" };
      if (trace.type === "scatter" || trace.type === "scatter3d") {
        ghost.line = { ...ghost.line, color: "$ghost" };
        if (ghost.marker) ghost.marker = { ...ghost.marker, color: "$ghost" };
        if (ghost.fillcolor) ghost.fillcolor = "$ghost@0.2";
      } else if (trace.type === "bar") ghost.marker = { color: "$ghost@0.5", line: { width: 0 } };
      else if (trace.type === "surface") Object.assign(ghost, { opacity: 0.25, showscale: false });
      else Object.assign(ghost, { type: "contour", contours: { coloring: "none" }, line: { color: "$ghost", width: 1 }, showscale: false });
      return ghost;
    });
    if (this.ghosts.some((ghost) => ghost.type === "bar")) this.figure.layout.barmode = "overlay";
    return this.redraw();
  }

  unpin() {
    this.ghosts = [];
    return this.redraw();
  }

  // ---- gaps -----------------------------------------------------------------------------------

  // Where a number is not finite, or not positive on a logarithmic axis, the curve has a gap: name it.
  gap() {
    for (const trace of this.figure.data) {
      for (const key of ["y", "x", "z"]) {
        const found = typeof trace[key] === "string" && REFERENCE.exec(trace[key]);
        if (!found) continue;
        const log = this.figure.layout[`${key}axis${(trace[`${key}axis`] ?? key).slice(1)}`]?.type === "log";
        const values = this.value(found[1], found[2], true, roomOf(trace, key));
        const rows = ArrayBuffer.isView(values) ? [values] : values;
        for (const data of rows) {
          for (let k = 0; k < data.length; k++) {
            const low = data[k] === -Infinity;
            if (!Number.isFinite(data[k])) return { word: low && found[1].startsWith("log10:") ? "zero" : "overflow", trace, at: k, low };
            if (log && data[k] <= 0 && trace.type !== "bar") return { word: data[k] < 0 ? "negative" : "zero", trace, at: k, low: true };
          }
        }
      }
    }
    return null;
  }

  markGaps() {
    const gap = this.gap();
    this.badge.textContent = gap ? gap.word : "";
    this.badge.hidden = !gap;
    const axes = this.element._fullLayout;
    if (!gap || !axes?.xaxis || typeof gap.trace.x !== "string") return;
    const x = this.fill(gap.trace.x, "x")[gap.at];
    const at = axes.xaxis._offset + axes.xaxis.d2p(x);
    const width = this.element.clientWidth;
    this.badge.style.left = `${Math.min(Math.max(Number.isFinite(at) ? at : width, 40), width - 50)}px`;
    this.badge.style.top = `${gap.low ? axes.yaxis._offset + axes.yaxis._length - 26 : axes.yaxis._offset + 4}px`;
  }
}
