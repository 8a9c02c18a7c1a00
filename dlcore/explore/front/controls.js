// The controls of an explorer, native elements all of them, and the values they stand for.

let serial = 0;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A button is called what stands on it; where that is a sign alone, what it does.
const button = (action, text, title) =>
  make("button", { type: "button", "data-action": action, title, "aria-label": /\p{L}/u.test(text) ? undefined : title }, text);

// A number in the book's notation, three digits: 0.25, 3.2×10⁻⁵.
function written(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "undefined" : value > 0 ? "∞" : "−∞";
  const [mantissa, exponent] = value.toExponential(2).split("e").map(Number);
  const plain = exponent >= -3 && exponent < 5;
  const high = String(exponent).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  return (plain || value === 0 ? String(Number(value.toPrecision(3))) : `${mantissa}×10${high}`).replace("-", "−");
}

const isRange = ({ kind }) => kind === "slider" || kind === "time";

// Index of the offered value that is `value`, or for a slider the nearest one.
function indexOf(parameter, value) {
  if (!isRange(parameter)) return parameter.values.indexOf(value);
  const distance = parameter.values.map((offered) => Math.abs(offered - value));
  return distance.indexOf(Math.min(...distance));
}

// A value written in a link, or undefined if it is none of this parameter's.
function parse(parameter, text) {
  if (isRange(parameter)) {
    const value = Number(text);
    const inside = text.trim() !== "" && value >= parameter.values[0] && value <= parameter.values.at(-1);
    return inside ? (parameter.values.every(Number.isInteger) ? Math.round(value) : value) : undefined;
  }
  if (parameter.kind === "toggle") return { true: true, 1: true, on: true, false: false, 0: false, off: false }[text];
  const same = (value) => (typeof value === "number" && text.trim() !== "" ? value === Number(text) : String(value) === text);
  return parameter.values.find(same);
}

class Control {
  constructor(parameter, changed) {
    this.parameter = parameter;
    const id = `explorer-control-${++serial}`;
    const [element, input] = this[parameter.kind](id);
    this.element = element;
    this.input = input;
    input.addEventListener("input", (event) => changed(this.read(), event));
    if (!isRange(parameter)) input.addEventListener("change", (event) => changed(this.read(), event));
  }

  frame(id, input, ...more) {
    this.output = make("output", { for: id, "aria-live": "off" });
    const label = make("label", { for: id, class: "explorer-label" }, this.parameter.label);
    const head = make("div", { class: "explorer-control-head" }, label, this.output);
    const order = this.parameter.kind === "toggle" ? [input, head] : [head, input];
    return make("div", { class: `explorer-control explorer-${this.parameter.kind}` }, ...order, ...more);
  }

  slider(id) {
    const last = this.parameter.values.length - 1;
    const input = make("input", { type: "range", id, name: this.parameter.name, min: 0, max: last, step: 1, autocomplete: "off" });
    const marks = this.parameter.marks.map(([index, text]) => {
      const mark = make("span", { class: "explorer-mark" }, text);
      mark.style.setProperty("--at", last ? index / last : 0);
      return mark;
    });
    return [this.frame(id, input, make("div", { class: "explorer-marks", "aria-hidden": "true" }, ...marks)), input];
  }

  time(id) {
    return this.slider(id);
  }

  choice(id) {
    const options = this.parameter.values.map((value, k) => make("option", { value: String(value) }, this.parameter.texts[k]));
    const input = make("select", { id, name: this.parameter.name, autocomplete: "off" }, ...options);
    return [this.frame(id, input), input];
  }

  toggle(id) {
    const input = make("input", { type: "checkbox", id, name: this.parameter.name, autocomplete: "off" });
    return [this.frame(id, input), input];
  }

  read() {
    const { kind, values } = this.parameter;
    if (kind === "toggle") return this.input.checked;
    return values[isRange(this.parameter) ? Number(this.input.value) : this.input.selectedIndex];
  }

  // Show `value`; `text` is its notation where it is not one of the offered values.
  show(value, text) {
    const { kind, values, texts } = this.parameter;
    const index = indexOf(this.parameter, value);
    if (kind === "toggle") this.input.checked = value;
    else if (kind === "choice") this.input.selectedIndex = index;
    else this.input.value = index;
    this.output.textContent = values[index] === value ? texts[index] : (text ?? written(value));
    if (isRange(this.parameter)) this.input.setAttribute("aria-valuetext", this.output.textContent);
  }
}

// A still stands in a file for both themes; which one is said behind the #.
function showTheme(still, name) {
  for (const held of still?.querySelectorAll("source, img") ?? []) {
    const key = held.localName === "img" ? "src" : "srcset";
    held.setAttribute(key, `${held.getAttribute(key).split("#")[0]}#${name}`);
  }
}
