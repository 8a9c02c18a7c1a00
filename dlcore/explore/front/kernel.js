// JupyterLab, Binder, Colab, VS Code: states are asked of the kernel, one question at a time.

const PATIENCE_MILLISECONDS = 15000;

// Plotly.js comes over the comm, once a page, whichever explorer is first to ask for it.
function plotlyFromKernel(model) {
  globalThis.__dlcorePlotly ??= new Promise((resolve, reject) => {
    const silence = () => {
      model.off("msg:custom", receive);
      reject(new Error("The kernel did not send the drawing library, so there is no picture; run the cell again."));
    };
    const timer = setTimeout(silence, 4 * PATIENCE_MILLISECONDS);
    const receive = (content, buffers) => {
      if (content.type !== "plotly") return;
      model.off("msg:custom", receive);
      clearTimeout(timer);
      const address = URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }));
      const script = make("script", { src: address });
      script.onload = () => (URL.revokeObjectURL(address), resolve(window.Plotly));
      script.onerror = () => reject(new Error("The drawing library did not load, so there is no picture; reload the page and run the cell again."));
      document.head.append(script);
    };
    model.on("msg:custom", receive);
    model.send({ type: "plotly" });
  }).catch((error) => ((globalThis.__dlcorePlotly = undefined), Promise.reject(error)));
  return globalThis.__dlcorePlotly;
}

// A film of which the first frames are there: the arrays have room for all, the rest is not a number yet.
class GrowingFilm {
  constructor(run, first) {
    Object.assign(this, { run, count: 0, answer: { ...first, arrays: {}, readout: [] } });
    for (const [name, { shape, data }] of Object.entries(first.arrays)) {
      const size = data.length / shape[0];
      this.answer.arrays[name] = { shape: [first.frames, ...shape.slice(1)], data: new Float64Array(first.frames * size).fill(NaN) };
    }
    this.add(first);
  }

  // The arrays become new objects, by which a picture knows that they have changed.
  add({ arrays, readout, first, ranges }) {
    for (const [name, { shape, data }] of Object.entries(arrays)) {
      const whole = this.answer.arrays[name];
      whole.data.set(data, (first * data.length) / shape[0]);
      this.answer.arrays[name] = { ...whole };
      this.count = first + shape[0];
    }
    this.answer.readout = Object.assign([...this.answer.readout], Object.fromEntries(readout.map((text, k) => [first + k, text])));
    this.answer.ranges = ranges;
  }

  at(values) {
    return { ...this.answer, values, texts: undefined };
  }
}

class KernelSource {
  constructor(model) {
    this.model = model;
    this.id = Math.random().toString(36).slice(2);
    this.asked = 0;
    this.moves = model.get("moves");
    this.any = true; // any value of the range is allowed here
    this.doing = "computing …";
    this.plotly = () => plotlyFromKernel(model);
    this.receive = (content, buffers) => this.answered(content, buffers);
    model.on("msg:custom", this.receive);
  }

  // But a film has its frames alone.
  snap(values) {
    const time = this.model.get("spec").parameters.find((p) => p.kind === "time");
    return time ? { ...values, [time.name]: time.values[indexOf(time, values[time.name])] } : values;
  }

  // Another view of the same figure shows these values now: show them here as well, and tell nobody.
  follow(values) {
    this.followed = JSON.stringify(values);
    this.moved?.(values);
  }

  // A film that is there has all its moments; one that the kernel makes frame by frame is asked for as many as are wanted, and
  // `grown` shows what has come meanwhile.
  async state(values, grown) {
    const following = JSON.stringify(values) === this.followed;
    this.followed = undefined;
    this.follows = following;
    const { time } = this.model.get("spec");
    const run = JSON.stringify({ ...values, [time]: 0 });
    if (!time || this.film?.run !== run) {
      this.film = null;
      const answer = await this.ask("state", { values, moves: this.moves, following });
      if (!time) return answer;
      this.film = answer.frames ? new GrowingFilm(run, answer) : { run, answer, count: Infinity };
    } else this.tell({ type: "frame", ticket: `${this.id}-${this.asked}`, values, moves: this.moves, following });
    const { film } = this;
    const moments = this.model.get("spec").parameters.find((p) => p.name === time).values;
    while (film.count <= moments.indexOf(values[time])) {
      if (!(await grown(film.at({ ...values, [time]: moments[film.count - 1] })))) break; // the reader wants something else by now
      film.add(await this.ask("frames", { values, first: film.count }));
    }
    const shown = Math.min(moments.indexOf(values[time]), film.count - 1);
    return { ...film.answer, values: { ...values, [time]: moments[shown] }, texts: undefined };
  }

  tell(message) {
    try {
      this.model.send(message);
    } catch {
      throw new Error("The kernel of this figure was stopped or restarted, so the picture shows the state before; run the cell again.");
    }
  }

  ask(type, message) {
    const ticket = `${this.id}-${++this.asked}`;
    return new Promise((resolve, reject) => {
      const silence = () => {
        this.pending.late = true;
        reject(new Error("The kernel has not answered for 15 seconds: it is busy, restarted or gone. Wait, or run the cell again."));
      };
      this.pending = { ticket, resolve, reject, timer: setTimeout(silence, PATIENCE_MILLISECONDS) };
      try {
        this.tell({ type, ticket, ...message });
      } catch (error) {
        clearTimeout(this.pending.timer);
        reject(error);
      }
    });
  }

  answered(content, buffers) {
    if (content.type === "moved") {
      this.moves = content.moves;
      this.moved?.(content.values);
    }
    if (content.type === "shown" && !content.ticket.startsWith(this.id)) this.elsewhere?.(content.values);
    if (content.type !== "state" || content.ticket !== this.pending?.ticket) return;
    if (this.pending.late) return this.moved?.(content.values); // it was only busy: ask again
    const { resolve, reject, timer } = this.pending;
    clearTimeout(timer);
    if (content.trouble) return reject(new Error(content.trouble));
    const floats = ({ buffer, byteOffset, byteLength }) => new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
    const arrays = content.arrays.map(({ name, shape }, k) => [name, { shape, data: floats(buffers[k]) }]);
    resolve({ ...content, arrays: Object.fromEntries(arrays) });
  }

  close() {
    clearTimeout(this.pending?.timer);
    this.model.off("msg:custom", this.receive);
  }
}

function render({ model, el }) {
  const spec = model.get("spec");
  const root = el.appendChild(document.createElement("figure"));
  const source = new KernelSource(model);
  const typesetter = model.widget_manager?._rendermime?.latexTypesetter;
  const typeset = (element) => element.textContent.includes("$") && typesetter?.typeset(element);
  const explorer = new Explorer(root, spec, source, typeset);
  source.moved = (values) => explorer.want(values);
  // While this view is on its way by its reader's wish, the other one will follow it.
  source.elsewhere = (values) => (explorer.running && !source.follows) || same(values, explorer.values) || source.follow(values);
  explorer.values = model.get("values");
  explorer.showControls();
  const byHash = () => {
    const found = /^#explorer-([\w-]+?)(?:\?(.*))?$/.exec(location.hash);
    if (found?.[1] === spec.name && found[2]) explorer.restore(found[2]);
  };
  const clicked = (event) => event.target.closest?.(`a[href*='#explorer-${spec.name}?']`) && setTimeout(byHash);
  window.addEventListener("hashchange", byHash);
  document.addEventListener("click", clicked);
  explorer.want({}).then(byHash);
  return () => {
    source.close();
    explorer.close();
    window.removeEventListener("hashchange", byHash);
    document.removeEventListener("click", clicked);
  };
}

export default { render };
