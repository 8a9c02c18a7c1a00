// Turning a surface: by dragging, by a finger moved sideways, by the arrow keys. Plotly's own handlers would take the wheel
// and every swipe from the page; they never hear of them.

const TURN = Math.PI; // for a drag across the whole picture
const NUDGE = Math.PI / 24; // for a key
const STEEPEST = 0.05; // radians between the line of sight and the vertical
const KEYS = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, NUDGE], ArrowDown: [0, -NUDGE] };

// The eye moved around the vertical by `around` and upwards by `up`, at its distance.
function turned({ x, y, z }, around, up) {
  const distance = Math.hypot(x, y, z);
  const azimuth = Math.atan2(y, x) - around;
  const polar = Math.min(Math.max(Math.acos(z / distance) - up, STEEPEST), Math.PI - STEEPEST);
  const flat = distance * Math.sin(polar);
  return { x: flat * Math.cos(azimuth), y: flat * Math.sin(azimuth), z: distance * Math.cos(polar) };
}

class Turntable {
  constructor(plotly, element, scene, turned) {
    Object.assign(this, { plotly, element, scene, turned, first: scene.camera.eye });
    element.tabIndex = 0;
    element.classList.add("explorer-turns");
    const keep = (event) => event.stopPropagation();
    for (const type of ["wheel", "mousedown", "touchstart", "touchmove", "touchend"]) element.addEventListener(type, keep, { capture: true });
    element.addEventListener("pointerdown", (event) => this.grab(event));
    element.addEventListener("pointermove", (event) => this.drag(event));
    for (const type of ["pointerup", "pointercancel"]) element.addEventListener(type, () => (this.from = undefined));
    element.addEventListener("keydown", (event) => {
      const by = event.target === element && KEYS[event.key];
      if (by) event.preventDefault(), this.turn(...by);
    });
  }

  grab(event) {
    if (event.button !== 0) return;
    this.from = { x: event.clientX, y: event.clientY };
    this.element.setPointerCapture(event.pointerId);
  }

  // A finger's way up and down is the page's, see touch-action in the style sheet.
  drag(event) {
    if (!this.from) return;
    const { clientWidth, clientHeight } = this.element;
    const up = event.pointerType === "touch" ? 0 : (event.clientY - this.from.y) / clientHeight;
    this.turn((TURN * (event.clientX - this.from.x)) / clientWidth, TURN * up);
    this.from = { x: event.clientX, y: event.clientY };
  }

  // The template holds where the reader looks from, so that the next state is seen from there as well.
  turn(around, up) {
    this.face(turned(this.scene.camera.eye, around, up));
  }

  face(eye) {
    this.scene.camera = { ...this.scene.camera, eye };
    return this.plotly.relayout(this.element, { "scene.camera.eye": eye }).then(this.turned);
  }
}
