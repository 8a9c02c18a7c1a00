// Grabbing the picture: a click or a drag on its plane sets the parameters that stand on the axes. The sliders stay, for keys.

const DIGITS = 4; // of a value taken from a pixel
const STILL_PIXELS = 5; // a finger or a mouse that moved less has clicked

// The offered value nearest to `value` in the picture, or, where any is allowed, the value itself inside the range.
function reached(parameter, value, any, log) {
  const offered = parameter.values;
  const [low, high] = [Math.min(...offered), Math.max(...offered)];
  const inside = Math.min(Math.max(value, low), high);
  if (any && parameter.kind === "slider") {
    const round = offered.every(Number.isInteger) ? Math.round(inside) : Number(inside.toPrecision(DIGITS));
    return Math.min(Math.max(round, low), high);
  }
  const apart = (v) => Math.abs(log ? Math.log(v / inside) : v - inside);
  return offered.reduce((best, v) => (apart(v) < apart(best) ? v : best));
}

class Pick {
  constructor(explorer) {
    this.explorer = explorer;
    this.handle = make("span", { class: "explorer-handle", hidden: "", "aria-hidden": "true" });
    this.parameters = Object.fromEntries(
      Object.entries(explorer.spec.pick).map(([axis, name]) => [axis, explorer.spec.parameters.find((p) => p.name === name)]),
    );
  }

  // The picture is drawn for the first time: listen to it.
  attach(picture) {
    this.plot = picture.element;
    this.plane = picture.figure.layout.scene ? new BasePlane(picture) : new Plane(picture);
    this.plot.classList.add("explorer-picks");
    this.plot.addEventListener("pointerdown", (event) => this.grab(event, this.plot));
    this.handle.addEventListener("pointerdown", (event) => this.grab(event, this.handle));
  }

  at(event) {
    const { left, top } = this.plot.getBoundingClientRect();
    return this.plane.values(event.clientX - left, event.clientY - top);
  }

  // A mouse drags from anywhere on a plane; a finger drags the handle and elsewhere taps, so that the page can still be
  // scrolled; a surface is turned by dragging, so only its handle is dragged.
  grab(event, held) {
    if (event.button !== 0 || this.explorer.guessing?.drawing || !this.at(event)) return;
    const drags = held === this.handle || (event.pointerType === "mouse" && !this.plane.turns);
    const from = { x: event.clientX, y: event.clientY };
    const ending = new AbortController();
    const own = (act) => (moved) => moved.pointerId === event.pointerId && act(moved); // another finger is none of ours
    const follow = (type, act) => window.addEventListener(type, own(act), { signal: ending.signal });
    if (drags) {
      event.preventDefault();
      this.set(event);
      follow("pointermove", (moved) => this.set(moved));
    }
    follow("pointercancel", () => ending.abort());
    follow("pointerup", (up) => {
      ending.abort();
      if (Math.hypot(up.clientX - from.x, up.clientY - from.y) < STILL_PIXELS) this.set(up);
    });
  }

  set(event) {
    const values = this.at(event);
    if (!values) return;
    const any = this.explorer.source.any;
    const changes = Object.entries(this.parameters).map(([axis, p]) => [p.name, reached(p, values[axis], any, this.plane.axes?.[axis].type === "log")]);
    if (changes.some(([name, value]) => this.explorer.values[name] !== value)) this.explorer.want(Object.fromEntries(changes), event);
  }

  // The handle goes where the parameters are. Where a surface is seen from is known once it has been drawn.
  place() {
    if (this.plane?.turns) requestAnimationFrame(() => requestAnimationFrame(() => this.put()));
    else if (this.plane) this.put();
  }

  // Without a parameter along the other axis it slides on its own axis.
  put() {
    const values = Object.fromEntries(Object.entries(this.parameters).map(([axis, p]) => [axis, this.explorer.values[p.name]]));
    const point = this.plane.pixels(values);
    this.handle.hidden = !point;
    if (!point) return;
    this.handle.style.left = `${this.plot.offsetLeft + point[0]}px`;
    this.handle.style.top = `${this.plot.offsetTop + point[1]}px`;
  }
}

// The plane of a picture's first pair of axes.
class Plane {
  constructor({ element }) {
    this.element = element;
  }

  get axes() {
    const { xaxis, yaxis } = this.element._fullLayout;
    return { x: xaxis, y: yaxis };
  }

  values(left, top) {
    const { x, y } = this.axes;
    const [across, down] = [left - x._offset, top - y._offset];
    if (across < 0 || across > x._length || down < 0 || down > y._length) return null;
    return { x: x.p2d(across), y: y.p2d(down) };
  }

  pixels(values) {
    const inside = Object.entries(this.axes).map(([name, axis]) => {
      const at = values[name] === undefined ? (name === "y" ? axis._length : 0) : axis.d2p(values[name]);
      return at >= -1 && at <= axis._length + 1 ? axis._offset + at : NaN;
    });
    return inside.every(Number.isFinite) ? inside : null;
  }
}

// The base of a surface's box. Seen in perspective, a pixel and a point of a plane are related by one 3 × 3 matrix.
class BasePlane {
  constructor(picture) {
    this.picture = picture;
    this.turns = true;
  }

  get scene() {
    return this.picture.element._fullLayout.scene._scene;
  }

  // Columns: what x, y and 1 contribute to (left · w, top · w, w).
  matrix() {
    const { glplot, dataScale, fullSceneLayout } = this.scene;
    const { model, view, projection } = glplot.cameraParams;
    const base = fullSceneLayout.zaxis.range[0];
    const { clientWidth: width, clientHeight: height } = this.picture.element;
    const seen = (point) => [model, view, projection].reduce((v, m) => [0, 1, 2, 3].map((row) => v.reduce((sum, c, k) => sum + c * m[4 * k + row], 0)), point);
    const columns = [[dataScale[0], 0, 0, 0], [0, dataScale[1], 0, 0], [0, 0, base * dataScale[2], 1]].map(seen);
    return columns.map(([x, y, , w]) => [(width * (x + w)) / 2, (height * (w - y)) / 2, w]);
  }

  pixels({ x, y }) {
    const { xaxis, yaxis } = this.scene.fullSceneLayout;
    const middle = ({ range }) => (range[0] + range[1]) / 2;
    const point = [x ?? middle(xaxis), y ?? middle(yaxis), 1];
    const [left, top, w] = [0, 1, 2].map((row) => this.matrix().reduce((sum, column, k) => sum + column[row] * point[k], 0));
    return [left / w, top / w];
  }

  values(left, top) {
    const [a, b, c] = this.matrix();
    const cross = (u, v) => [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const along = (row) => row[0] * left + row[1] * top + row[2];
    const [x, y, w] = [cross(b, c), cross(c, a), cross(a, b)].map(along);
    const { xaxis, yaxis } = this.scene.fullSceneLayout;
    const inside = (value, { range }) => value >= Math.min(...range) && value <= Math.max(...range);
    return inside(x / w, xaxis) && inside(y / w, yaxis) ? { x: x / w, y: y / w } : null;
  }
}
