// The built page: states come from chunks computed beforehand, no kernel, no server, no other host.

const here = document.currentScript.src ? new URL(".", document.currentScript.src).href : "";
const waiting = new WeakMap(); // script element → what to do with its chunk
globalThis.dlcoreExplorer = { chunk: (script, index, content) => waiting.get(script)(content) };

// A page that is one file has its chunks inside.
function inside(address) {
  const held = document.querySelector(`script[data-chunk="${address.slice(here.length)}"]`);
  return held && JSON.parse(held.textContent);
}

function loadScript(address, trouble) {
  const held = inside(address);
  if (held) return Promise.resolve(held);
  return new Promise((resolve, reject) => {
    const script = make("script", { src: address });
    waiting.set(script, (content) => (script.content = content));
    script.onload = () => resolve(script.content);
    script.onerror = () => (script.remove(), reject(new Error(trouble)));
    document.head.append(script);
  });
}

const LANDING_MILLISECONDS = 20000;
let plotly;
function loadPlotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  plotly ??= loadScript(`${here}plotly.min.js`, "The drawing library did not load, so there is no picture; reload the page.").then(
    () => window.Plotly,
    (error) => ((plotly = undefined), Promise.reject(error)),
  );
  return plotly;
}

class BakedSource {
  constructor(spec) {
    this.spec = spec;
    this.chunks = new Map();
    this.doing = "loading …";
    this.plotly = loadPlotly;
    if (/\/_static\/explorers\/$/.test(here)) this.home = (name) => new URL(`../../figures/${name}.html`, here).href; // in a book
  }

  // What holds a figure's code in its page.
  code(name) {
    return document.querySelector(`details[data-figures~="${name}"]`);
  }

  // The built page knows the stops alone.
  snap(values) {
    const stop = (p) => p.values[indexOf(p, values[p.name])];
    return Object.fromEntries(this.spec.parameters.map((p) => [p.name, stop(p)]));
  }

  async first(values) {
    this.constants ??= (await decode(this.spec.store.constants))[0];
    this.varying ??= (await decode(this.spec.store.first))[0];
    return this.answer(values, this.varying, this.spec.store.readout);
  }

  answer(values, varying, readout) {
    return { values, arrays: { ...this.constants, ...varying }, readout, ranges: this.spec.store.ranges };
  }

  // A state's index counts through the stops, the last parameter fastest; a film is one state.
  index(values) {
    const counted = this.spec.parameters.filter((p) => p.kind !== "time");
    return counted.reduce((index, p) => index * p.values.length + indexOf(p, values[p.name]), 0);
  }

  async state(values) {
    if (!this.chunks.size && this.index(values) === this.index(this.spec.start)) return this.first(values);
    this.constants ??= (await decode(this.spec.store.constants))[0];
    const index = this.index(values);
    const edges = this.spec.store.chunks;
    const k = edges.findIndex((edge, j) => index >= edge && index < edges[j + 1]);
    let chunk = this.chunks.get(k);
    if (!chunk || chunk instanceof Promise) chunk = await this.chunk(k);
    return this.answer(values, chunk.states[index - edges[k]], chunk.readouts[index - edges[k]]);
  }

  chunk(k) {
    if (!this.chunks.has(k)) {
      const address = `${here}${this.spec.store.name}/${String(k).padStart(4, "0")}.js`;
      const loaded = loadScript(address, "The numbers for this state did not load; the picture shows the state before. Move the control again to retry.")
        .then(async (content) => ({ states: await decode(content), readouts: content.readouts }))
        .then((chunk) => (this.chunks.set(k, chunk), chunk));
      this.chunks.set(k, loaded.catch((error) => (this.chunks.delete(k), Promise.reject(error))));
    }
    return this.chunks.get(k);
  }

  // Bring in everything, one chunk after the other, so that no later slide has to wait.
  async prefetch() {
    this.prefetching ??= (async () => {
      for (let k = 0; k + 1 < this.spec.store.chunks.length; k++) await this.chunk(k);
    })().catch(() => (this.prefetching = undefined)); // the state that needs the chunk will say so
    return this.prefetching;
  }
}

