// The built page: states come from chunks computed beforehand, no kernel, no server, no other host.

const here = new URL(".", document.currentScript.src).href;
const waiting = new WeakMap(); // script element → what to do with its chunk
globalThis.dlcoreExplorer = { chunk: (script, index, content) => waiting.get(script)(content) };

function loadScript(address, trouble) {
  return new Promise((resolve, reject) => {
    const script = make("script", { src: address });
    waiting.set(script, (content) => (script.content = content));
    script.onload = () => resolve(script.content);
    script.onerror = () => (script.remove(), reject(new Error(trouble)));
    document.head.append(script);
  });
}

let plotly;
function loadPlotly() {
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
  }

  // The built page knows the stops alone.
  snap(values) {
    const stop = (p) => p.values[indexOf(p, values[p.name])];
    return Object.fromEntries(this.spec.parameters.map((p) => [p.name, stop(p)]));
  }

  async first() {
    this.constants ??= (await decode(this.spec.store.constants))[0];
    const [varying] = await decode(this.spec.store.first);
    return this.answer(this.snap(this.spec.start), varying, this.spec.store.readout);
  }

  answer(values, varying, readout) {
    return { values, arrays: { ...this.constants, ...varying }, readout, ranges: this.spec.store.ranges };
  }

  // A state's index counts through the stops, the last parameter fastest.
  index(values) {
    return this.spec.parameters.reduce((index, p) => index * p.values.length + indexOf(p, values[p.name]), 0);
  }

  async state(values) {
    if (!this.chunks.size && this.index(values) === this.index(this.spec.start)) return this.first();
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

// Labels may hold LaTeX between dollars; the page's own MathJax sets it once it is there.
function typesetInPage(element) {
  if (!element.textContent.includes("$")) return;
  element.classList.add("tex2jax_process", "mathjax_process");
  element.textContent = element.textContent.replace(/\$([^$]+)\$/g, "\\($1\\)");
  globalThis.MathJax?.typesetPromise?.([element]);
}

function explorersByHash() {
  const found = /^#explorer-([\w-]+?)(?:\?(.*))?$/.exec(location.hash);
  const root = found && document.getElementById(`explorer-${found[1]}`);
  if (!root?.explorer) return;
  root.scrollIntoView({ block: "center" });
  if (found[2]) root.explorer.restore(found[2]);
}

async function boot() {
  const explorers = [...document.querySelectorAll("figure.explorer")].map((root) => {
    const spec = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    return new Explorer(root, spec, new BakedSource(spec), typesetInPage);
  });
  const prefetch = ({ source }) => source.prefetch();
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) prefetch(target.explorer), seen.unobserve(target);
  });
  for (const explorer of explorers) {
    if (!explorer.running) await explorer.want({}); // else the reader was faster
  }
  window.addEventListener("hashchange", explorersByHash);
  // A browser that comes back to a page puts its old forms back behind the script: the controls say what is drawn.
  window.addEventListener("pageshow", () => explorers.forEach((explorer) => explorer.showControls()));
  // The same link twice changes no hash, yet should set the state again.
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href*='#explorer-']");
    if (anchor && anchor.href === location.href) explorersByHash();
  });
  explorersByHash();
  await new Promise((resolve) => (document.readyState === "complete" ? resolve() : window.addEventListener("load", resolve)));
  for (const { root } of explorers)
    for (const touch of ["pointerenter", "focusin"]) root.addEventListener(touch, () => prefetch(root.explorer), { once: true });
  // A page that nobody has touched fetches nothing more; once somebody reads, what comes into view is made ready.
  const observe = () => explorers.forEach(({ root }) => seen.observe(root));
  for (const sign of ["scroll", "pointermove", "keydown"]) window.addEventListener(sign, observe, { once: true, passive: true });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot);
else boot();