const LOW = Object.fromEntries([..."0123456789"].map((digit, k) => [digit, "₀₁₂₃₄₅₆₇₈₉"[k]]));
const HIGH = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", "*": "*" };
const GREEK = {
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ", kappa: "κ", lambda: "λ", mu: "μ",
  xi: "ξ", rho: "ρ", sigma: "σ", tau: "τ", varphi: "φ", phi: "φ", chi: "χ", omega: "ω", ell: "ℓ", sqrt: "√", times: "×",
}; // prettier-ignore

// A formula of a label where nothing can set it, in a file of its own: σ² for \sigma^2, log₁₀ for \log_{10}.
function plain(tex) {
  const script = (signs, mark) => (_, inner, sign) => [...(inner ?? sign)].map((c) => signs[c] ?? null).includes(null) ? mark + (inner ?? sign) : [...(inner ?? sign)].map((c) => signs[c]).join("");
  return tex
    .replace(/\\([a-zA-Z]+)\s*/g, (_, name) => GREEK[name] ?? name)
    .replace(/\^(?:\{([^}]*)\}|(.))/g, script(HIGH, "^"))
    .replace(/_(?:\{([^}]*)\}|(.))/g, script(LOW, "_"))
    .replace(/[{}\\]/g, "");
}

// Labels may hold LaTeX between dollars; the page's own MathJax sets it once it is there.
function typesetInPage(element) {
  if (!element.textContent.includes("$")) return;
  if (!globalThis.MathJax && !document.querySelector("script[src*='mathjax' i]")) {
    element.textContent = element.textContent.replace(/\$([^$]+)\$/g, (_, tex) => plain(tex));
    return;
  }
  element.classList.add("tex2jax_process", "mathjax_process");
  element.textContent = element.textContent.replace(/\$([^$]+)\$/g, "\\($1\\)");
  globalThis.MathJax?.typesetPromise?.([element]);
}

function explorersByHash() {
  const found = /^#explorer-([\w-]+?)(?:\?(.*))?$/.exec(location.hash);
  const root = found && document.getElementById(`explorer-${found[1]}`);
  if (!root?.explorer) return;
  if (window.parent === window) land(root); // in a frame it would move the page around it
  root.explorer.restore(found[2] ?? "");
}

// Go to a figure, and stay there while what stands above it finds its size; a reader who scrolls is let go.
function land(root) {
  const aim = () => root.scrollIntoView({ block: "center", behavior: "instant" });
  aim();
  const watch = new ResizeObserver(aim);
  watch.observe(document.body);
  for (const sign of ["wheel", "touchmove", "keydown", "pointerdown"]) window.addEventListener(sign, () => watch.disconnect(), { once: true, passive: true });
  setTimeout(() => watch.disconnect(), LANDING_MILLISECONDS);
}

// What a figure needs is loaded once somebody touches it; until then a still stands there.
function boot() {
  const explorers = [...document.querySelectorAll("figure.explorer")].map((root) => {
    const spec = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const explorer = new Explorer(root, spec, new BakedSource(spec), typesetInPage);
    if (explorer.still) root.dataset.state = JSON.stringify(explorer.source.snap(spec.start));
    else explorer.wake();
    for (const touch of ["pointerenter", "focusin", "touchstart"])
      root.addEventListener(touch, () => explorer.wake().then(() => explorer.source.prefetch()), { once: true, passive: true });
    return explorer;
  });
  window.addEventListener("hashchange", explorersByHash);
  // A browser that comes back to a page puts its old forms back behind the script: the controls say what is drawn.
  window.addEventListener("pageshow", () => explorers.forEach((explorer) => explorer.showControls()));
  // The same link twice changes no hash, yet should set the state again.
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href*='#explorer-']");
    if (anchor && anchor.href === location.href) explorersByHash();
  });
  explorersByHash();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot);
else boot();
